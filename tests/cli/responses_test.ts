import { assert, assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { listen } from "../support/listener.ts";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { listenRaw, ME } from "../support/malformed_responses.ts";
import { type Outcome, Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";
import { DOCUMENT_ROWS } from "./response_fields_table.ts";
import { body, failure, json, type Reply, RESPONSE_ROWS, type Row } from "./responses_table.ts";

/** Runs a command against a server with this response. @returns Its outcome, with `{host}` for the server's host. */
async function outcomeOf(reply: Reply, command: string): Promise<Outcome> {
  const server = reply instanceof Uint8Array ? listenRaw(() => reply) : listen(reply);
  const session = new Session({ env: { FLUXLOOP_API_URL: server.url, FLUXLOOP_API_KEY: DOCUMENTED_KEY } });
  const { code, stdout, stderr } = await session.run(["auth", command]);
  await server.stop();
  const named = (text: string) => text.replaceAll(new URL(server.url).host, "{host}");
  return { code, stdout: named(stdout), stderr: named(stderr) };
}

/** @returns The outcome of `auth status` with a verified key. */
function status(expires: string, permissions = "  ✅ Read scenarios", scopes = "All Projects", more = ""): Outcome {
  const others = ["Upload results", "Create scenarios", "Delete scenarios", "Manage projects"];
  return {
    code: 0,
    stdout: `✅ Authenticated

Profile: (FLUXLOOP_API_KEY)
Account: john@example.com
Organizations:
  • Acme Inc (owner)

API Key: flux_dev_abc1...mno34
Expires: ${expires}
Scopes: ${scopes}
Permissions:
${[permissions, ...others.map((it) => `  ❌ ${it}`)].join("\n")}
${more}`,
    stderr: "",
  };
}

function unverified(error: Outcome): Outcome {
  const stdout = `⚠️  Not verified

Profile: (FLUXLOOP_API_KEY)
Account: unknown
API Key: flux_dev_abc1...mno34
Expires: unknown
`;
  return { ...error, stdout };
}

const key = (overrides: object) => json({ ...ME, api_key: { ...(ME.api_key as object), ...overrides } });
const ROTATE = "Generate a new key at http://{host}/settings/api-keys and set it in FLUXLOOP_API_KEY\n";

const STATUS_ROWS: readonly Row[] = [
  ["the response in the contract", json(ME), status("2024-04-15 (84 days remaining)")],
  [
    "an expiry with an offset, in UTC",
    key({ expires_at: "2024-04-15T01:00:00+02:00" }),
    status("2024-04-14 (83 days remaining)"),
  ],
  ["an expiry without a time", key({ expires_at: "2024-04-15" }), status("2024-04-15 (84 days remaining)")],
  ["a key that never expires", key({ expires_at: null }), status("Never")],
  [
    "an expired key",
    key({ expires_at: "2024-01-20T00:00:00Z" }),
    status("2024-01-20 (expired 2 days ago)", undefined, undefined, `\n⚠️  This key has expired. ${ROTATE}`),
  ],
  [
    "hostile scopes",
    key({ scopes: ["\x1b[31m", "prj_1"] }),
    status("2024-04-15 (84 days remaining)", undefined, "\\x1b[31m, bot"),
  ],
  [
    "an expiry in the year 9999",
    key({ expires_at: "9999-12-31T23:59:59Z" }),
    status("9999-12-31 (2913152 days remaining)"),
  ],
  [
    "an expiry on February 30",
    key({ expires_at: "2024-02-30T00:00:00Z" }),
    unverified(
      failure(
        "Unexpected response from {host}: api_key.expires_at isn't a timestamp. Check the API URL, or upgrade fluxloop.",
      ),
    ),
  ],
  [
    "a captive portal's web page",
    body("<html>", 200, { "content-type": "text/html" }),
    unverified(
      failure(
        "{host} responded with a web page, probably a sign-in page or a proxy's error page. Check the API URL and the proxy settings.",
      ),
    ),
  ],
  [
    "HTTP 503",
    body(null, 503),
    unverified(failure("{host} responded to GET /api/auth/me with HTTP 503. Try again later.")),
  ],
];

/** @returns The verb for a test name: whether the response is accepted or reported as an error. */
const verbFor = ({ code }: Outcome) => code === 0 ? "accepts" : "reports";

describe("auth whoami and auth status", () => {
  afterEach(removeTestHomes);

  for (const [what, reply, expected] of RESPONSE_ROWS) {
    it(`whoami ${verbFor(expected)} ${what}`, async () => assertEquals(await outcomeOf(reply, "whoami"), expected));
  }

  for (const [what, reply, expected] of DOCUMENT_ROWS) {
    it(`whoami ${verbFor(expected)} ${what}`, async () => {
      const outcome = await outcomeOf(reply, "whoami");
      // assertEquals would compute a diff of the whole texts.
      if (expected.stdout.length > 100_000) assert(outcome.stdout === expected.stdout);
      else assertEquals(outcome, expected);
    });
  }

  for (const [what, reply, expected] of STATUS_ROWS) {
    it(`status ${verbFor(expected)} ${what}`, async () => assertEquals(await outcomeOf(reply, "status"), expected));
  }

  it("whoami shortens a long detail", async () => {
    const { code, stderr } = await outcomeOf(json({ detail: "a".repeat(20_000) }, 422), "whoami");
    assertEquals(code, 1);
    assert(stderr.length < 1_000, `${stderr.length} characters`);
  });

  it("whoami doesn't send the key to another host after a redirect", async () => {
    const other = listen(() => Response.json(ME));
    const { code } = await outcomeOf(body(null, 307, { location: `${other.url}/api/auth/me` }), "whoami");
    await other.stop();
    assertEquals([code, other.requests.length], [1, 0]);
  });
});
