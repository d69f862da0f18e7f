import { assert } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { start } from "../support/program.ts";
import { listenRaw, problemsIn, RandomResponses } from "../support/malformed_responses.ts";

/** More responses are tried in-process. */
const RESPONSES = Deno.env.has("FLUXLOOP_TEST_LONG") ? 100 : 12;
const PARALLEL = 8;
/** Longer than `--timeout 2` plus the program's start on a busy machine, in milliseconds. */
const TIME_LIMIT = 15_000;
const COMMANDS = [["whoami"], ["status"], ["status", "--json"], ["login", "--no-save", "--api-key", DOCUMENTED_KEY]];

/** Runs the program against one response. @returns The problems in its output. */
async function problems(command: readonly string[], bytes: Uint8Array): Promise<string[]> {
  const server = listenRaw(() => bytes);
  const child = start(["auth", ...command, "--timeout", "2"], {
    env: { FLUXLOOP_API_URL: server.url, FLUXLOOP_API_KEY: DOCUMENTED_KEY },
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, TIME_LIMIT);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timer);
  await server.stop();
  const text = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return isLate ? ["it hangs"] : problemsIn({ code, stdout: text(stdout), stderr: text(stderr) });
}

describe("the executable", () => {
  it(`accepts or reports each of ${RESPONSES} random responses`, async () => {
    const responses = new RandomResponses(4711);
    const cases = Array.from({ length: RESPONSES }, (_, index) => ({
      command: COMMANDS[index % COMMANDS.length],
      bytes: responses.next(),
    }));
    const found: string[] = [];
    const worker = async () => {
      for (let next = cases.shift(); next !== undefined; next = cases.shift()) {
        const its = await problems(next.command, next.bytes);
        const sent = JSON.stringify(new TextDecoder("latin1").decode(next.bytes));
        if (its.length > 0) found.push(`${next.command.join(" ")}: ${its.join(", ")} after ${sent}`);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    assert(found.length === 0, found.join("\n"));
  });
});
