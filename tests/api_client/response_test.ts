import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type FluxloopError, InvalidKeyError, PermissionDeniedError } from "../../src/errors.ts";
import { anything } from "../../src/api_client/fields.ts";
import { jsonOf } from "../../src/api_client/response.ts";
import type { PlatformResponse } from "../../src/api_client/transport.ts";

const API_URL = new URL("https://api.fluxloop.ai");
const GATEWAY =
  "A gateway in front of api.fluxloop.ai requires its own sign-in (HTTP 401). Your API key was not checked. Sign in to the gateway and try again.";

const answer = (status: number, text: string, headers: string | Record<string, string> = {}): PlatformResponse => ({
  method: "GET",
  path: "/api/auth/me",
  status,
  headers: new Headers(
    typeof headers === "string" ? { "content-type": headers } : { "content-type": "application/json", ...headers },
  ),
  text,
});

describe("a response", () => {
  it("has JSON that is read if it is successful", () =>
    assertEquals(jsonOf(answer(200, '{"a": [1]}'), API_URL, anything), { a: [1] }));

  const bad: [string, PlatformResponse, number, string, string][] = [
    ["an unknown key", answer(401, '{"code": "invalid_api_key"}'), 3, "invalid_api_key", "Invalid API key"],
    ["an expired key", answer(401, '{"code": "expired_api_key"}'), 3, "expired_api_key", "Invalid API key"],
    ["a revoked key", answer(401, '{"code": "revoked_api_key"}'), 3, "revoked_api_key", "Invalid API key"],
    ["401 with another code", answer(401, '{"code": "teapot"}'), 3, "invalid_api_key", "Invalid API key"],
    ["401 without a body", answer(401, ""), 1, "platform", GATEWAY],
    ["401 with a web page", answer(401, "<html>nginx</html>"), 1, "platform", GATEWAY],
    ["401 with a text", answer(401, '"no"'), 1, "platform", GATEWAY],
    ["401 with a challenge for a password", answer(401, "{}", { "www-authenticate": "Basic" }), 1, "platform", GATEWAY],
    [
      "401 with the platform's own challenge",
      answer(401, "{}", { "www-authenticate": "Bearer" }),
      3,
      "invalid_api_key",
      "Invalid API key",
    ],
    [
      "an expired key, with the code in detail",
      answer(401, '{"detail": {"code": "expired_api_key"}}'),
      3,
      "expired_api_key",
      "Invalid API key",
    ],
    ["403", answer(403, '{"code": "permission_denied"}'), 3, "permission_denied", "Permission denied"],
    ["404", answer(404, '{"detail": "x"}'), 5, "not_found", "api.fluxloop.ai doesn't have /api/auth/me"],
    [
      "403 with a web page of a proxy",
      answer(403, "<html>no</html>", "text/html"),
      1,
      "platform",
      "api.fluxloop.ai responded to GET /api/auth/me with HTTP 403 and a web page, probably a sign-in page or a proxy's error page. Check the API URL and the proxy settings.",
    ],
    [
      "422 with a text",
      answer(422, '{"detail": "name is taken"}'),
      1,
      "platform",
      "api.fluxloop.ai responded to GET /api/auth/me with HTTP 422: name is taken",
    ],
    [
      "422 with a list",
      answer(422, '{"detail": [{"loc": ["body", "name"], "msg": "too long"}, {"msg": "no"}]}'),
      1,
      "platform",
      "api.fluxloop.ai responded to GET /api/auth/me with HTTP 422: body.name: too long; no",
    ],
    [
      "503 in HTML",
      answer(503, "<h1>x</h1>"),
      1,
      "platform",
      "api.fluxloop.ai responded to GET /api/auth/me with HTTP 503. Try again later.",
    ],
    [
      "a sign-in page of a hotel",
      answer(200, "<!DOCTYPE html><title>Welcome</title>", "text/html"),
      1,
      "platform",
      "api.fluxloop.ai responded with a web page, probably a sign-in page or a proxy's error page. Check the API URL and the proxy settings.",
    ],
    [
      "an empty body",
      answer(200, ""),
      1,
      "platform",
      "api.fluxloop.ai responded with an empty body. Check the API URL and the proxy settings.",
    ],
    [
      "incomplete JSON",
      answer(200, '{"account": {"id'),
      1,
      "platform",
      "api.fluxloop.ai responded with invalid JSON. Check the API URL and the proxy settings.",
    ],
  ];
  for (const [what, given, exitCode, code, message] of bad) {
    it(`is the right error for ${what}`, () => {
      const error = assertThrows(() => jsonOf(given, API_URL, anything)) as FluxloopError;
      assertEquals([error.exitCode, error.code, error.message], [exitCode, code, message]);
    });
  }

  it("names the missing permission", () => {
    const body =
      '{"code": "permission_denied", "required_permission": "upload_results", "permissions": ["read_scenarios"]}';
    const error = assertThrows(() => jsonOf(answer(403, body), API_URL, anything), PermissionDeniedError);
    assertEquals([error.required, error.permissions], ["upload_results", ["read_scenarios"]]);
  });

  it("keeps the API URL of an invalid key for the link to the key page", () => {
    assertEquals(assertThrows(() => jsonOf(answer(401, "{}"), API_URL, anything), InvalidKeyError).apiUrl, API_URL);
  });
});
