import { versionText } from "../build_info.ts";
import type { Context } from "../context.ts";
import { InterruptedError, UsageError } from "../errors.ts";
import { type Arguments, scanArguments } from "./arguments.ts";
import { ReportedFailure } from "./reported_failure.ts";
import { watchForNewVersion } from "./version_notice.ts";

const VERSION_OPTIONS: readonly string[] = ["--version", "-V"];
/** How long an interrupted command may take to clean up, in milliseconds. */
const STOP_TIMEOUT = 3_000;
/** The command that may read any environment variable for its configuration, and may take longer to stop its agents. */
const TEST = "test";
/** Commands and options with which `nohup` is used. Others don't detect ignored signals, which requires a process. */
const LONG_WAITS: readonly string[] = [TEST, "exec", "serve", "upgrade", "--web", "--resume"];
/** Commands that make a request in almost every run, and the group `apikeys` of such commands. */
const REQUESTING: readonly string[] = ["status", "whoami", "doctor", "login", "rotate", "apikeys", TEST, "upgrade"];
const HELP_OPTIONS: readonly string[] = ["--help", "-h"];

/**
 * Runs the program. Every error is reported here.
 *
 * @param given The arguments after the program's name.
 * @returns The exit code.
 */
export async function run(context: Context, given: readonly string[]): Promise<number> {
  // In other programs, `help auth login` shows the help of a command.
  const args = given[0] === "help" ? [...given.slice(1), "--help"] : given;
  const scanned = scanArguments(args);
  // Without the command tree, because installers and shell prompts often ask for the version.
  if (args.length === 1 && VERSION_OPTIONS.includes(args[0])) {
    return await guarded(context, scanned, () => context.stdout.write(`${versionText()}\n`));
  }
  if (args[0] === "__complete") {
    context.renounceEnvironment();
    return await guarded(context, scanned, async () => {
      const { complete } = await import("./completions/complete.ts");
      await complete(context, args.slice(1));
    });
  }
  const isTest = scanned.words[0] === TEST;
  if (!isTest) context.renounceEnvironment();
  if (args.some((it) => LONG_WAITS.includes(it))) context.keepIgnoredSignals();
  const isHelp = args.some((it) => HELP_OPTIONS.includes(it));
  if (!isHelp && scanned.words.some((it) => REQUESTING.includes(it))) context.prepareTls();
  const watch = watchForNewVersion(context, scanned);
  const adapted: Context = Object.create(watch?.context ?? context, {
    env: { value: (name: string) => name === "NO_COLOR" && !scanned.isColoured ? "1" : context.env(name) },
    trace: { value: (line: string) => scanned.isVerbose && context.stderr.write(`${line}\n`) },
  });
  const running = guarded(adapted, scanned, async () => {
    if (scanned.emptyValue !== null) throw new UsageError(scanned.emptyValue);
    const { commandTree } = await import("./command_tree.ts");
    await commandTree(adapted, scanned).parse([...args]);
  });
  const stopped = Promise.withResolvers<number>();
  context.stopped.addEventListener("abort", () => {
    const code = new InterruptedError().exitCode;
    running.then(stopped.resolve);
    if (!isTest) setTimeout(() => stopped.resolve(code), STOP_TIMEOUT);
    context.stoppedAgain.addEventListener("abort", () => {
      // Whatever comes next isn't written over a drawn line (`waiting.ts`).
      if (context.stderr.isTerminal()) context.stderr.write("\n");
      stopped.resolve(code);
    });
  });
  const code = await Promise.race([running, stopped.promise]);
  watch?.end(code);
  return code;
}

/** Does the work, reports any error, and returns the exit code. */
async function guarded(context: Context, args: Arguments, work: () => unknown): Promise<number> {
  try {
    await work();
    return 0;
  } catch (thrown) {
    if (thrown instanceof ReportedFailure) return thrown.exitCode;
    const { asFluxloopError, report } = await import("./report.ts");
    const error = asFluxloopError(thrown);
    report(context, args, error);
    return error.exitCode;
  }
}
