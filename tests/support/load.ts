/**
 * Many clients at once against a platform: each asks again as soon as it is answered, on a connection of its own, and
 * each answer is looked at whole.
 *
 * @module
 */

/** A question, and what is right as its answer. */
export interface Question {
  readonly path: string;
  readonly key: string;
  readonly status: number;
  /** @returns Whether the body, a JSON value, is the right one. */
  isRight(body: unknown): boolean;
}

/** Asks one question after the other; `undefined` ends it. */
export type Client = () => Question | undefined;

/** The result of a load. */
export interface LoadResult {
  readonly answers: number;
  /** The requests with wrong responses. */
  readonly wrong: readonly string[];
  /** From the first question to the last answer, in milliseconds. */
  readonly duration: number;
  /** The duration of each request, in milliseconds, the shortest first. */
  readonly latencies: readonly number[];
}

/**
 * @param url Where the platform listens; on this machine, so that no proxy is in between.
 * @param clients All of them ask at once.
 */
export async function load(url: string, clients: readonly Client[]): Promise<LoadResult> {
  const latencies: number[] = [];
  const wrong: string[] = [];
  const start = performance.now();
  await Promise.all(clients.map(async (next) => {
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 1 });
    for (let question = next(); question !== undefined; question = next()) {
      const asked = performance.now();
      const fault = await ask(url, question, client);
      latencies.push(performance.now() - asked);
      if (fault !== null) wrong.push(fault);
    }
  }));
  const duration = performance.now() - start;
  return { answers: latencies.length, wrong, duration, latencies: latencies.sort((a, b) => a - b) };
}

/** @returns What is wrong with the answer, or `null`. */
async function ask(url: string, question: Question, client: Deno.HttpClient): Promise<string | null> {
  const { path, key, status, isRight } = question;
  let text = "";
  try {
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${key}` }, client });
    text = await response.text();
    if (response.status === status && isRight(JSON.parse(text))) return null;
    return `${path}: ${response.status} ${text}`;
  } catch (error) {
    return `${path}: ${error} ${text}`;
  }
}

/**
 * @param sorted Numbers, the smallest first.
 * @param share From 0 to 1: 0.5 for the median.
 * @returns The number below which that share of them lies.
 */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
