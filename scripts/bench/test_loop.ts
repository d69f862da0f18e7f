/**
 * Measures `fluxloop test` with an agent that responds immediately, compared with a bare `fetch` loop.
 *
 * @module
 */
import type { Program } from "../sandbox.ts";
import { run, type Target } from "./measure.ts";

const WIDTH = 32;
const RUNS = { few: 1_000, many: 100_000 };

/** Sends a number of requests to a URL, both given as arguments, and prints the requests per second. */
export const BARE_LOOP = `
const [url, count] = Deno.args;
const body = JSON.stringify({ type: "input", input: "say hello", context: { persona: null, iteration: 0 } });
const headers = { "content-type": "application/json" };
let next = 0;
const start = performance.now();
await Promise.all(Array.from({ length: ${WIDTH} }, async () => {
  while (next++ < Number(count)) await (await fetch(url, { method: "POST", headers, body })).text();
}));
console.log(Number(count) / (performance.now() - start) * 1000);
`;

/** @returns The targets for speed and memory. */
export async function measureTestLoop(fluxloop: Program, bareLoop: Program): Promise<Target[]> {
  const folder = await Deno.makeTempDir({ prefix: "fluxloop-bench-" });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    await request.text();
    return new Response("ok");
  });
  try {
    const url = `http://127.0.0.1:${server.addr.port}/`;
    const env = { HOME: folder };
    const test = async (count: number) => {
      const inputs = Array.from({ length: count }, (_, index) => JSON.stringify(`say ${index}`));
      await Deno.writeTextFile(`${folder}/inputs.jsonl`, inputs.join("\n"));
      const fields = { name: "bench", parallel_runs: WIDTH, inputs_file: "inputs.jsonl", runner: { http: { url } } };
      await Deno.writeTextFile(`${folder}/fluxloop.yaml`, JSON.stringify(fields));
      const program = [...fluxloop, "test", "--skip-upload", "--json"] as const;
      const { stdout, memory } = await run({ name: "fluxloop test", program, env }, folder);
      const { experiment: { started_at, ended_at } } = JSON.parse(stdout);
      return { memory, rate: count / (Date.parse(ended_at) - Date.parse(started_at)) * 1000 };
    };
    const bare = await run({ name: "bare loop", program: [...bareLoop, url, "10000"], env });
    const few = await test(RUNS.few);
    const many = await test(RUNS.many);
    return [
      {
        name: `test: runs per second (${many.rate.toFixed(0)}) vs. a bare loop`,
        measured: many.rate / Number(bare.stdout),
        limit: 0.4,
        isMinimum: true,
        unit: "x",
      },
      {
        name: `test: peak memory of ${RUNS.many} runs (${many.memory.toFixed(0)} MiB) vs. ${RUNS.few}`,
        measured: many.memory / few.memory,
        limit: 1.3,
        unit: "x",
      },
    ];
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}
