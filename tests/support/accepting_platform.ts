/**
 * The program in this process, with a stubbed platform that accepts every key and a prepared credentials file.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Context } from "../../src/context.ts";
import { type Outcome, Session } from "./session.ts";

/** Accepts every key and responds with the same account. */
export const acceptEveryKey: Context["fetch"] = () =>
  Promise.resolve(Response.json({ account: { id: "usr_1", email: "jane@example.com" } }));

/** The key that {@linkcode AcceptingSession.login} saves. */
export const LOGIN_KEY = "flux_dev_new00000000000000000000000000";

/** A session with a prepared credentials file and a platform that accepts every key. */
export class AcceptingSession extends Session {
  /** The hosts of all requests, in order. */
  readonly requestedHosts: string[];

  /** @param content The content of the credentials file. */
  constructor(content: string | Uint8Array) {
    const hosts: string[] = [];
    super({
      fetch: (request, connection) => {
        hosts.push(new URL(request.url).host);
        return acceptEveryKey(request, connection);
      },
    });
    this.requestedHosts = hosts;
    Deno.mkdirSync(`${this.world.home}/.fluxloop`);
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    Deno.writeFileSync(this.world.credentials, bytes, { mode: 0o600 });
  }

  /** Logs in to a profile. */
  login(profile = "new"): Promise<Outcome> {
    return this.run(["auth", "login", "--api-key", LOGIN_KEY, "--profile", profile]);
  }

  /** @returns A value that changes if the credentials file is changed or replaced. */
  fingerprint(): string {
    const hash = createHash("sha256").update(Deno.readFileSync(this.world.credentials)).digest("hex");
    return `${hash} ${Deno.statSync(this.world.credentials).ino}`;
  }
}
