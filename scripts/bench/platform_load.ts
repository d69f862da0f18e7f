/**
 * Measures the embedded platform under the load of many clients, against a server that answers the same bytes without
 * looking at anything.
 *
 * @module
 */
import type { Sandbox } from "../sandbox.ts";
import { type Client, load, type LoadResult, quantile } from "./load.ts";

const CLIENTS = 200;
/** How long each server is asked, in milliseconds. */
const DURATION = 10_000;
const PATH = "/api/auth/me";

/** What a server did under load. */
export interface LoadRow {
  readonly name: string;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly median: number;
  readonly p99: number;
  readonly wrong: number;
}

/** @returns The bare server's figures, and those of the sandbox's platform. */
export async function measureLoad({ env, apiKey }: Sandbox): Promise<LoadRow[]> {
  const url = env.FLUXLOOP_API_URL;
  const headers = { authorization: `Bearer ${apiKey}` };
  const body = await (await fetch(url + PATH, { headers })).text();
  const bare = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    return new Response(body, { headers: { "content-type": "application/json" } });
  });
  try {
    const [id] = /"id":"key_[^"]+"/.exec(body) ?? [""];
    const clients = (end: number): Client[] => {
      const question = {
        path: PATH,
        key: apiKey,
        status: 200,
        isRight: (it: unknown) => JSON.stringify(it).includes(id),
      };
      return Array.from({ length: CLIENTS }, () => () => performance.now() < end ? question : undefined);
    };
    const bareResult = await load(`http://127.0.0.1:${bare.addr.port}`, clients(performance.now() + DURATION));
    const result = await load(url, clients(performance.now() + DURATION));
    return [rowOf("bare server", bareResult), rowOf("fluxloop platform serve", result)];
  } finally {
    await bare.shutdown();
  }
}

function rowOf(name: string, { answers, wrong, duration, latencies }: LoadResult): LoadRow {
  const perSecond = answers / (duration / 1000);
  return { name, perSecond, median: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), wrong: wrong.length };
}

/** @returns The figures for people. */
export function loadLines(rows: readonly LoadRow[]): string {
  const lines = rows.map(({ name, perSecond, median, p99, wrong }) => {
    const ratio = (perSecond / rows[0].perSecond).toFixed(2);
    return `${name.padEnd(24)} ${perSecond.toFixed(0).padStart(6)} answers/s (${ratio}x)  ` +
      `median ${median.toFixed(1)} ms  99th percentile ${p99.toFixed(1)} ms  wrong ${wrong}`;
  });
  return `${CLIENTS} clients at once, ${DURATION / 1000} s each:\n${lines.join("\n")}`;
}
