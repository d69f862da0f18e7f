/**
 * Responses to `GET /api/auth/me` that are invalid, report an error or come from a gateway, each with its outcome.
 * `{host}` stands for the server's host and port.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import type { Outcome } from "../support/session.ts";

/** Raw bytes, or an HTTP response. */
export type Reply = Uint8Array | ((request: Request) => Response);

/** A test case: [name, response, outcome]. */
export type Row = readonly [string, Reply, Outcome];

/** @returns A response with this body, which is JSON unless the headers say otherwise. */
export function body(content: BodyInit | null, status = 200, headers: Record<string, string> = {}): Reply {
  const type: Record<string, string> = content === null ? {} : { "content-type": "application/json" };
  return () => new Response(content, { status, headers: { ...type, ...headers } });
}

/** @returns A response with this JSON value. */
export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return body(JSON.stringify(value), status, headers);
}

/** @returns The outcome of a failure with a one-sentence error. */
export function failure(message: string, code = 1): Outcome {
  return { code, stdout: "", stderr: `❌ Error: ${message}\n` };
}

/** @returns A response with a compressed body, or one that claims to be. */
export function gzip(gzipped: Uint8Array): Reply {
  return body(new Uint8Array(gzipped), 200, { "content-encoding": "gzip" });
}

const html = (content: string, status: number) => body(content, status, { "content-type": "text/html" });
const raw = (text: string): Reply => new TextEncoder().encode(text);
const http = (status: number, detail?: string, when = "later") =>
  failure(
    `{host} responded to GET /api/auth/me with HTTP ${status}${detail === undefined ? "" : `: ${detail}`}` +
      (status === 429 || status >= 500 ? `. Try again ${when}.` : ""),
  );
const page = (status: number) =>
  failure(
    `{host} responded to GET /api/auth/me with HTTP ${status} and a web page, probably ` +
      (status >= 500
        ? "a proxy's error page. Try again later."
        : "a sign-in page or a proxy's error page. Check the API URL and the proxy settings."),
  );
const SIGN_IN_REQUIRED = failure(
  "The network requires a sign-in before {host} can be reached (HTTP 511). Open a web page in a browser and sign in " +
    "there.",
);
const notJson = (what: string) => failure(`{host} responded with ${what}. Check the API URL and the proxy settings.`);
const connectionError = (reason: string) =>
  failure(
    "Unable to connect to FluxLoop API\n\n" +
      `Failed to connect to {host}: ${reason}\n\nPlease check your internet connection and try again.`,
    4,
  );
const denied = (details = "") =>
  failure(`Permission denied\n\nYour API key doesn't have permission to perform this action.${details}`, 3);

const PORTAL = '<!DOCTYPE html><html><body>Sign in to "Hotel Wi-Fi" <script>location="/"</script></body></html>';
const PROXY = "<html><head><title>ACME Proxy</title></head><body>Access denied by policy 17</body></html>";
const WEB_PAGE = notJson("a web page, probably a sign-in page or a proxy's error page");
const INVALID_JSON = notJson("invalid JSON");
const CLOSED_EARLY = connectionError("the connection was closed early");
const NOT_HTTP = connectionError("its response isn't HTTP");
const MALFORMED = connectionError("its response is malformed");
const GATEWAY = failure(
  "A gateway in front of {host} requires its own sign-in (HTTP 401). Your API key was not checked. Sign in to the gateway and try again.",
);
const INVALID = failure(
  "Invalid API key\n\nPlease check that:\n1. The API key is correct (no typos)\n" +
    "2. The key hasn't been revoked or expired\n3. You have network connectivity\n\n" +
    "Generate a new key at: http://{host}/settings/api-keys",
  3,
);
const NO_PLATFORM = failure(
  "{host} doesn't respond like a FluxLoop platform (HTTP 404). Check the API URL and the proxy settings.",
);
const HEADERS = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n";
const OLDER_OUTPUT = `Account: unknown

Organizations:
  • Acme Inc (owner)

Projects:
  • bot

API Access: unknown
Plan: unknown
Usage this month: unknown
`;

/** @returns The response of an older platform, which has only the lists. */
function older(workspaces: unknown, projects: unknown): Reply {
  const lists: Record<string, unknown> = { "/api/workspaces": workspaces, "/api/projects": projects };
  return (request) => {
    const list = lists[new URL(request.url).pathname];
    return list === undefined ? Response.json({ detail: "Not Found" }, { status: 404 }) : Response.json(list);
  };
}

