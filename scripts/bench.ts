/**
 * Measures startup, a request over a slow network, and `fluxloop test`, compared with minimal programs compiled the same
 * way, and with gh and curl. Ratios are comparable between machines; milliseconds aren't.
 *
 * `deno task bench [rounds]`
 *
 * @module
 */
import { measure, type Row, rowsText, type Subject, type Target, targetsText } from "./bench/measure.ts";
import { startDistantPlatform } from "./bench/slow_network.ts";
import { BARE_LOOP, measureTestLoop } from "./bench/test_loop.ts";
import { compileExecutable } from "./compile/executable.ts";
import { BENCH_TOOLS, installMissing } from "./debian_tools.ts";
import { openSandbox, type Program, type Sandbox } from "./sandbox.ts";

const EXE = Deno.build.os === "windows" ? ".exe" : "";
const FLUXLOOP: Program = [`${Deno.cwd()}/dist/fluxloop${EXE}`];
/** The slow network's delay in each direction, in milliseconds. */
const DELAY = 25;
const PROFILES = 50;
/** The minimum that `auth status` has to do: sends a key to a URL and prints the response. */
const BARE_FETCH = `
const [url, key, caFile] = Deno.args;
const client = Deno.createHttpClient({ caCerts: caFile ? [Deno.readTextFileSync(caFile)] : [] });
console.log(await (await fetch(url, { client, headers: { authorization: "Bearer " + key } })).text());
Deno.exit();
`;

try {
  await bench(Number(Deno.args[0] ?? 30));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}

async function bench(rounds: number): Promise<void> {
  const missing = (await installMissing(BENCH_TOOLS)).map((it) => it.command);
  if (missing.length > 0) console.error(`Not measured, because they aren't installed: ${missing.join(", ")}`);
  await new Deno.Command(Deno.execPath(), { args: ["run", "-A", "scripts/compile.ts"] }).spawn().status;
  const hello = await compiled("hello", 'console.log("hello world");\n');
  const bareFetch = await compiled("bare_fetch", BARE_FETCH);
  const bareLoop = await compiled("bare_loop", BARE_LOOP);
  const sandbox = await openSandbox(FLUXLOOP);
  try {
    for (const measured of [startUp, slowNetwork]) {
      const { rows, targets } = await measured(sandbox, { hello, bareFetch }, rounds, missing);
      console.log(`${rowsText(rows)}\n\n${targetsText(targets)}\n`);
    }
    console.log(targetsText(await measureTestLoop(FLUXLOOP, bareLoop)));
  } finally {
    await sandbox.close();
  }
}

