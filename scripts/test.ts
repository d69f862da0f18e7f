/**
 * Compiles the program and runs the tests, the end-to-end ones on the executable. The last line says
 * `N passed, N failed`, in cases.
 *
 * `--portable` leaves out `tests/linux`, which needs tools from Debian's packages. All other arguments go to
 * `deno test`; files and folders among them replace the whole of `tests`.
 *
 * @module
 */
import { installCommand, installMissing, TEST_TOOLS } from "./debian_tools.ts";
import { CaseCounter } from "./test/case_counter.ts";

const TESTS = "tests";
const LINUX_TESTS = `${TESTS}/linux`;
const PORTABLE = "--portable";

// A developer's own key must not come near a test.
for (const name of Object.keys(Deno.env.toObject())) {
  if (name.startsWith("FLUXLOOP_") && name !== "FLUXLOOP_TEST_LONG") Deno.env.delete(name);
}

const portable = Deno.args.includes(PORTABLE);
const args = Deno.args.filter((it) => it !== PORTABLE);
if (!portable) await requireTools();
await run("run", "-A", "scripts/compile.ts");
Deno.exit(await runTests());

async function requireTools(): Promise<void> {
  let missing;
  try {
    missing = await installMissing(TEST_TOOLS);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
  if (missing.length === 0) return;
  console.error(
    `The tests need ${missing.map((it) => it.command).join(" and ")}: install with \`${installCommand(missing)}\`, ` +
      "or run `deno task test:portable`, which leaves out the tests that do.",
  );
  Deno.exit(1);
}

/** Runs Deno, and ends this program when that fails. */
async function run(...args: string[]): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).spawn().status;
  if (code !== 0) Deno.exit(code);
}

/** @returns The exit code. */
async function runTests(): Promise<number> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      ...["test", "--allow-all", "--no-prompt"],
      ...(portable ? [`--ignore=${LINUX_TESTS}`] : []),
      ...args,
      ...(args.some(isPath) ? [] : [TESTS]),
    ],
    stdin: "null",
    stdout: "piped",
  });
  const testing = command.spawn();
  const counter = new CaseCounter();
  const decoder = new TextDecoder();
  for await (const chunk of testing.stdout) {
    for (let rest = chunk; rest.length > 0;) rest = rest.subarray(Deno.stdout.writeSync(rest));
    counter.read(decoder.decode(chunk, { stream: true }));
  }
  const { success } = await testing.status;

  const { passed, failed } = counter.result(success);
  if (passed + failed === 0) console.error("No test ran.");
  console.log(`${passed} passed, ${failed} failed`);
  return success && failed === 0 && passed > 0 ? 0 : 1;
}

function isPath(argument: string): boolean {
  try {
    Deno.statSync(argument);
    return true;
  } catch {
    return false;
  }
}