const WORKSPACES = [{ id: "org_1", name: "Acme Inc", role: "owner" }];
const PROJECTS = [{ id: "prj_1", name: "bot" }];
const gzipped = gzipSync('{"account": {"email": "john@example.com"}}');

/** Responses of gateways, and bodies that aren't JSON. */
const BODY_ROWS: readonly Row[] = [
  ["a captive portal with 200", html(PORTAL, 200), WEB_PAGE],
  ["a captive portal with 511", html(PORTAL, 511), SIGN_IN_REQUIRED],
  ["a captive portal with 511 and no page", body(null, 511), SIGN_IN_REQUIRED],
  ["a captive portal with 503", html(PORTAL, 503), page(503)],
  ["a captive portal with 400", html(PORTAL, 400), page(400)],
  ["a captive portal without a content type", body(`\n ${PORTAL}`, 200, { "content-type": "" }), WEB_PAGE],
  ["a company proxy with 200", html(PROXY, 200), WEB_PAGE],
  ["a company proxy with 403", html(PROXY, 403), page(403)],
  ["a company proxy with 407", html(PROXY, 407), page(407)],
  ["a company proxy with 502", html(PROXY, 502), page(502)],
  ["an empty body", body(""), notJson("an empty body")],
  ["HTTP 204", body(null, 204), notJson("an empty body")],
  ["HTTP 304", body(null, 304), http(304)],
  ["a blank body", body(" \n"), INVALID_JSON],
  ["truncated JSON", body('{"account": {"id'), INVALID_JSON],
  ["a body shorter than its Content-Length", raw(`${HEADERS}{"account": {}}`), CLOSED_EARLY],
  ["headers without a body", raw(HEADERS), CLOSED_EARLY],
  ["truncated headers", raw("HTTP/1.1 200 OK\r\nContent-Le"), CLOSED_EARLY],
  ["a connection closed without a response", raw(""), CLOSED_EARLY],
  ["an invalid chunk", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), CLOSED_EARLY],
  ["binary garbage", raw("\0\x01garbage\r\n\r\n"), NOT_HTTP],
  ["another protocol", raw("SSH-2.0-OpenSSH_9.7\r\n"), NOT_HTTP],
  ["a two-digit status", raw("HTTP/1.1 42 OK\r\n\r\n"), NOT_HTTP],
  ["HTTP 999", raw("HTTP/1.1 999 Oh\r\nContent-Length: 0\r\n\r\n"), http(999)],
  ["an invalid Content-Length", raw("HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n"), MALFORMED],
  ["too many headers", raw(`HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(5000)}\r\n`), MALFORMED],
  ["a body that isn't gzip", gzip(new TextEncoder().encode(JSON.stringify(WORKSPACES))), MALFORMED],
  ["a UTF-16 body", body(Uint8Array.of(0xff, 0xfe, 0x7b, 0, 0x7d, 0)), INVALID_JSON],
  ["a body of random bytes", body(Uint8Array.of(0x80, 0xff, 0, 0x1b, 0x5b)), INVALID_JSON],
  ["a truncated gzip body", gzip(gzipped.subarray(0, 20)), CLOSED_EARLY],
  [
    "a gzip body that expands to 64 MiB",
    gzip(gzipSync(new Uint8Array(64 * 1024 * 1024))),
    failure("{host} sent a response of more than 8 MiB"),
  ],
  ["a body of 9 MiB", body(" ".repeat(9 * 1024 * 1024)), failure("{host} sent a response of more than 8 MiB")],
];

const redirected = "{host} redirects to https://evil.example. Your key was not sent there. Check the API URL.";
const DENIAL = { required_permission: "fly\x1b[2J", permissions: ["read\u202e", "upload_results"] };

