/**
 * One run of the program: from its arguments to its exit code. Every failure ends here, in one place, as a text for
 * people or a document for programs.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { InterruptedError, UsageError } from "../errors.ts";
import { versionText } from "../build_info.ts";
import { ReportedFailure } from "./reported_failure.ts";
import { watchForNewVersion } from "./version_notice.ts";

const VERSION_OPTIONS: readonly string[] = ["--version", "-V"];
/** How long a command that was told to stop may take to put things in order, in milliseconds. */
const STOP_PATIENCE = 3_000;
/** The command that ends other programs then, which may take its time, and expands a configuration's variables. */
const TEST = "test";
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
  if (args.length === 1 && VERSION_OPTIONS.includes(args[0])) {
    return await guarded(context, args, () => context.stdout.write(`${versionText()}\n`));
  }
  // Asked by a shell at the press of a key.
  if (args.length === 2 && args[0] === "completions" && args[1] === "profiles") {
    return await guarded(context, args, async () => {
      const { writeProfileNames } = await import("./completions/profiles.ts");
      await writeProfileNames(context);
    });
  }
  const isTest = commandOf(args) === TEST;
  if (!isTest) context.renounceEnvironment();
  const watch = watchForNewVersion(context, args);
  const world = watch?.context ?? context;
  const running = guarded(world, args, async () => {
    refuseEmptyValues(args);
    const { commandTree } = await import("./command_tree.ts");
    await commandTree(world, args).parse([...args]);
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

/** Options that take a value, and may stand before the command. */
const VALUED: readonly string[] = ["--profile", "--api-url", "--timeout", "--ca-file"];

/** @returns The first argument that is neither an option nor an option's value: a profile may have a command's name. */
function commandOf(args: readonly string[]): string | undefined {
  return args.find((it, index) => !it.startsWith("-") && !VALUED.includes(args[index - 1]));
}

/** @returns The exit code of `work`, its failure reported. */
async function guarded(context: Context, args: readonly string[], work: () => unknown): Promise<number> {
  try {
    await work();
    return 0;
  } catch (thrown) {
    if (thrown instanceof ReportedFailure) return thrown.exitCode;
    // One module, and not the five that it is made of: what fails is in a hurry, too.
    const { expected, report } = await import("./report.ts");
    const error = expected(thrown);
    try {
      report(context, optionsOf(args), error);
    } catch {
      // There is nobody to tell, or nothing to tell it with; the exit code says it.
    }
    return error.exitCode;
  }
}

/**
 * An empty value is what a script passes whose variable is not set. Cliffy refuses it in one version and drops the option
 * in another, and `--profile ""` must not mean the default profile.
 */
function refuseEmptyValues(args: readonly string[]): void {
  const options = optionsOf(args);
  const empty = options.findIndex((it) => it === "" || /^--[\w-]+=$/.test(it));
  if (empty === -1) return;
  const option = options[empty] === "" ? options[empty - 1] : options[empty].slice(0, -1);
  throw new UsageError(option?.startsWith("-") ? `The value of ${option} is empty` : "An argument is empty");
}

/** @returns The arguments that are the program's own: those before `--`. */
function optionsOf(args: readonly string[]): readonly string[] {
  return args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
}
