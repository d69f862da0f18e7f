import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { setTimeout as delay } from "node:timers/promises";
import { ask, Fixture } from "./running_platform.ts";

describe("the embedded platform with few file descriptors", () => {
  it("recovers after more connections than the system allows", async () => {
    const dataDir = await Deno.makeTempDir();
    const fixture = new Fixture("serve.ts", { descriptors: 120 }, dataDir);
    const { url } = JSON.parse(await fixture.nextLine());
    const port = Number(new URL(url).port);
    const connecting = Array.from({ length: 300 }, () => Deno.connect({ hostname: "127.0.0.1", port }));
    const connections = await Promise.allSettled(connecting);
    for (const it of connections) if (it.status === "fulfilled") it.value.close();
    assertEquals(await statusAfterRecovery(url), 200);
    await fixture.kill();
    await Deno.remove(dataDir, { recursive: true });
  });
});

/** Retries, because the port is closed briefly while the connections are closed. */
async function statusAfterRecovery(url: string): Promise<number> {
  const deadline = AbortSignal.timeout(60_000);
  for (;;) {
    try {
      return (await ask({ url }, "/openapi.json")).status;
    } catch (error) {
      if (deadline.aborted) throw error;
      await delay(50);
    }
  }
}
