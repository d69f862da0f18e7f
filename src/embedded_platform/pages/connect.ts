/**
 * The pages at `/connect`, where the user enters the code of a login and approves or denies it (RFC 8628, section 3.3).
 *
 * @module
 */
import { printable } from "../../text/printable.ts";
import { decideLogin, type Login, pendingLogins } from "../logins.ts";
import { hashSecret, parseUserCode } from "../secrets.ts";
import { ACCOUNT } from "../seed.ts";
import { after, MINUTE, secondsBetween } from "../time.ts";
import { cardPage, form, type PageContent, PATHS, redirect, textField } from "./layout.ts";
import { markup } from "./markup.ts";
import type { PageSession, SignedInCall } from "./sessions.ts";

/** After so many wrong codes within {@linkcode CODE_PAUSE}, a session has to wait that long. */
const WRONG_CODES = 10;
const CODE_PAUSE = 10 * MINUTE;

/** The page for entering a code. A code in the URL is filled in, but the user still has to submit it. */
export function showCodeField(call: SignedInCall): Response {
  return codePage(call, parseUserCode(call.url.searchParams.get("code") ?? "") ?? "");
}

/** Accepts a code. */
export function enterCode(call: SignedInCall): Response {
  const { platform, session } = call;
  const pause = codePause(session, platform.now());
  if (pause > 0) {
    const error = `Too many wrong codes. Try again in ${Math.ceil(pause / 60)} minutes.`;
    return codePage(call, "", { error, status: 429, headers: { "retry-after": String(pause) } });
  }
  const text = call.form.get("code") ?? "";
  const code = parseUserCode(text);
  const login = pendingLogins(platform).find((it) => it.user_hash === hashSecret(code ?? ""));
  if (code === null || login === undefined) {
    // A correct code doesn't reset the count: an attacker could enter codes of their own.
    session.wrongCodes.push(platform.now());
    const error = "No login is waiting for this code. Compare it with your terminal; codes expire after ten minutes.";
    return codePage(call, text.slice(0, 20), { error, status: 422 });
  }
  session.logins.set(login.number, code);
  return redirect(`${PATHS.connect}/${login.number}`);
}

/** The page that shows a login and asks for a decision. */
export function showDecision(call: SignedInCall): Response {
  const { platform, session } = call;
  const login = enteredLogin(call);
  if (login === undefined) return expired(call);
  const { number, user_agent, address, created_at, expires_at } = login;
  const minutes = Math.ceil(secondsBetween(platform.now(), expires_at) / MINUTE);
  const body = markup`
<p class="lead">The program will act as ${ACCOUNT.email}, with all of your permissions, until it is logged out.</p>
<p class="code big-code">${session.logins.get(number)}</p>
<dl class="facts">
<div class="wide"><dt>Program</dt><dd>${printable(user_agent) || "Unknown"}</dd></div>
<div><dt>Connects from</dt><dd>${address}</dd></div>
<div><dt>Started</dt><dd><time datetime="${created_at}">${created_at.slice(11, 16)} UTC</time></dd></div>
<div><dt>Expires in</dt><dd>${minutes} min</dd></div>
</dl>
<div class="hint"><p>Approve it only if you started this login yourself and your terminal shows exactly this code.
Otherwise, somebody else could use your account.</p></div>
${
    form(
      session,
      `${PATHS.connect}/${number}`,
      markup`<div class="actions"><button name="decision" value="approve">Approve</button>
<button class="quiet danger" name="decision" value="deny">Deny</button></div>`,
    )
  }`;
  return cardPage({ title: "Approve a login", heading: "Approve this login?", body, session, path: PATHS.connect });
}

/** Approves or denies a login. */
export function decide(call: SignedInCall): Response {
  const { platform, session } = call;
  const login = enteredLogin(call);
  if (login === undefined) return expired(call);
  const decision = call.form.get("decision");
  if (decision !== "approve" && decision !== "deny") return redirect(`${PATHS.connect}/${login.number}`);
  const state = decision === "approve" ? "approved" : "denied";
  if (!decideLogin(platform, login.number, state)) return expired(call);
  session.logins.delete(login.number);
  session.notice = state === "approved"
    ? "Approved. Your terminal continues by itself; you can close this page."
    : "Denied. The program wasn’t logged in.";
  return redirect(PATHS.connect);
}

/** Returns how many seconds a session has to wait before it may enter another code. */
function codePause(session: PageSession, now: string): number {
  session.wrongCodes = session.wrongCodes.filter((it) => it > after(now, -CODE_PAUSE) && it <= now);
  const { wrongCodes } = session;
  return wrongCodes.length < WRONG_CODES ? 0 : secondsBetween(now, after(wrongCodes.at(-1)!, CODE_PAUSE));
}

/** Finds a login by its number, which is easy to guess: so its code must have been entered in this session. */
function enteredLogin({ platform, session, params }: SignedInCall): Login | undefined {
  return pendingLogins(platform).find((it) => it.number === Number(params.number) && session.logins.has(it.number));
}

function expired({ session }: SignedInCall): Response {
  session.notice = "That login has expired or was already decided. Start another one in your terminal.";
  return redirect(PATHS.connect);
}

function codePage(
  { session }: SignedInCall,
  code: string,
  { error, ...rest }: Partial<PageContent> & { readonly error?: string } = {},
): Response {
  const attributes = markup` class="code entry" value="${code}" autofocus autocapitalize="characters" spellcheck="false"
 maxlength="20"`;
  const body = markup`
<p class="lead">Enter the code that <code>fluxloop auth login --web</code> shows in your terminal.</p>
${
    form(
      session,
      PATHS.connect,
      markup`${textField("code", "Code", attributes, error)}<div class="actions"><button>Continue</button></div>`,
    )
  }`;
  return cardPage({ title: "Connect a program", body, session, path: PATHS.connect, ...rest });
}
