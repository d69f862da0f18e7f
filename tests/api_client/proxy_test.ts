import { assertEquals, assertThrows } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { ConfigurationError } from "../../src/errors.ts";
import { proxyFor } from "../../src/api_client/proxy.ts";
import { removeTestHomes, world } from "../support/world.ts";

const HOSTED = "https://api.fluxloop.ai";
const select = (env: Record<string, string>, url = HOSTED) => proxyFor(world({ env }).context, new URL(url));

describe("the proxy for a request", () => {
  afterEach(removeTestHomes);

  const chosen: [string, Record<string, string>, string | null][] = [
    ["none if no variable is set", {}, null],
    ["HTTPS_PROXY", { HTTPS_PROXY: "http://a:1" }, "http://a:1/"],
    ["https_proxy rather than HTTPS_PROXY", { HTTPS_PROXY: "http://a:1", https_proxy: "http://b:1" }, "http://b:1/"],
    ["HTTPS_PROXY rather than ALL_PROXY", { HTTPS_PROXY: "http://a:1", all_proxy: "http://b:1" }, "http://a:1/"],
    ["ALL_PROXY", { ALL_PROXY: "socks5://a:1" }, "socks5://a:1"],
    ["none for an https URL if only HTTP_PROXY is set", { HTTP_PROXY: "http://a:1" }, null],
    ["none if the variables are empty", { HTTPS_PROXY: "", https_proxy: " " }, null],
    [
      "an HTTP proxy if the address has no scheme",
      { HTTPS_PROXY: "proxy.example.com:8080" },
      "http://proxy.example.com:8080/",
    ],
  ];
  for (const [what, env, url] of chosen) it(`is ${what}`, () => assertEquals(select(env)?.url ?? null, url));

  for (const url of ["http://127.0.0.1:8787", "http://localhost:1", "http://[::1]:1", "https://127.0.0.1"]) {
    it(`is never used for ${url}`, () => {
      assertEquals(select({ HTTP_PROXY: "http://a:1", HTTPS_PROXY: "http://a:1", ALL_PROXY: "http://a:1" }, url), null);
    });
  }

  const exceptions: [string, string, boolean][] = [
    ["*", HOSTED, true],
    ["api.fluxloop.ai", HOSTED, true],
    ["fluxloop.ai", HOSTED, true],
    [".fluxloop.ai", HOSTED, true],
    ["*.fluxloop.ai", HOSTED, true],
    ["API.FLUXLOOP.AI", HOSTED, true],
    ["loop.ai", HOSTED, false],
    ["fluxloop.ai.example", HOSTED, false],
    ["a.example, fluxloop.ai ,b.example", HOSTED, true],
    ["a.example fluxloop.ai", HOSTED, true],
    ["a.example;fluxloop.ai", HOSTED, true],
    ['"fluxloop.ai"', HOSTED, true],
    ["api.fluxloop.ai:443", HOSTED, true],
    ["api.fluxloop.ai:8443", HOSTED, false],
    ["api.fluxloop.ai:8443", `${HOSTED}:8443`, true],
    ["10.1.2.3", "https://10.1.2.3", true],
    ["10.1.2.3:443", "https://10.1.2.3", true],
    ["2.3", "https://10.1.2.3", false],
    ["10.0.0.0/8", "https://10.1.2.3", true],
    ["10.0.0.0/16", "https://10.1.2.3", false],
    ["0.0.0.0/0", "https://10.1.2.3", true],
    ["10.0.0.0/8", HOSTED, false],
    ["fd00::/8", "https://[fd12:3456::1]", true],
    ["fd00::/16", "https://[fd12:3456::1]", false],
    ["fd12:3456::1", "https://[fd12:3456::1]", true],
    ["[fd12:3456::1]:443", "https://[fd12:3456::1]", true],
    ["[fd12:3456::1]:444", "https://[fd12:3456::1]", false],
    ["fd12:3456:0:0::1", "https://[fd12:3456::1]", true],
    ["FD12:3456::0001", "https://[fd12:3456::1]", true],
    ["fluxloop.ai.", HOSTED, true],
    ["fluxloop.ai", `${HOSTED}.`, true],
    ["", HOSTED, false],
    [",,", HOSTED, false],
  ];
  for (const [list, url, isExcepted] of exceptions) {
    it(`${isExcepted ? "isn't" : "is"} used for ${url} with NO_PROXY=${list}`, () => {
      assertEquals(select({ HTTPS_PROXY: "http://a:1", NO_PROXY: list }, url) === null, isExcepted);
    });
  }

  it("ignores NO_PROXY if no_proxy is set", () => {
    assertEquals(select({ HTTPS_PROXY: "http://a:1", NO_PROXY: "*", no_proxy: "b" })?.url, "http://a:1/");
  });

  const addresses: [string, string, string | null, string][] = [
    ["no user", "http://a:1", null, ""],
    ["a percent-encoded password", "http://u:p%40@a:1", "u", "p@"],
    ["a user without a password", "http://u@a:1", "u", ""],
    ["a password without a user", "http://:p@a:1", "", "p"],
    ["a Windows domain", "http://DOMAIN\\u:p@a:1", "DOMAIN\\u", "p"],
    ["a literal % in the password", "http://u:100%@a:1", "u", "100%"],
    ["#, / and ? in the password", "http://u:a#b/c?d@a:1", "u", "a#b/c?d"],
    ["@ and : in the password", "http://u:a@b:c@a:1", "u", "a@b:c"],
    ["double quotes around it", '"http://u:p@a:1"', "u", "p"],
    ["single quotes around it", "'http://u:p@a:1'", "u", "p"],
    ["no scheme", "u:p@a:1", "u", "p"],
    ["a scheme in capitals", "HTTP://u:p@a:1", "u", "p"],
  ];
  for (const [what, value, username, password] of addresses) {
    it(`reads an address with ${what}`, () => {
      const { url, username: user, password: secret } = select({ HTTPS_PROXY: value })!;
      assertEquals([url, user, secret], ["http://a:1/", username, password]);
    });
  }

  const shown: [string, string][] = [
    ["http://proxy:8080", "http://proxy:8080"],
    ["http://me:hunter2@proxy:8080/x", "http://me:****@proxy:8080"],
    ["http://:hunter2@proxy", "http://:****@proxy"],
    ["socks5://proxy:1080", "socks5://proxy:1080"],
  ];
  for (const [url, text] of shown) {
    it(`is shown as ${text}`, () => assertEquals(select({ HTTPS_PROXY: url })?.shown, text));
  }

  for (const value of ["ftp://a:1", "http://", "http://a:b:c", "://hunter2", "http://me:hunter2@:80:80"]) {
    it(`rejects ${value} without showing it`, () => {
      const error = assertThrows(() => select({ https_proxy: value }), ConfigurationError, "https_proxy isn't a valid");
      assertEquals(error.message.includes("hunter2"), false);
    });
  }
});
