/**
 * Compiles the program and runs the tests, the end-to-end ones on the executable. The last line says
 * `N passed, N failed`, in cases.
 *
 * `--portable` leaves out the `_system_test.ts` files, which needs tools from Debian's packages. All other arguments go to
 * `deno test`; files and folders among them replace the whole of `tests`.
 *
 * Where root runs the whole of it, an ordinary user then compiles the program and runs the end-to-end tests once more, in
 * a copy of the project. `--ordinary-user` does that alone.
 *
 * @module
 */
import { installCommand, installMissing, TEST_TOOLS } from "./debian_tools.ts";
import { type CaseCount, CaseCounter } from "./test/case_counter.ts";
import { openOrdinaryWorkspace } from "./test/ordinary_user.ts";

const TESTS = "tests";
const SYSTEM_TESTS = `${TESTS}/**/*_system_test.ts`;
const END_TO_END_TESTS = `${TESTS}/e2e`;
const PORTABLE = "--portable";
const ORDINARY_USER = "--ordinary-user";

// A developer's own key must not come near a test.
for (const name of Object.keys(Deno.env.toObject())) {
  if (name.startsWith("FLUXLOOP_") && name !== "FLUXLOOP_TEST_LONG") Deno.env.delete(name);
}

const portable = Deno.args.includes(PORTABLE);
const ordinaryAlone = Deno.args.includes(ORDINARY_USER);
const args = Deno.args.filter((it) => it !== PORTABLE && it !== ORDINARY_USER);
const isWhole = !portable && !args.some(isPath) && Deno.build.os === "linux" && Deno.uid() === 0;
const counts: CaseCount[] = [];
if (!ordinaryAlone) {
  if (!portable) await requireTools();
  await run("run", "-A", "scripts/compile.ts");
  counts.push(await runTests());
}
if (ordinaryAlone || isWhole) counts.push(await runAsOrdinaryUser());
const passed = counts.reduce((sum, it) => sum + it.passed, 0);
const failed = counts.reduce((sum, it) => sum + it.failed, 0);
if (passed + failed === 0) console.error("No test ran.");
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 && passed > 0 ? 0 : 1);

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

function runTests(): Promise<CaseCount> {
  return counted(
    new Deno.Command(Deno.execPath(), {
      args: [
        ...["test", "--allow-all", "--no-prompt"],
        ...(portable ? [`--ignore=${SYSTEM_TESTS}`] : []),
        ...args,
        ...(args.some(isPath) ? [] : [TESTS]),
      ],
      stdin: "null",
      stdout: "piped",
    }),
  );
}

async function runAsOrdinaryUser(): Promise<CaseCount> {
  console.error("Now as an ordinary user:");
  const { prefix: [command, ...before], deno, cwd, env, remove } = await openOrdinaryWorkspace();
  try {
    const args = [...before, deno, "run", "-A", "scripts/test.ts", PORTABLE, END_TO_END_TESTS];
    return await counted(new Deno.Command(command, { args, cwd, env, stdin: "null", stdout: "piped" }));
  } finally {
    await remove();
  }
}

/** Runs tests, shows what they print, and counts them. */
async function counted(command: Deno.Command): Promise<CaseCount> {
  const testing = command.spawn();
  const counter = new CaseCounter();
  const decoder = new TextDecoder();
  for await (const chunk of testing.stdout) {
    for (let rest = chunk; rest.length > 0;) rest = rest.subarray(Deno.stdout.writeSync(rest));
    counter.read(decoder.decode(chunk, { stream: true }));
  }
  return counter.result((await testing.status).success);
}

function isPath(argument: string): boolean {
  try {
    Deno.statSync(argument);
    return true;
  } catch {
    return false;
  }
}
