/**
 * A load test of a platform: concurrent clients, each with its own connection, send one request after another and check
 * each whole response.
 *
 * @module
 */

/** A request and its expected response. */
export interface LoadRequest {
  readonly path: string;
  readonly key: string;
  readonly status: number;
  /** @returns Whether the body, a JSON value, is as expected. */
  isExpected(body: unknown): boolean;
}

/** Returns a client's next request; `undefined` stops the client. */
export type Client = () => LoadRequest | undefined;

/** The result of a load test. */
export interface LoadResult {
  readonly requests: number;
  /** The requests with unexpected responses. */
  readonly failures: readonly string[];
  /** From the first request to the last response, in milliseconds. */
  readonly duration: number;
  /** The duration of each request in milliseconds, in ascending order. */
  readonly latencies: readonly number[];
}

/**
 * Runs a load test.
 *
 * @param url The platform's URL, on the loopback address so that no proxy is used.
 * @param clients The concurrent clients.
 */
export async function load(url: string, clients: readonly Client[]): Promise<LoadResult> {
  const latencies: number[] = [];
  const failures: string[] = [];
  const start = performance.now();
  await Promise.all(clients.map(async (next) => {
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 1 });
    for (let request = next(); request !== undefined; request = next()) {
      const sent = performance.now();
      const failure = await send(url, request, client);
      latencies.push(performance.now() - sent);
      if (failure !== null) failures.push(failure);
    }
  }));
  const duration = performance.now() - start;
  return { requests: latencies.length, failures, duration, latencies: latencies.sort((a, b) => a - b) };
}

/** @returns A description of an unexpected response, or `null`. */
async function send(url: string, request: LoadRequest, client: Deno.HttpClient): Promise<string | null> {
  const { path, key, status, isExpected } = request;
  let text = "";
  try {
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${key}` }, client });
    text = await response.text();
    if (response.status === status && isExpected(JSON.parse(text))) return null;
    return `${path}: ${response.status} ${text}`;
  } catch (error) {
    return `${path}: ${error} ${text}`;
  }
}

/**
 * @param sorted Numbers in ascending order.
 * @param share From 0 to 1, such as 0.5 for the median.
 * @returns The quantile.
 */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
