import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { launch } from "../../src/system/processes.ts";
import { KEY_VARIABLES } from "../../src/text/key_variables.ts";

describe("a program started in the background", () => {
  beforeEach(() => KEY_VARIABLES.forEach((name) => Deno.env.set(name, "secret")));
  afterEach(() => KEY_VARIABLES.forEach((name) => Deno.env.delete(name)));

  it("doesn't receive the keys", async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const values = KEY_VARIABLES.map((name) => `Deno.env.get(${JSON.stringify(name)})`);
    const script = `const connection = await Deno.connect({ hostname: "127.0.0.1", port: ${listener.addr.port} });
      await connection.write(new TextEncoder().encode(JSON.stringify([${values}])));
      connection.close();`;
    launch(Deno.execPath(), ["eval", script]);
    const connection = await listener.accept();
    assertEquals(await new Response(connection.readable).json(), KEY_VARIABLES.map(() => ""));
  });
});
