/**
 * The program in this process, with a platform that accepts every key and a home with the test's files.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Context } from "../../src/context.ts";
import { type Outcome, Session } from "./session.ts";

/** Responds to every key with the same account. */
export const takeEveryKey: Context["fetch"] = () =>
  Promise.resolve(Response.json({ account: { id: "usr_1", email: "jane@example.com" } }));

/** The key that {@linkcode AnsweringSession.login} saves. */
export const LOGIN_KEY = "flux_dev_new00000000000000000000000000";

/** A home with a credentials file. */
export class AnsweringSession extends Session {
  /** The hosts of all requests, in order. */
  readonly asked: string[];

  /** @param content What the credentials file holds. */
  constructor(content: string | Uint8Array) {
    const asked: string[] = [];
    super({
      fetch: (request, connection) => {
        asked.push(new URL(request.url).host);
        return takeEveryKey(request, connection);
      },
    });
    this.asked = asked;
    Deno.mkdirSync(`${this.world.home}/.fluxloop`);
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    Deno.writeFileSync(this.world.credentials, bytes, { mode: 0o600 });
  }

  /** Logs in to a profile. */
  login(profile = "new"): Promise<Outcome> {
    return this.run(["auth", "login", "--api-key", LOGIN_KEY, "--profile", profile]);
  }

  /** @returns What identifies the file and its content: it changes if the file is changed or replaced. */
  fingerprint(): string {
    const hash = createHash("sha256").update(Deno.readFileSync(this.world.credentials)).digest("hex");
    return `${hash} ${Deno.statSync(this.world.credentials).ino}`;
  }
}
