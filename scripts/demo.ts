/**
 * Runs the main commands against the embedded platform, and shows each command line with its output and exit code (unless
 * it is 0). The program runs from source, in a temporary home folder.
 *
 * @module
 */
import { openSandbox, type Program, type Sandbox } from "./sandbox.ts";

interface Step {
  readonly args: readonly string[];
  /** The command's standard input, and the file name that is shown for it. */
  readonly input?: { readonly file: string; readonly text: string };
  /** The expected exit code. */
  readonly code: number;
}

const INTERRUPTED = 130;
const HERE = Deno.cwd();
const FROM_SOURCE: Program = [
  ...[Deno.execPath(), "run", "--quiet", "--no-prompt"] as const,
  ...["--config", `${HERE}/deno.json`, "--permission-set=fluxloop", `${HERE}/main.ts`],
];

/** A minimal agent that responds to each line of input with a line of output. */
const AGENT = `let rest = "";
for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + chunk).split("\\n");
  rest = lines.pop()!;
  for (const line of lines) {
    const { input, context } = JSON.parse(line);
    const output = \`Thank you for asking: "\${input}" I shall see to it, \${context.persona}.\`;
    console.log(JSON.stringify({ type: "final", output }));
  }
}
`;
const CONFIGURATION = `name: support
parallel_runs: 2
runner:
  process:
    command: [${JSON.stringify(Deno.execPath())}, run, agent.ts]
    reuse: true
`;

const stopping = new AbortController();
Deno.addSignalListener("SIGINT", () => stopping.abort());
// Windows has no SIGTERM.
if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => stopping.abort());

try {
  await demo(stopping.signal);
} catch (error) {
  if (!stopping.signal.aborted) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
Deno.exit(stopping.signal.aborted ? INTERRUPTED : 0);

async function demo(signal: AbortSignal): Promise<void> {
  // The commands' home folder has no Deno cache.
  Deno.env.set("DENO_DIR", await denoFolder());
  const sandbox = await openSandbox(FROM_SOURCE, signal);
  try {
    await Deno.writeTextFile(`${sandbox.env.HOME}/agent.ts`, AGENT);
    await Deno.writeTextFile(`${sandbox.env.HOME}/fluxloop.yaml`, CONFIGURATION);
    for (const step of steps(sandbox.apiKey)) await show(step, sandbox, signal);
  } finally {
    await sandbox.close();
  }
}

function steps(apiKey: string): Step[] {
  const wrongKey = `${apiKey.slice(0, -8)}00000000`;
  const login = ["auth", "login", "--api-key-stdin"];
  return [
    { args: login, input: { file: "key.txt", text: apiKey }, code: 0 },
    { args: ["auth", "status"], code: 0 },
    { args: ["auth", "whoami"], code: 0 },
    { args: ["auth", "status", "--json"], code: 0 },
    { args: login, input: { file: "wrong-key.txt", text: wrongKey }, code: 3 },
    { args: ["auth", "logout", "--all"], code: 0 },
    { args: login, input: { file: "key.txt", text: apiKey }, code: 0 },
    { args: ["test", "--project", "customer-support-bot"], code: 0 },
    { args: ["auth", "whoami"], code: 0 },
  ];
}

/**
 * @throws {Error} If the exit code isn't the expected one.
 */
async function show({ args, input, code: expected }: Step, { env }: Sandbox, signal: AbortSignal): Promise<void> {
  const line = `fluxloop ${args.join(" ")}`;
  // Readers need the configuration to understand the test.
  if (args[0] === "test") console.log(`$ cat fluxloop.yaml\n${CONFIGURATION}`);
  console.log(`$ ${line}${input === undefined ? "" : ` < ${input.file}`}`);

  const [command, ...before] = FROM_SOURCE;
  const running = new Deno.Command(command, {
    args: [...before, ...args],
    clearEnv: true,
    env,
    cwd: env.HOME,
    signal,
    stdin: input === undefined ? "null" : "piped",
  }).spawn();
  if (input !== undefined) {
    const writer = running.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${input.text}\n`));
    await writer.close();
  }
  const { code } = await running.status;

  signal.throwIfAborted();
  // Ctrl-C in a terminal also reaches the command, which may exit first.
  if (code === INTERRUPTED) stopping.abort();
  if (code !== 0) console.log(`(exit ${code})`);
  console.log();
  if (code !== expected) throw new Error(`\`${line}\` exited with code ${code} instead of ${expected}.`);
}

async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
