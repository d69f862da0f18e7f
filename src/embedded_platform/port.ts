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
/** How long a stop waits for responses in progress, in milliseconds. */
const STOP_PATIENCE = 2000;
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

  /** Accepts no more connections. Responses in progress get {@linkcode STOP_PATIENCE} to finish. */
  async close(): Promise<void> {
    this.#isClosed = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, STOP_PATIENCE));
    await Promise.race([this.#server.shutdown(), patience]);
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

  /** Deno stops listening when there is no file descriptor left. Closing all connections frees some. */
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