/** Compiles a script in the same way as the program. */
async function compiled(name: string, script: string): Promise<Program> {
  const folder = await Deno.makeTempDir({ dir: ".cache", prefix: `${name}-` });
  try {
    await Deno.writeTextFile(`${folder}/${name}.js`, script);
    const output = `.cache/${name}${EXE}`;
    await compileExecutable({ folder, script: `${name}.js`, output, target: Deno.build.target });
    return [`${Deno.cwd()}/${output}`];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Minimal programs to compare with. */
interface Bare {
  readonly hello: Program;
  readonly bareFetch: Program;
}

interface Measured {
  readonly rows: readonly Row[];
  readonly targets: readonly Target[];
}

async function startUp(
  { env, apiKey }: Sandbox,
  { hello, bareFetch }: Bare,
  rounds: number,
  missing: string[],
): Promise<Measured> {
  const profile = (name: string) => `  ${name}:\n    api_url: ${env.FLUXLOOP_API_URL}\n    api_key: ${apiKey}\n`;
  await Deno.mkdir(env.FLUXLOOP_HOME, { recursive: true, mode: 0o700 });
  const names = ["default", ...Array.from({ length: PROFILES - 1 }, (_, index) => `profile-${index}`)];
  const text = `profiles:\n${names.map(profile).join("")}`;
  await Deno.writeTextFile(`${env.FLUXLOOP_HOME}/credentials`, text, { mode: 0o600 });
  const one = { ...env, FLUXLOOP_HOME: `${env.HOME}/one` };
  await Deno.mkdir(one.FLUXLOOP_HOME, { mode: 0o700 });
  await Deno.writeTextFile(`${one.FLUXLOOP_HOME}/credentials`, `profiles:\n${profile("default")}`, { mode: 0o600 });

  const fluxloop = (args: string, itsEnv: Record<string, string> = one): Subject => ({
    name: `fluxloop ${args}`,
    program: [...FLUXLOOP, ...args.split(" ")],
    env: itsEnv,
  });
  const rows = await measure([
    { name: "hello world", program: hello, env },
    { name: "bare fetch", program: [...bareFetch, `${env.FLUXLOOP_API_URL}/api/auth/me`, apiKey], env },
    fluxloop("--version"),
    fluxloop("auth token"),
    fluxloop("auth status"),
    fluxloop("--help"),
    fluxloop("auth login --help"),
    { ...fluxloop("__complete --profile :", env), name: `Tab, ${PROFILES} profiles` },
    { ...fluxloop("auth list", env), name: `fluxloop auth list, ${PROFILES} profiles` },
    ...(missing.includes("gh") ? [] : [{ name: "gh --version", program: ["gh", "--version"], env } as const]),
  ], rounds);
  const [base, , version, token, status, help, loginHelp, tab, list] = rows;
  return {
    rows,
    targets: [
      { name: "--version vs. hello world", measured: version.median / base.median, limit: 1.05, unit: "x" },
      { name: "auth token minus hello world", measured: token.median - base.median, limit: 15, unit: " ms" },
      { name: "auth status minus hello world", measured: status.median - base.median, limit: 20, unit: " ms" },
      { name: "--help minus hello world", measured: help.median - base.median, limit: 25, unit: " ms" },
      { name: "auth login --help minus hello world", measured: loginHelp.median - base.median, limit: 25, unit: " ms" },
      { name: "Tab vs. --version", measured: tab.median / version.median, limit: 2.5, unit: "x" },
      { name: "auth list vs. --version", measured: list.median / version.median, limit: 1.25, unit: "x" },
      {
        name: "auth status vs. hello world, peak memory",
        measured: status.memory / base.memory,
        limit: 1.3,
        unit: "x",
      },
    ],
  };
}

async function slowNetwork(
  { env, apiKey }: Sandbox,
  { hello, bareFetch }: Bare,
  rounds: number,
  missing: string[],
): Promise<Measured> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const me = await (await fetch(`${env.FLUXLOOP_API_URL}/api/auth/me`, { headers })).text();
  const { host, caFile, close } = await startDistantPlatform(me, DELAY);
  try {
    const url = `https://${host}`;
    const curl = [
      "curl",
      "-sS",
      "--cacert",
      caFile,
      "-H",
      `Authorization: Bearer ${apiKey}`,
      `${url}/api/auth/me`,
    ] as const;
    const ours = { ...env, FLUXLOOP_API_URL: url, FLUXLOOP_API_KEY: apiKey, FLUXLOOP_CA_FILE: caFile };
    const theirs = { ...env, GH_HOST: host, GH_ENTERPRISE_TOKEN: "ghp_0", SSL_CERT_FILE: caFile };
    const rows = await measure([
      { name: "hello world", program: hello, env },
      { name: "bare fetch", program: [...bareFetch, `${url}/api/auth/me`, apiKey, caFile], env },
      { name: `fluxloop auth status, ${DELAY} ms each way`, program: [...FLUXLOOP, "auth", "status"], env: ours },
      ...(missing.includes("curl") ? [] : [{ name: "curl", program: curl, env }]),
      ...(missing.includes("gh")
        ? []
        : [{ name: "gh auth status", program: ["gh", "auth", "status"] as const, env: theirs }]),
    ], rounds);
    const [base, , status] = rows;
    const peer = rows.find((it) => it.name === "curl");
    return {
      rows,
      targets: [
        {
          name: "auth status minus hello world and 3 round trips",
          measured: status.median - base.median - 6 * DELAY,
          limit: 15,
          unit: " ms",
        },
        {
          name: "auth status minus curl",
          measured: peer === undefined ? NaN : status.median - peer.median,
          limit: 40,
          unit: " ms",
        },
      ],
    };
  } finally {
    await close();
  }
}
