/**
 * What the handlers of the embedded platform's pages get.
 *
 * @module
 */
import type { Platform } from "../routes.ts";
import type { Form } from "./form.ts";
import type { PageSession, PageSessions } from "./page_sessions.ts";

/** Somebody who has signed in asks for a page, or sends a form of theirs. */
export interface SignedInCall {
  readonly platform: Platform;
  readonly sessions: PageSessions;
  readonly session: PageSession;
  readonly url: URL;
  /** What stands in the path for each `{name}`, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Whether nobody sees the answer yet: a preview, or a browser that is ahead of its user. */
  readonly isLookingAhead: boolean;
  /** The form's fields; empty for GET. */
  readonly form: Form;
}
