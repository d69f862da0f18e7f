import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { AGENT, closeRunners, failureOf, outputOf, runnerOf } from "./agents.ts";
import { removeTestHomes } from "../../support/world.ts";

/** A shell script as an agent. It can't parse JSON, so it counts its inputs. */
const SHELL = `
  echo ready
  runs=0
  while read -r line; do
    runs=$((runs + 1))
    echo "run $runs" >&2
    printf '{"type": "final", "output": "run %s"}\\n' "$runs"
  done`;

describe("an agent's process on Linux", () => {
  afterEach(async () => {
    await closeRunners();
    removeTestHomes();
  });

  it("fails as crashed when it is killed by a signal", async () => {
    const { kind, message } = await failureOf(runnerOf(AGENT), "!signal");
    assertEquals([kind, message], ["crashed", "The agent was killed by SIGKILL before it responded"]);
  });

  it("is killed if it ignores the signal to stop", async () => {
    const failure = await failureOf(runnerOf({ ...AGENT, timeout: 1500, killTimeout: 100 }), "!stubborn");
    assertEquals([failure.kind, failure.stderr], ["timeout", ["not now"]]);
  });

  it("fails as not started when the file isn't executable", async () => {
    const { kind, message } = await failureOf(runnerOf({ ...AGENT, command: ["./README.md"] }), "a");
    assertEquals([kind, message], ["not_started", 'Can\'t start the agent: permission denied for "./README.md"']);
  });

  it("is found relative to its folder", async () => {
    const cwd = Deno.makeTempDirSync();
    Deno.writeTextFileSync(`${cwd}/agent.sh`, `#!/bin/sh\n${SHELL}\n`, { mode: 0o755 });
    const runner = runnerOf({ ...AGENT, command: ["./agent.sh"], cwd, readyPattern: /^ready$/, reuse: true });
    assertEquals([await outputOf(runner, "a"), await outputOf(runner, "b")], ["run 1", "run 2"]);
    Deno.removeSync(cwd, { recursive: true });
  });

  it("has its own session without a terminal", async () => {
    const command = ["sh", "-c", "ps -o sid= -p $$ >&2; ps -o tty= -p $$ >&2; echo $$ >&2; exit 1"] as const;
    const { stderr: [session, terminal, pid] } = await failureOf(runnerOf({ ...AGENT, command }), "a");
    assertEquals([session.trim(), terminal.trim()], [pid, "?"]);
  });
});
