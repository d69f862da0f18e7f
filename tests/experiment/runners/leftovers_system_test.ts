import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { AGENT, closeRunners, failureOf, outputOf, requestOf, runnerOf } from "./agents.ts";
import { removeTestHomes } from "../../support/world.ts";

const FIXTURE = new URL("./fixtures/run_and_wait.ts", import.meta.url).pathname;
/** The ways in which an agent starts a child: with the agent's streams, without them, and in a new session. */
const CHILDREN = ["!child loud", "!child quiet", "!child detached"];

describe("an agent's child process", () => {
  afterEach(async () => {
    await closeRunners();
    removeTestHomes();
  });

  for (const child of CHILDREN) {
    for (const reuse of [true, false]) {
      it(`is stopped with the runner: ${child}${reuse ? ", with reuse" : ""}`, async () => {
        const runner = runnerOf({ ...AGENT, killTimeout: 1000, reuse });
        const pid = await outputOf(runner, child);
        await runner.close();
        await waitUntilGone(pid);
      });
    }
  }

  it("is stopped even in its own session and environment if a control group can be created", async () => {
    const runner = runnerOf({ ...AGENT, killTimeout: 1000, reuse: true });
    // The agent waits until it is in the control group.
    await outputOf(runner, "hello");
    const pid = await outputOf(runner, "!child-escaped");
    await runner.close();
    if (canCreateControlGroup()) return await waitUntilGone(pid);
    assertEquals(isRunning(pid), true);
    Deno.kill(Number(pid), "SIGKILL");
  });

  it("is stopped after its run timed out", async () => {
    const runner = runnerOf({ ...AGENT, timeout: 1500, killTimeout: 1000 });
    const { stderr: [pid] } = await failureOf(runner, "!child-and-hang");
    await waitUntilGone(pid);
  });

  it("is stopped after its run was aborted", async () => {
    const runner = runnerOf({ ...AGENT, killTimeout: 1000, reuse: true });
    const pids = [await outputOf(runner, "!pid"), await outputOf(runner, "!child loud")];
    const stop = new AbortController();
    const run = runner.run(requestOf("!hang"), stop.signal).catch(() => {});
    stop.abort();
    await run;
    for (const pid of pids) await waitUntilGone(pid);
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const) {
    it(`is stopped after the program receives ${signal}`, async () => {
      const args = ["run", "-A", "--quiet", FIXTURE, ...CHILDREN];
      const program = new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "piped" }).spawn();
      const pids = await firstLines(program.stdout, 1 + CHILDREN.length);
      assertEquals(pids.map(isRunning), [true, true, true, true]);
      program.kill(signal);
      await program.status;
      // Nothing reports when the last one exits: after a SIGKILL, a shell kills them once the program is gone.
      while (pids.some(isRunning)) await new Promise((resolve) => setTimeout(resolve, 10));
      assertEquals(pids.map(isRunning), [false, false, false, false]);
    });
  }
});

function canCreateControlGroup(): boolean {
  const own = /^0::(.*)$/m.exec(Deno.readTextFileSync("/proc/self/cgroup"))?.[1] ?? "";
  return ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].some((mount) => {
    const folder = `${mount}${own.replace(/\/$/, "")}/fluxloop-test`;
    try {
      Deno.statSync(`${mount}/cgroup.procs`);
      Deno.mkdirSync(folder);
      Deno.removeSync(folder);
      return true;
    } catch {
      return false;
    }
  });
}

/** Waits until a killed process is gone, which takes the system a moment. */
async function waitUntilGone(pid: string): Promise<void> {
  const end = performance.now() + 5000;
  while (isRunning(pid) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals(isRunning(pid), false);
}

/** @returns Whether the process is running; a zombie isn't. */
function isRunning(pid: string): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

async function firstLines(stream: ReadableStream<Uint8Array>, count: number): Promise<string[]> {
  let text = "";
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  while (text.split("\n").length <= count) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`The stream ended after: ${text}`);
    text += value;
  }
  await reader.cancel();
  return text.split("\n").slice(0, count);
}
