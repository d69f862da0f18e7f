import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { type FluxloopError, InvalidKeyError, PermissionDeniedError } from "../../src/errors.ts";
import { anything } from "../../src/api_client/fields.ts";
import { jsonOf } from "../../src/api_client/response.ts";
import type { PlatformResponse } from "../../src/api_client/transport.ts";

const API_URL = new URL("https://api.fluxloop.ai");
const GATEWAY =
  "A gateway in front of api.fluxloop.ai requires its own sign-in (HTTP 401). Your API key was not checked. Sign in to the gateway and try again.";

const respond = (status: number, text: string, headers: string | Record<string, string> = {}): PlatformResponse => ({
  method: "GET",
  path: "/api/auth/me",
  status,
  headers: new Headers(
    typeof headers === "string" ? { "content-type": headers } : { "content-type": "application/json", ...headers },
  ),
  text,
});

describe("a response", () => {
  it("is parsed as JSON if it is successful", () =>
    assertEquals(jsonOf(respond(200, '{"a": [1]}'), API_URL, anything), { a: [1] }));

  const bad: [string, PlatformResponse, number, string, string][] = [
    ["an unknown key", respond(401, '{"code": "invalid_api_key"}'), 3, "invalid_api_key", "Invalid API key"],
    ["an expired key", respond(401, '{"code": "expired_api_key"}'), 3, "expired_api_key", "Invalid API key"],
    ["a revoked key", respond(401, '{"code": "revoked_api_key"}'), 3, "revoked_api_key", "Invalid API key"],
    ["401 with an unknown code", respond(401, '{"code": "teapot"}'), 3, "invalid_api_key", "Invalid API key"],
    ["401 without a body", respond(401, ""), 1, "platform", GATEWAY],
    ["401 with a web page", respond(401, "<html>nginx</html>"), 1, "platform", GATEWAY],
    ["401 with a JSON string", respond(401, '"no"'), 1, "platform", GATEWAY],
    ["401 with a Basic challenge", respond(401, "{}", { "www-authenticate": "Basic" }), 1, "platform", GATEWAY],
    [
      "401 with a Bearer challenge",
      respond(401, "{}", { "www-authenticate": "Bearer" }),
      3,
      "invalid_api_key",
      "Invalid API key",
    ],
    [
      "an expired key with the code in the detail",
      respond(401, '{"detail": {"code": "expired_api_key"}}'),
      3,
      "expired_api_key",
      "Invalid API key",
    ],
    ["403", respond(403, '{"code": "permission_denied"}'), 3, "permission_denied", "Permission denied"],
    ["404", respond(404, '{"detail": "x"}'), 5, "not_found", "api.fluxloop.ai doesn't have /api/auth/me"],
    [
      "403 with a proxy's web page",
      respond(403, "<html>no</html>", "text/html"),
      1,
      "platform",
      "api.fluxloop.ai responded to GET /api/auth/me with HTTP 403 and a web page, probably a sign-in page or a proxy's error page. Check the API URL and the proxy settings.",
    ],
    [
      "422 with a string as its detail",
      respond(422, '{"detail": "name is taken"}'),
      1,
      "platform",
      "api.fluxloop.ai responded to GET /api/auth/me with HTTP 422: name is taken",
    ],
    [
      "422 with a list as its detail",
      respond(422, '{"detail": [{"loc": ["body", "name"], "msg": "too long"}, {"msg": "no"}]}'),
      1,
      "platform",
      "api.fluxloop.ai responded to GET /api/auth/me with HTTP 422: body.name: too long; no",
    ],
    [
      "422 for fields that come from options",
      {
        ...respond(
          422,
          `{"detail": [
            {"loc": ["body", "name"], "msg": "too long."}, {"loc": ["body", "items", 0], "msg": "not ${
            "k3y".repeat(7)
          }"},
            {"loc": ["body", "constructor"], "msg": "no"}, {"loc": ["header", "name"], "msg": "no"}
          ]}`,
        ),
        options: { name: "--name", items: "--item" },
      },
      2,
      "usage",
      "The platform rejected --name: too long.; --item: not ****",
    ],
    [
      "503 with an HTML body",
      respond(503, "<h1>x</h1>"),
      1,
      "platform",
      "api.fluxloop.ai responded to GET /api/auth/me with HTTP 503. Try again later.",
    ],
    [
      "a captive portal's sign-in page",
      respond(200, "<!DOCTYPE html><title>Welcome</title>", "text/html"),
      1,
      "platform",
      "api.fluxloop.ai responded with a web page, probably a sign-in page or a proxy's error page. Check the API URL and the proxy settings.",
    ],
    [
      "an empty body",
      respond(200, ""),
      1,
      "platform",
      "api.fluxloop.ai responded with an empty body. Check the API URL and the proxy settings.",
    ],
    [
      "incomplete JSON",
      respond(200, '{"account": {"id'),
      1,
      "platform",
      "api.fluxloop.ai responded with invalid JSON. Check the API URL and the proxy settings.",
    ],
  ];
  for (const [what, response, exitCode, code, message] of bad) {
    it(`becomes the error "${code}" for ${what}`, () => {
      const error = assertThrows(() => jsonOf(response, API_URL, anything)) as FluxloopError;
      assertEquals([error.exitCode, error.code, error.message], [exitCode, code, message]);
    });
  }

  it("becomes an error that names the missing permission", () => {
    const body =
      '{"code": "permission_denied", "required_permission": "upload_results", "permissions": ["read_scenarios"]}';
    const error = assertThrows(() => jsonOf(respond(403, body), API_URL, anything), PermissionDeniedError);
    assertEquals([error.required, error.permissions], ["upload_results", ["read_scenarios"]]);
  });

  it("becomes an error with the API URL, for the link to the API keys page", () => {
    assertEquals(assertThrows(() => jsonOf(respond(401, "{}"), API_URL, anything), InvalidKeyError).apiUrl, API_URL);
  });
});
