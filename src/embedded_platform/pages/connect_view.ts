/**
 * The page on which a program is let in: first its code is typed, then what asks is looked at.
 *
 * @module
 */
import { printable } from "../../text/printable.ts";
import type { DeviceLogin } from "../device_logins.ts";
import { type Html, html } from "./html.ts";
import { formToken, layout, noticeBox, PATHS } from "./layout.ts";
import type { PageSession } from "./page_sessions.ts";

/** What the page of the code shows. */
export interface CodePage {
  readonly session: PageSession;
  /** What stands in the field. */
  readonly code: string;
  readonly error: string | null;
  readonly notice: string | null;
}

/** @returns The page on which the code is typed. */
export function codePage({ session, code, error, notice }: CodePage): Html {
  const body = html`
    ${notice !== null && noticeBox(notice)}
    <div class="card">
      <h1>Connect a program</h1>
      <p class="lead">Enter the code that <code>fluxloop auth login --web</code> shows in your terminal.</p>
      <form method="post" action="${PATHS.connect}">${formToken(session)}
    <div class="field"><label for="code">Code</label>
    <input class="code entry" type="text" id="code" name="code" value="${code}" required autofocus autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20"${error !==
        null && html`
      aria-invalid="true" aria-describedby="code-error"
    `}>${error !== null && html`<span class="error" id="code-error">${error}</span>`}</div>
    <div class="actions"><button>Continue</button></div>
      </form>
    </div>
  `;
  return layout({ title: "Connect a program", body, session, place: PATHS.connect, isNarrow: true });
}

/** @returns The page that shows who asks, with both answers. */
export function decisionPage(session: PageSession, email: string, login: DeviceLogin, code: string, now: Date): Html {
  const left = Math.max(1, Math.ceil((login.expiresAt.getTime() - now.getTime()) / 60_000));
  const began = login.createdAt.toISOString();
  const body = html`
    <div class="card">
      <h1>Let this program in?</h1>
      <p class="lead">It will act as ${email}, with everything that you may do, until you log it out.</p>
      <p class="code big-code">${code}</p>
      <dl class="facts">
        <div class="wide">
          <dt>Program</dt>
          <dd>${printable(login.userAgent) || "It does not say what it is"}</dd>
        </div>
        <div>
          <dt>Asks from</dt>
          <dd>${login.address}</dd>
        </div>
        <div>
          <dt>Since</dt>
          <dd><time datetime="${began}">${began.slice(11, 16)} UTC</time> (${left} min left)</dd>
        </div>
      </dl>
      <div class="hint">
        <p>Approve it only if you have begun this login yourself and your terminal shows this very code. Whoever
    sent you a code or a link would be let in as you.</p>
      </div>
      <form method="post" action="${PATHS.connect}/${login.number}">${formToken(session)}
    <div class="actions"><button name="decision" value="approve">Approve</button>
    <button class="quiet danger" name="decision" value="deny">Deny</button></div>
      </form>
    </div>
  `;
  return layout({ title: "Let a program in", body, session, place: PATHS.connect, isNarrow: true });
}
