/**
 * One run of the program: from its arguments to its exit code. Every failure ends here, in one place, as a text for
 * people or a document for programs.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { InterruptedError, UsageError } from "../errors.ts";
import { versionText } from "../build_info.ts";
import { type Arguments, scanArguments } from "./arguments.ts";
import { ReportedFailure } from "./reported_failure.ts";
import { watchForNewVersion } from "./version_notice.ts";

const VERSION_OPTIONS: readonly string[] = ["--version", "-V"];
/** How long a command that was told to stop may take to put things in order, in milliseconds. */
const STOP_PATIENCE = 3_000;
/** The command that ends other programs then, which may take its time, and expands a configuration's variables. */
const TEST = "test";
/** What `nohup` is used with; it is not worth starting a process in all others to find out. */
const LONG_WAITS: readonly string[] = [TEST, "exec", "serve", "upgrade", "--web", "--resume"];
/** What a line that was drawn has changed of the terminal (waiting.ts): its end, and the cursor. */
const AS_BEFORE = "\x1b[?7h\x1b[?25h\n";

/**
 * Runs the program.
 *
 * @param context The outside world.
 * @param args The arguments after the program's name.
 * @returns The exit code (design: "Errors").
 */
export async function run(context: Context, args: readonly string[]): Promise<number> {
  // Asked by every installer and every shell prompt that shows versions: the command tree is not even loaded for it.
  const scanned = scanArguments(args);
  if (args.length === 1 && VERSION_OPTIONS.includes(args[0])) {
    return await guarded(context, scanned, () => context.stdout.write(`${versionText()}\n`));
  }
  // Asked by a shell at the press of a key.
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
  const watch = watchForNewVersion(context, scanned);
  const world: Context = Object.create(watch?.context ?? context, {
    trace: { value: (line: string) => scanned.isVerbose && context.stderr.write(`${line}\n`) },
  });
  const running = guarded(world, scanned, async () => {
    if (scanned.emptyValue !== null) throw new UsageError(scanned.emptyValue);
    const { commandTree } = await import("./command_tree.ts");
    await commandTree(world, scanned).parse([...args]);
  });
  const stopped = Promise.withResolvers<number>();
  context.stopped.addEventListener("abort", () => {
    const code = new InterruptedError().exitCode;
    running.then(stopped.resolve);
    if (!isTest) setTimeout(() => stopped.resolve(code), STOP_PATIENCE);
    context.insisted.addEventListener("abort", () => {
      if (context.stderr.isTerminal()) context.stderr.write(AS_BEFORE);
      stopped.resolve(code);
    });
  });
  const code = await Promise.race([running, stopped.promise]);
  watch?.end(code);
  return code;
}

/** @returns The exit code of `work`, its failure reported. */
async function guarded(context: Context, args: Arguments, work: () => unknown): Promise<number> {
  try {
    await work();
    return 0;
  } catch (thrown) {
    if (thrown instanceof ReportedFailure) return thrown.exitCode;
    // One module, and not the five that it is made of: what fails is in a hurry, too.
    const { expected, report } = await import("./report.ts");
    const error = expected(thrown);
    try {
      report(context, args, error);
    } catch {
      // There is nobody to tell, or nothing to tell it with; the exit code says it.
    }
    return error.exitCode;
  }
}
