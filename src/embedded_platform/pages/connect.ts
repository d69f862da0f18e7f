/**
 * What people do at `/connect`: type the code of a login, look at what asks, and approve or deny it (RFC 8628, section
 * 3.3).
 *
 * @module
 */
import type { DeviceLogin } from "../device_logins.ts";
import { hashSecret } from "../secret.ts";
import { readUserCode } from "../user_code.ts";
import { page, redirect } from "./answer.ts";
import type { SignedInCall } from "./call.ts";
import { codePage, decisionPage } from "./connect_view.ts";
import { PATHS } from "./layout.ts";

/** The field for the code; one that came in the address stands in it, and somebody still has to look at it. */
export function showCodeField(call: SignedInCall): Response {
  const { session, isLookingAhead } = call;
  const { notice } = session;
  if (!isLookingAhead) session.notice = null;
  const code = readUserCode(call.url.searchParams.get("code") ?? "") ?? "";
  return page(200, codePage({ session, code, error: null, notice }));
}

/** Takes the code that was typed. */
export function enterCode(call: SignedInCall): Response {
  const { platform, sessions, session, form } = call;
  const pause = sessions.codePause(session);
  if (pause > 0) {
    const error = `Too many wrong codes. Try again in ${Math.ceil(pause / 60)} minutes.`;
    const headers = { "retry-after": String(pause) };
    return page(429, codePage({ session, code: "", error, notice: null }), headers);
  }
  const code = readUserCode(form.get("code"));
  const login = code === null ? undefined : platform.storage.deviceLogins.findByUser(hashSecret(code), platform.now());
  if (code === null || login === undefined) {
    sessions.countWrongCode(session);
    const error = "No program waits under this code. Compare it with your terminal; a code is good for ten minutes.";
    return page(422, codePage({ session, code: form.get("code").slice(0, 20), error, notice: null }));
  }
  session.seen.set(login.number, code);
  return redirect(`${PATHS.connect}/${login.number}`);
}

/** Shows what asks. */
export function showDecision(call: SignedInCall): Response {
  const login = seenLogin(call);
  if (login === null) return gone(call);
  const { platform, session } = call;
  const { email } = platform.storage.accounts.account(session.accountId)!;
  return page(200, decisionPage(session, email, login, session.seen.get(login.number)!, platform.now()));
}

/** Approves or denies. */
export function decide(call: SignedInCall): Response {
  const { platform, session, form } = call;
  const login = seenLogin(call);
  if (login === null) return gone(call);
  const decision = form.get("decision");
  // Neither of both buttons: nothing is decided.
  if (decision !== "approve" && decision !== "deny") return redirect(`${PATHS.connect}/${login.number}`);
  const state = decision === "approve" ? "approved" : "denied";
  if (!platform.storage.deviceLogins.decide(login.number, state, session.accountId, platform.now())) return gone(call);
  session.seen.delete(login.number);
  session.notice = state === "approved"
    ? "Approved. Your terminal goes on by itself; you can close this page."
    : "Denied. The program was not let in.";
  return redirect(PATHS.connect);
}

/** Numbers are easy to guess: only a login whose code was typed in this session is shown or decided on. */
function seenLogin({ platform, session, params }: SignedInCall): DeviceLogin | null {
  const number = Number(params.number);
  if (!session.seen.has(number)) return null;
  const login = platform.storage.deviceLogins.get(number, platform.now());
  return login === undefined || login.state !== "pending" ? null : login;
}

function gone({ session }: SignedInCall): Response {
  session.notice = "That login is decided, or its time is up. Begin another one in your terminal.";
  return redirect(PATHS.connect);
}
