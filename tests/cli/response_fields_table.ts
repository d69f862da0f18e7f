/**
 * Responses to `GET /api/auth/me` with HTTP 200 and JSON: complete, with missing or unknown fields, or of another type.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { ME } from "../support/malformed_responses.ts";
import type { Outcome } from "../support/session.ts";
import { body, failure, gzip, json, type Row } from "./responses_table.ts";

const COMPLETE = {
  email: "john@example.com",
  organizations: "Organizations:\n  • Acme Inc (owner)",
  projects: "Projects:\n  • bot",
  access: "Enabled",
  plan: "Team (1,000 runs/month)",
  usage: "234 / 1,000 runs",
};

/** @returns The output of `whoami` for the complete response, with these overrides. */
function shown(overrides: Partial<typeof COMPLETE> = {}): Outcome {
  const { email, organizations, projects, access, plan, usage } = { ...COMPLETE, ...overrides };
  const details = `API Access: ${access}\nPlan: ${plan}\nUsage this month: ${usage}\n`;
  return { code: 0, stdout: `${email}\n\n${organizations}\n\n${projects}\n\n${details}`, stderr: "" };
}

const me = (overrides: Record<string, unknown>) => json({ ...ME, ...overrides });
const key = (overrides: Record<string, unknown>) => me({ api_key: { ...(ME.api_key as object), ...overrides } });
const unexpected = (what: string) =>
  failure(`Unexpected response from {host}: ${what}. Check the API URL, or upgrade fluxloop.`);
const NOT_AN_OBJECT = unexpected("it isn't an object");
const NOT_A_COUNT = "isn't a non-negative number";
const NOT_A_TIMESTAMP = unexpected("api_key.expires_at isn't a timestamp");
const HOSTILE = "a\0\x1b[31m\x9b2J\u202e\u2066\n\x7f";
const ESCAPED = "a\\x00\\x1b[31m\\x9b2J\\u{202e}\\u{2066}\\x0a\\x7f";
const MANY = Array.from({ length: 100_000 }, (_, index) => ({ id: `prj_${index}`, name: `bot ${index}` }));

const DOCUMENTS: readonly Row[] = [
  ["the response in the contract", json(ME), shown()],
  ["null instead of an object", body("null"), NOT_AN_OBJECT],
  ["a list instead of an object", body("[]"), NOT_AN_OBJECT],
  ["a number instead of an object", body("42"), NOT_AN_OBJECT],
  ["a string instead of an object", body('"text"'), NOT_AN_OBJECT],
  ["true instead of an object", body("true"), NOT_AN_OBJECT],
  ["an empty object", body("{}"), unexpected("account isn't an object")],
  ["deeply nested lists", body("[".repeat(100_000) + "]".repeat(100_000)), NOT_AN_OBJECT],
  [
    "a deeply nested unknown field",
    body(JSON.stringify(ME).replace("{", `{"x":${"[".repeat(9e4)}${"]".repeat(9e4)},`)),
    shown(),
  ],
  ["unknown fields", me({ sso: { a: 1 }, __proto__: 1, constructor: null }), shown()],
  ["a duplicate field", body(JSON.stringify(ME).replace("{", '{"api_access":false,')), shown()],
  ["a byte order mark", body(`\ufeff${JSON.stringify(ME)}`), shown()],
  [
    "invalid UTF-8",
    body(latin1({ ...ME, plan: { name: "Größe" } })),
    shown({ plan: "Gr\ufffd\ufffde", usage: "234 runs" }),
  ],
  ["a gzip body", gzip(gzipSync(JSON.stringify(ME))), shown()],
  ["a chunked body", () => new Response(new Blob([JSON.stringify(ME)]).stream()), shown()],
  ["another content type", json(ME, 200, { "content-type": "text/html" }), shown()],
  ["HTTP 202", json(ME, 202), shown()],
  [
    "100,000 projects",
    me({ projects: MANY }),
    shown({ projects: ["Projects:", ...MANY.map((it) => `  • ${it.name}`)].join("\n") }),
  ],
];

const MISSING: readonly Row[] = [
  ["a missing account", me({ account: undefined }), unexpected("account isn't an object")],
  ["a missing email", me({ account: { id: "usr_1" } }), shown({ email: "Account: unknown" })],
  ["missing organizations", me({ organizations: undefined }), shown({ organizations: "Organizations: unknown" })],
  ["an empty list of organizations", me({ organizations: [] }), shown({ organizations: "Organizations: none" })],
  [
    "an organization without a role",
    me({ organizations: [{ id: "o", name: "N" }] }),
    shown({ organizations: "Organizations:\n  • N" }),
  ],
  [
    "an organization without a name",
    me({ organizations: [{ id: "o" }] }),
    unexpected("organizations[0].name isn't a string"),
  ],
  [
    "an organization without an id",
    me({ organizations: [{ name: "N" }] }),
    unexpected("organizations[0].id isn't a string"),
  ],
  ["missing projects", me({ projects: undefined }), shown({ projects: "Projects: unknown" })],
  ["an empty list of projects", me({ projects: [] }), shown({ projects: "Projects: none" })],
  ["a missing key", me({ api_key: undefined }), shown()],
  ["a key without fields", me({ api_key: {} }), shown()],
  ["missing API access", me({ api_access: undefined }), shown({ access: "unknown" })],
  ["a null plan", me({ plan: null }), shown({ plan: "unknown", usage: "234 runs" })],
  ["a plan without a name", me({ plan: { runs_per_month: 1 } }), unexpected("plan.name isn't a string")],
  ["missing usage", me({ usage: undefined }), shown({ usage: "unknown" })],
  ["an empty usage object", me({ usage: {} }), shown({ usage: "unknown" })],
];

