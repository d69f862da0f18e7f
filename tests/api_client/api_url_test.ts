import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { UsageError } from "../../src/errors.ts";
import { apiUrlText, pageUrl, parseApiUrl } from "../../src/api_client/api_url.ts";

describe("API URL", () => {
  const good: [string, string][] = [
    ["https://api.fluxloop.ai", "https://api.fluxloop.ai"],
    ["https://api.fluxloop.ai/", "https://api.fluxloop.ai"],
    ["https://Proxy.Example.com:8443/fluxloop/", "https://proxy.example.com:8443/fluxloop"],
    ["http://127.0.0.1:8787", "http://127.0.0.1:8787"],
    ["http://127.1.2.3:1", "http://127.1.2.3:1"],
    ["http://localhost:8787", "http://localhost:8787"],
    ["http://[::1]:8787", "http://[::1]:8787"],
  ];
  for (const [text, url] of good) it(`accepts ${text}`, () => assertEquals(apiUrlText(parseApiUrl(text, "it")), url));

  const bad: [string, string][] = [
    ["nonsense", "isn't a valid URL"],
    ["", "isn't a valid URL"],
    ["http://example.com", "plain http to example.com"],
    ["http://127.0.0.1.example.com", "plain http"],
    ["http://localhost.example.com", "plain http"],
    ["http://10.0.0.1", "plain http"],
    ["http://api.localhost", "plain http"],
    ["ftp://example.com", "must start with https://"],
    ["file:///etc/passwd", "must start with https://"],
    ["https://user:password@example.com", "not contain a user name"],
    ["https://example.com/?a=1", "not contain a user name, password, query"],
    ["https://example.com/#a", "not contain a user name, password, query or fragment"],
  ];
  for (const [text, message] of bad) {
    it(`rejects ${text || "an empty string"}`, () => {
      assertThrows(() => parseApiUrl(text, "FLUXLOOP_API_URL"), UsageError, message);
    });
  }

  it("omits the password from the error", () => {
    const error = assertThrows(() => parseApiUrl("https://u:hunter2@example.com", "--api-url"), UsageError);
    assertEquals(error.message.includes("hunter2"), false);
  });

  const pages: [string, string][] = [
    ["https://api.fluxloop.ai", "https://app.fluxloop.ai/settings/api-keys"],
    ["https://api.acme.example:8443/v1", "https://app.acme.example:8443/settings/api-keys"],
    ["https://fluxloop.example/api", "https://fluxloop.example/settings/api-keys"],
    ["http://127.0.0.1:8787", "http://127.0.0.1:8787/settings/api-keys"],
  ];
  for (const [api, page] of pages) {
    it(`links to the pages of ${api}`, () => assertEquals(pageUrl(new URL(api), "/settings/api-keys"), page));
  }
});
