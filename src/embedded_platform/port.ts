/**
 * The port that the embedded platform listens on.
 *
 * @module
 */
import { SystemError } from "../errors.ts";
import { withVariables } from "../system/runtime_variables.ts";
import { internalError } from "./router.ts";

/** Loopback: other machines can't connect. */
export const HOSTNAME = "127.0.0.1";
/** How long to wait for responses in progress before stopping, in milliseconds. */
const STOP_TIMEOUT = 2000;
/** How long to wait before listening again, in milliseconds. */
const RESUME_PAUSE = 100;

/** A listening port. It stays open even if the system runs out of file descriptors. */
export class Port {
  readonly number: number;
  readonly #handler: Deno.ServeHandler<Deno.NetAddr>;
  #server: Deno.HttpServer<Deno.NetAddr>;
  #connections = new AbortController();
  #isClosed = false;

  /** @param port 0 picks a free one. */
  constructor(port: number, handler: Deno.ServeHandler<Deno.NetAddr>) {
    this.#handler = handler;
    try {
      this.#server = this.#listen(port);
    } catch (cause) {
      const hint = "Choose another port, or --port 0 for any free one.";
      if (cause instanceof Deno.errors.AddrInUse) throw new SystemError(`Port ${port} is in use. ${hint}`, { cause });
      if (!(cause instanceof Deno.errors.PermissionDenied)) throw cause;
      throw new SystemError(`Can't listen on port ${port}: permission denied. ${hint}`, { cause });
    }
    const { hostname } = this.#server.addr;
    this.number = this.#server.addr.port;
    if (hostname === HOSTNAME) return;
    this.#connections.abort();
    throw new SystemError(`Refusing to listen on ${hostname}`);
  }

  /** Stops accepting connections, and waits {@linkcode STOP_TIMEOUT} for responses in progress. */
  async close(): Promise<void> {
    this.#isClosed = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => timer = setTimeout(resolve, STOP_TIMEOUT));
    await Promise.race([this.#server.shutdown(), timeout]);
    clearTimeout(timer);
  }

  #listen(port: number): Deno.HttpServer<Deno.NetAddr> {
    const { signal } = this.#connections = new AbortController();
    // Without `onListen` and `onError`, Deno writes to the console.
    const options = { hostname: HOSTNAME, port, signal, onListen: () => {}, onError: internalError };
    const server = withVariables({ DENO_SERVE_ADDRESS: undefined }, () => Deno.serve(options, this.#handler));
    server.finished.catch(() => this.#resume());
    return server;
  }

  /** Listens again: Deno stops when it runs out of file descriptors. Closing all connections frees some. */
  async #resume(): Promise<void> {
    this.#connections.abort();
    while (!this.#isClosed) {
      await new Promise((resolve) => setTimeout(resolve, RESUME_PAUSE));
      try {
        this.#server = this.#listen(this.number);
        return;
      } catch {
        // Not yet.
      }
    }
  }
}
