/**
 * Answers to `GET /api/auth/me` that are documents with 200: with what is missing, further, or of another type.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import type { Outcome } from "../support/session.ts";
import { body, failure, gzip, json, type Row } from "./answers_table.ts";

/** The answer from which all others differ. */
export const ME: Readonly<Record<string, unknown>> = {
  account: { id: "usr_1", email: "john@example.com" },
  organizations: [{ id: "org_1", name: "Acme Inc", role: "owner" }],
  projects: [{ id: "prj_1", name: "bot" }],
  api_key: {
    id: "key_1",
    name: "My Development Key",
    created_at: "2024-01-16T00:00:00Z",
    expires_at: "2024-04-15T00:00:00Z",
    scopes: "all_projects",
    permissions: ["read_scenarios"],
  },
  api_access: true,
  plan: { name: "Team", runs_per_month: 1000 },
  usage: { runs_this_month: 234 },
};

const USUAL = {
  email: "john@example.com",
  organizations: "Organizations:\n  • Acme Inc (owner)",
  projects: "Projects:\n  • bot",
  access: "Enabled",
  plan: "Team (1,000 runs/month)",
  usage: "234 / 1,000 runs",
};

/** @returns What `whoami` shows, but for what differs. */
function shown(differing: Partial<typeof USUAL> = {}): Outcome {
  const { email, organizations, projects, access, plan, usage } = { ...USUAL, ...differing };
  const numbers = `API Access: ${access}\nPlan: ${plan}\nUsage this month: ${usage}\n`;
  return { code: 0, stdout: `${email}\n\n${organizations}\n\n${projects}\n\n${numbers}`, stderr: "" };
}

const me = (differing: Record<string, unknown>) => json({ ...ME, ...differing });
const key = (differing: Record<string, unknown>) => me({ api_key: { ...(ME.api_key as object), ...differing } });
const unreadable = (what: string) =>
  failure(`Unexpected response from {host}: ${what}. Check the API URL, or upgrade fluxloop.`);
const NO_OBJECT = unreadable("it isn't an object");
const NO_COUNT = "isn't a non-negative number";
const NO_TIME = unreadable("api_key.expires_at isn't a timestamp");
const EVIL = "a\0\x1b[31m\x9b2J\u202e\u2066\n\x7f";
const VISIBLE = "a\\x00\\x1b[31m\\x9b2J\\u{202e}\\u{2066}\\x0a\\x7f";
const MANY = Array.from({ length: 100_000 }, (_, index) => ({ id: `prj_${index}`, name: `bot ${index}` }));

const DOCUMENTS: readonly Row[] = [
  ["what the contract has", json(ME), shown()],
  ["null", body("null"), NO_OBJECT],
  ["a list", body("[]"), NO_OBJECT],
  ["a number", body("42"), NO_OBJECT],
  ["a text", body('"text"'), NO_OBJECT],
  ["true", body("true"), NO_OBJECT],
  ["no field at all", body("{}"), unreadable("account isn't an object")],
  ["lists in lists without end", body("[".repeat(100_000) + "]".repeat(100_000)), NO_OBJECT],
  [
    "a field that nests without end",
    body(JSON.stringify(ME).replace("{", `{"x":${"[".repeat(9e4)}${"]".repeat(9e4)},`)),
    shown(),
  ],
  ["further fields", me({ sso: { a: 1 }, __proto__: 1, constructor: null }), shown()],
  ["a field twice", body(JSON.stringify(ME).replace("{", '{"api_access":false,')), shown()],
  ["a mark of byte order", body(`\ufeff${JSON.stringify(ME)}`), shown()],
  [
    "bytes that are not UTF-8",
    body(latin1({ ...ME, plan: { name: "Größe" } })),
    shown({ plan: "Gr\ufffd\ufffde", usage: "234 runs" }),
  ],
  ["gzip", gzip(gzipSync(JSON.stringify(ME))), shown()],
  ["chunks", () => new Response(new Blob([JSON.stringify(ME)]).stream()), shown()],
  ["another type", json(ME, 200, { "content-type": "text/html" }), shown()],
  ["202", json(ME, 202), shown()],
  [
    "100,000 projects",
    me({ projects: MANY }),
    shown({ projects: ["Projects:", ...MANY.map((it) => `  • ${it.name}`)].join("\n") }),
  ],
];

const MISSING: readonly Row[] = [
  ["no account", me({ account: undefined }), unreadable("account isn't an object")],
  ["no email", me({ account: { id: "usr_1" } }), shown({ email: "Account: unknown" })],
  ["no organizations", me({ organizations: undefined }), shown({ organizations: "Organizations: unknown" })],
  ["an empty list of organizations", me({ organizations: [] }), shown({ organizations: "Organizations: none" })],
  [
    "an organization without a role",
    me({ organizations: [{ id: "o", name: "N" }] }),
    shown({ organizations: "Organizations:\n  • N" }),
  ],
  [
    "an organization without a name",
    me({ organizations: [{ id: "o" }] }),
    unreadable("organizations[0].name isn't a string"),
  ],
  [
    "an organization without an id",
    me({ organizations: [{ name: "N" }] }),
    unreadable("organizations[0].id isn't a string"),
  ],
  ["no projects", me({ projects: undefined }), shown({ projects: "Projects: unknown" })],
  ["an empty list of projects", me({ projects: [] }), shown({ projects: "Projects: none" })],
  ["no key", me({ api_key: undefined }), shown()],
  ["a key without fields", me({ api_key: {} }), shown()],
  ["no access", me({ api_access: undefined }), shown({ access: "unknown" })],
  ["no plan", me({ plan: null }), shown({ plan: "unknown", usage: "234 runs" })],
  ["a plan without a name", me({ plan: { runs_per_month: 1 } }), unreadable("plan.name isn't a string")],
  ["no usage", me({ usage: undefined }), shown({ usage: "unknown" })],
  ["a usage of nothing", me({ usage: {} }), shown({ usage: "unknown" })],
];

