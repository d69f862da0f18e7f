import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { PROGRAM } from "../../support/program.ts";

describe("fluxloop test --junit", () => {
  it("says that it can't write a system file", async () => {
    const folder = await Deno.makeTempDir();
    const fields = { name: "bot", inputs: ["a"], runner: { http: { url: "http://127.0.0.1:9/" } } };
    await Deno.writeTextFile(`${folder}/fluxloop.yaml`, JSON.stringify(fields));
    const args = ["test", "--skip-upload", "--junit", "/proc/results.xml"];
    const { code, stderr } = await new Deno.Command(PROGRAM, { args, cwd: folder, env: { HOME: folder } }).output();
    await Deno.remove(folder, { recursive: true });
    const expected = "❌ Error: Can't write /proc/results.xml: it is a device or a system file\n";
    assertEquals([code, new TextDecoder().decode(stderr)], [1, expected]);
  });
});
