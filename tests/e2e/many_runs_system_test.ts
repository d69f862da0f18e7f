import { assert, assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { listen, type Listener } from "../support/listener.ts";
import { PROGRAM } from "../support/program.ts";

const RUNS = Deno.env.has("FLUXLOOP_TEST_LONG") ? 100_000 : 2500;
const LARGE_OUTPUT = 20_000_000;
/** Prints the peak memory of a command, in KiB. */
const PEAK = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); " +
  "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";

describe("fluxloop test with many runs", () => {
  let folder: string;
  let agent: Listener;
  beforeEach(() => {
    folder = Deno.makeTempDirSync();
    agent = listen(async (request) => Response.json({ said: `you said ${(await request.json()).input}` }));
  });
  afterEach(async () => {
    await agent.stop();
    Deno.removeSync(folder, { recursive: true });
  });

  function configure(fields: Record<string, unknown>): void {
    Deno.writeTextFileSync(`${folder}/fluxloop.yaml`, JSON.stringify({ test: { auto_upload: false }, ...fields }));
  }

  /** @returns The peak memory of a test with this many inputs, in KiB. */
  async function peakOf(inputs: number): Promise<number> {
    const lines = Array.from({ length: inputs }, (_, it) => JSON.stringify({ input: `Where is order ${it}?` }));
    Deno.writeTextFileSync(`${folder}/inputs.jsonl`, lines.join("\n"));
    configure({ parallel_runs: 16, inputs_file: "inputs.jsonl", runner: { http: { url: agent.url } } });
    return Number(await run("python3", ["-c", PEAK, PROGRAM, "test", "-q"]));
  }

  async function run(program: string, args: string[]): Promise<string> {
    const command = new Deno.Command(program, { args, cwd: folder, env: { HOME: folder }, stderr: "inherit" });
    const { code, stdout } = await command.output();
    assertEquals(code, 0);
    return new TextDecoder().decode(stdout);
  }

  function results(): string {
    const [name] = [...Deno.readDirSync(`${folder}/experiments`)].map((it) => it.name).sort().reverse();
    return `${folder}/experiments/${name}`;
  }

  it(`needs at most 1.3 times the memory for ${RUNS} inputs, and shows at most 5,000`, async () => {
    const base = await peakOf(1000);
    Deno.removeSync(`${folder}/experiments`, { recursive: true });
    const peak = await peakOf(RUNS);
    assert(peak <= 1.3 * base, `${peak} KiB for ${RUNS} inputs, ${base} KiB for 1000`);
    const page = Deno.readTextFileSync(`${results()}/result.html`);
    assertEquals(page.split("<details").length - 1, Math.min(RUNS, 5000));
  });

  it("saves outputs of 20 MB and shows only their beginning", async () => {
    const script = `process.stdin.on("data", () => { for (let delta = 0; delta < 20; delta++) ` +
      `console.log(JSON.stringify({ type: "delta", delta: "x".repeat(${LARGE_OUTPUT / 20}) })); ` +
      `console.log('{"type":"final"}'); process.stdin.pause(); })`;
    configure({ inputs: ["a", "b", "c"], runner: { process: { command: ["node", "-e", script] } } });
    await run(PROGRAM, ["test", "-q"]);
    const lines = Deno.readTextFileSync(`${results()}/results.jsonl`).trimEnd().split("\n");
    assertEquals(lines.map((it) => JSON.parse(it).output?.length), [LARGE_OUTPUT, LARGE_OUTPUT, LARGE_OUTPUT]);
    assert(Deno.statSync(`${results()}/result.html`).size < 1_000_000);
  });
});