const TYPES: readonly Row[] = [
  ["an account that is a string", me({ account: "john" }), unexpected("account isn't an object")],
  ["an email that is a number", me({ account: { email: 1 } }), unexpected("account.email isn't a string")],
  ["organizations that are an object", me({ organizations: {} }), unexpected("organizations isn't a list")],
  ["a null organization", me({ organizations: [null] }), unexpected("organizations[0] isn't an object")],
  [
    "a role that is a list",
    me({ organizations: [{ id: "o", name: "N", role: [] }] }),
    unexpected("organizations[0].role isn't a string"),
  ],
  ["projects that are a string", me({ projects: "bot" }), unexpected("projects isn't a list")],
  ["a project that is a string", me({ projects: ["bot"] }), unexpected("projects[0] isn't an object")],
  ["a key that is a string", me({ api_key: "k" }), unexpected("api_key isn't an object")],
  ["a key ID that is a number", key({ id: 1 }), unexpected("api_key.id isn't a string")],
  ["scopes that are an unknown string", key({ scopes: "some" }), unexpected("api_key.scopes isn't a list")],
  ["permissions that are an object", key({ permissions: {} }), unexpected("api_key.permissions isn't a list")],
  ["a null permission", key({ permissions: [null] }), unexpected("api_key.permissions[0] isn't a string")],
  ["API access that is a string", me({ api_access: "yes" }), unexpected("api_access isn't a boolean")],
  ["a plan that is a string", me({ plan: "Team" }), unexpected("plan isn't an object")],
  ["usage that is a number", me({ usage: 234 }), unexpected("usage isn't an object")],
  [
    "a run count that is a string",
    me({ usage: { runs_this_month: "234" } }),
    unexpected(`usage.runs_this_month ${NOT_A_COUNT}`),
  ],
  ["a negative run count", me({ usage: { runs_this_month: -1 } }), unexpected(`usage.runs_this_month ${NOT_A_COUNT}`)],
  [
    "a negative run limit",
    me({ plan: { name: "T", runs_per_month: -5 } }),
    unexpected(`plan.runs_per_month ${NOT_A_COUNT}`),
  ],
  [
    "a run count that overflows",
    body(JSON.stringify(ME).replace("234", "1e999")),
    unexpected(`usage.runs_this_month ${NOT_A_COUNT}`),
  ],
  ["a run count of 1e308", me({ usage: { runs_this_month: 1e308 } }), shown({ usage: "1e+308 / 1,000 runs" })],
  ["a fractional run count", me({ usage: { runs_this_month: 0.5 } }), shown({ usage: "0.5 / 1,000 runs" })],
  ["a run count of -0", body(JSON.stringify(ME).replace("234", "-0")), shown({ usage: "0 / 1,000 runs" })],
  [
    "more runs than the plan allows",
    me({ usage: { runs_this_month: 2 ** 53 - 1 } }),
    shown({ usage: "9,007,199,254,740,991 / 1,000 runs" }),
  ],
];

const TEXTS: readonly Row[] = [
  [
    "an unknown role",
    me({ organizations: [{ id: "o", name: "N", role: "jester" }] }),
    shown({ organizations: "Organizations:\n  • N (jester)" }),
  ],
  ["an unknown permission", key({ permissions: ["fly"] }), shown()],
  ["a hostile email", me({ account: { email: HOSTILE } }), shown({ email: ESCAPED })],
  [
    "a hostile organization",
    me({ organizations: [{ id: HOSTILE, name: HOSTILE, role: HOSTILE }] }),
    shown({ organizations: `Organizations:\n  • ${ESCAPED} (${ESCAPED})` }),
  ],
  [
    "a hostile project",
    me({ projects: [{ id: HOSTILE, name: HOSTILE }] }),
    shown({ projects: `Projects:\n  • ${ESCAPED}` }),
  ],
  ["a hostile plan", me({ plan: { name: HOSTILE } }), shown({ plan: ESCAPED, usage: "234 runs" })],
  ["a date with an offset", key({ expires_at: "2024-04-15T01:00:00+02:00" }), shown()],
  ["a date without a time", key({ expires_at: "2024-04-15" }), shown()],
  ["a date with fractional seconds", key({ created_at: "2024-01-16T00:00:00.123456Z" }), shown()],
  ["a date in lower case", key({ created_at: "2024-01-16t00:00:00z" }), shown()],
  ["a date with a space instead of T", key({ expires_at: "2024-04-15 00:00:00+00:00" }), shown()],
  ["a date with a space and no time zone", key({ expires_at: "2024-04-15 00:00:00" }), shown()],
  ["a key that never expires", key({ expires_at: null }), shown()],
  ["a date on the 45th of a month", key({ expires_at: "2024-04-45T00:00:00Z" }), NOT_A_TIMESTAMP],
  ["a date on February 30", key({ expires_at: "2024-02-30T00:00:00Z" }), NOT_A_TIMESTAMP],
  ["a date with a six-digit year", key({ expires_at: "+275760-09-13T00:00:00Z" }), NOT_A_TIMESTAMP],
  ["a word and a number as a date", key({ expires_at: "banana 5" }), NOT_A_TIMESTAMP],
  ["a word as a date", key({ expires_at: "soon" }), NOT_A_TIMESTAMP],
  ["an empty date", key({ expires_at: "" }), NOT_A_TIMESTAMP],
  ["a Unix timestamp as a date", key({ expires_at: 1713139200 }), unexpected("api_key.expires_at isn't a string")],
];

function latin1(value: unknown): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(JSON.stringify(value), (it) => it.charCodeAt(0));
}

/** All rows. */
export const DOCUMENT_ROWS: readonly Row[] = [...DOCUMENTS, ...MISSING, ...TYPES, ...TEXTS];
