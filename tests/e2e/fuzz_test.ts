import { assert } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { start } from "../support/program.ts";
import { listenRaw, problemsIn, RandomResponses } from "../support/random_answers.ts";

/** The same answers are tried in larger numbers in-process. */
const ANSWERS = Deno.env.has("FLUXLOOP_TEST_LONG") ? 100 : 12;
const AT_ONCE = 8;
/** Longer than `--timeout 2` plus the start of the program on a busy machine, in milliseconds. */
const BOUND = 15_000;
const COMMANDS = [["whoami"], ["status"], ["status", "--json"], ["login", "--no-save", "--api-key", DOCUMENTED_KEY]];

/** Runs the program against one response. @returns What is wrong with its output; empty if nothing is. */
async function wrongs(command: readonly string[], bytes: Uint8Array): Promise<string[]> {
  const server = listenRaw(() => bytes);
  const child = start(["auth", ...command, "--timeout", "2"], {
    env: { FLUXLOOP_API_URL: server.url, FLUXLOOP_API_KEY: DOCUMENTED_KEY },
  });
  let isLate = false;
  const bound = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, BOUND);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(bound);
  await server.stop();
  const text = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return isLate ? ["it hangs"] : problemsIn({ code, stdout: text(stdout), stderr: text(stderr) });
}

describe("the executable", () => {
  it(`takes ${ANSWERS} random answers as answers or tells them as failures`, async () => {
    const answers = new RandomResponses(4711);
    const cases = Array.from({ length: ANSWERS }, (_, index) => ({
      command: COMMANDS[index % COMMANDS.length],
      bytes: answers.next(),
    }));
    const found: string[] = [];
    const worker = async () => {
      for (let next = cases.shift(); next !== undefined; next = cases.shift()) {
        const wrong = await wrongs(next.command, next.bytes);
        const sent = JSON.stringify(new TextDecoder("latin1").decode(next.bytes));
        if (wrong.length > 0) found.push(`${next.command.join(" ")}: ${wrong.join(", ")} after ${sent}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    assert(found.length === 0, found.join("\n"));
  });
});