const TYPES: readonly Row[] = [
  ["an account that is a text", me({ account: "john" }), unreadable("account isn't an object")],
  ["an email that is a number", me({ account: { email: 1 } }), unreadable("account.email isn't a string")],
  ["organizations in an object", me({ organizations: {} }), unreadable("organizations isn't a list")],
  ["an organization that is null", me({ organizations: [null] }), unreadable("organizations[0] isn't an object")],
  [
    "a role that is a list",
    me({ organizations: [{ id: "o", name: "N", role: [] }] }),
    unreadable("organizations[0].role isn't a string"),
  ],
  ["projects in a text", me({ projects: "bot" }), unreadable("projects isn't a list")],
  ["a project that is a text", me({ projects: ["bot"] }), unreadable("projects[0] isn't an object")],
  ["a key that is a text", me({ api_key: "k" }), unreadable("api_key isn't an object")],
  ["a key's id that is a number", key({ id: 1 }), unreadable("api_key.id isn't a string")],
  ["scopes that are a text", key({ scopes: "some" }), unreadable("api_key.scopes isn't a list")],
  ["permissions in an object", key({ permissions: {} }), unreadable("api_key.permissions isn't a list")],
  ["a permission that is null", key({ permissions: [null] }), unreadable("api_key.permissions[0] isn't a string")],
  ["access as a text", me({ api_access: "yes" }), unreadable("api_access isn't a boolean")],
  ["a plan that is a text", me({ plan: "Team" }), unreadable("plan isn't an object")],
  ["usage as a number", me({ usage: 234 }), unreadable("usage isn't an object")],
  ["runs as a text", me({ usage: { runs_this_month: "234" } }), unreadable(`usage.runs_this_month ${NO_COUNT}`)],
  ["negative runs", me({ usage: { runs_this_month: -1 } }), unreadable(`usage.runs_this_month ${NO_COUNT}`)],
  ["a negative plan", me({ plan: { name: "T", runs_per_month: -5 } }), unreadable(`plan.runs_per_month ${NO_COUNT}`)],
  [
    "runs beyond all numbers",
    body(JSON.stringify(ME).replace("234", "1e999")),
    unreadable(`usage.runs_this_month ${NO_COUNT}`),
  ],
  ["1e308 runs", me({ usage: { runs_this_month: 1e308 } }), shown({ usage: "1e+308 / 1,000 runs" })],
  ["half a run", me({ usage: { runs_this_month: 0.5 } }), shown({ usage: "0.5 / 1,000 runs" })],
  ["minus nothing", body(JSON.stringify(ME).replace("234", "-0")), shown({ usage: "0 / 1,000 runs" })],
  [
    "more runs than the plan has",
    me({ usage: { runs_this_month: 2 ** 53 - 1 } }),
    shown({ usage: "9,007,199,254,740,991 / 1,000 runs" }),
  ],
];

const TEXTS: readonly Row[] = [
  [
    "a role never heard of",
    me({ organizations: [{ id: "o", name: "N", role: "jester" }] }),
    shown({ organizations: "Organizations:\n  • N (jester)" }),
  ],
  ["a permission never heard of", key({ permissions: ["fly"] }), shown()],
  ["a hostile email", me({ account: { email: EVIL } }), shown({ email: VISIBLE })],
  [
    "a hostile organization",
    me({ organizations: [{ id: EVIL, name: EVIL, role: EVIL }] }),
    shown({ organizations: `Organizations:\n  • ${VISIBLE} (${VISIBLE})` }),
  ],
  ["a hostile project", me({ projects: [{ id: EVIL, name: EVIL }] }), shown({ projects: `Projects:\n  • ${VISIBLE}` })],
  ["a hostile plan", me({ plan: { name: EVIL } }), shown({ plan: VISIBLE, usage: "234 runs" })],
  ["a date with an offset", key({ expires_at: "2024-04-15T01:00:00+02:00" }), shown()],
  ["a date without a time", key({ expires_at: "2024-04-15" }), shown()],
  ["a date with fractions", key({ created_at: "2024-01-16T00:00:00.123456Z" }), shown()],
  ["a date in lower case", key({ created_at: "2024-01-16t00:00:00z" }), shown()],
  ["a date with a space", key({ expires_at: "2024-04-15 00:00:00+00:00" }), shown()],
  ["a date with a space and without a zone", key({ expires_at: "2024-04-15 00:00:00" }), shown()],
  ["no end", key({ expires_at: null }), shown()],
  ["the 45th of a month", key({ expires_at: "2024-04-45T00:00:00Z" }), NO_TIME],
  ["the 30th of February", key({ expires_at: "2024-02-30T00:00:00Z" }), NO_TIME],
  ["a year of six digits", key({ expires_at: "+275760-09-13T00:00:00Z" }), NO_TIME],
  ["a word with a number for a date", key({ expires_at: "banana 5" }), NO_TIME],
  ["a word for a date", key({ expires_at: "soon" }), NO_TIME],
  ["an empty date", key({ expires_at: "" }), NO_TIME],
  ["seconds for a date", key({ expires_at: 1713139200 }), unreadable("api_key.expires_at isn't a string")],
];

function latin1(value: unknown): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(JSON.stringify(value), (it) => it.charCodeAt(0));
}

/** All rows. */
export const DOCUMENT_ROWS: readonly Row[] = [...DOCUMENTS, ...MISSING, ...TYPES, ...TEXTS];