/** Responses by HTTP status. */
const STATUS_ROWS: readonly Row[] = [
  ["a redirect without a location", body(null, 302), http(302)],
  ["a redirect to an invalid URL", body(null, 302, { location: "http://[" }), http(302)],
  ["a redirect to another host", body(null, 307, { location: "https://evil.example/?a" }), failure(redirected)],
  [
    "a redirect to another host, without a scheme",
    body(null, 301, { location: "//evil.example" }),
    failure(redirected.replace("https:", "http:")),
  ],
  [
    "a redirect to a file URL",
    body(null, 302, { location: "file:///etc/passwd" }),
    failure("{host} redirects to an invalid URL. Your key was not sent there. Check the API URL."),
  ],
  ["a redirect loop", body(null, 308, { location: "/api/auth/me" }), failure("{host} redirects too many times")],
  ["401 without a body", body(null, 401), GATEWAY],
  ["401 with an HTML body", html(PROXY, 401), GATEWAY],
  ["401 for an invalid key", json({ code: "invalid_api_key", detail: "x" }, 401), INVALID],
  ["401 for an expired key", json({ code: "expired_api_key" }, 401), INVALID],
  ["401 for a revoked key", json({ code: "revoked_api_key" }, 401), INVALID],
  ["401 with an unknown code", json({ code: "\x1b[31m" }, 401), INVALID],
  [
    "403 with the missing permission",
    json({ code: "permission_denied", ...DENIAL }, 403),
    denied("\n\nRequired permission: fly\\x1b[2J\nYour permissions: read\\u{202e}, upload_results"),
  ],
  [
    "403 with the missing permission in the detail",
    json({ detail: { code: "permission_denied", required_permission: "upload_results", permissions: [] } }, 403),
    denied("\n\nRequired permission: upload_results\nYour permissions: none"),
  ],
  [
    "403 with a list as its detail",
    json({ detail: [{ loc: ["header"], msg: "no" }] }, 403),
    denied(),
  ],
  ["401 with the code in the detail", json({ detail: { code: "expired_api_key" } }, 401), INVALID],
  ["403 with only a detail", json({ detail: "Forbidden" }, 403), denied()],
  [
    "403 with the key in its body",
    json({ required_permission: `Bearer ${DOCUMENTED_KEY}`, permissions: [DOCUMENTED_KEY] }, 403),
    denied("\n\nRequired permission: Bearer ****\nYour permissions: flux_dev_abc1...mno34"),
  ],
  ["403 without a body", body(null, 403), http(403)],
  ["404 from an older platform", older(WORKSPACES, PROJECTS), { code: 0, stdout: OLDER_OUTPUT, stderr: "" }],
  [
    "404 from an older platform that wraps its lists",
    older({ workspaces: WORKSPACES }, { projects: PROJECTS }),
    { code: 0, stdout: OLDER_OUTPUT, stderr: "" },
  ],
  [
    "404 without an older platform's lists",
    older({ detail: "ok" }, []),
    failure("Unexpected response from {host}: workspaces isn't a list. Check the API URL, or upgrade fluxloop."),
  ],
  ["404 for every request", json({ detail: "Not Found" }, 404), NO_PLATFORM],
  ["404 with an HTML body", html(PROXY, 404), NO_PLATFORM],
  ["400 with instructions in its detail", json({ detail: "no. Run: rm *.. " }, 400), http(400, "no. Run: rm *")],
  ["HTTP 409", json({ detail: "taken" }, 409), http(409, "taken")],
  ["422 with a string as its detail", json({ detail: "no\x1b[31m" }, 422), http(422, "no\\x1b[31m")],
  [
    "422 with a list as its detail",
    json({ detail: [{ loc: ["header", 1], msg: "bad" }, 7, { msg: "worse" }] }, 422),
    http(422, "header.1: bad; worse"),
  ],
  ["422 with an empty detail", json({ detail: "" }, 422), http(422)],
  ["422 with a list of empty details", json({ detail: [{}] }, 422), http(422)],
  ["422 with the key in its detail", json({ detail: `Bearer ${DOCUMENTED_KEY}` }, 422), http(422, "Bearer ****")],
  ["422 with HTML as its detail", json({ detail: "<html>\n<h1>Oops</h1>" }, 422), http(422)],
  ["HTTP 429", json({ detail: "slow down" }, 429), http(429, "slow down")],
  ["429 with Retry-After in seconds", body(null, 429, { "retry-after": "2" }), http(429, undefined, "in 2 s")],
  ["429 with Retry-After as a date", body(null, 429, { "retry-after": "Mon, 22 Jan 2024 12:00:05 GMT" }), http(429)],
  [
    "429 with Retry-After beyond the deadline",
    body(null, 429, { "retry-after": "86400" }),
    http(429, undefined, "in 86400 s"),
  ],
  ["429 with an invalid Retry-After", body(null, 429, { "retry-after": "-1 soon" }), http(429)],
  ...[500, 501, 502, 503, 504, 599].map((
    status,
  ): Row => [`HTTP ${status}`, body("<h1>Oops</h1>", status), http(status)]),
];

/** All rows. */
export const RESPONSE_ROWS: readonly Row[] = [...BODY_ROWS, ...STATUS_ROWS];
