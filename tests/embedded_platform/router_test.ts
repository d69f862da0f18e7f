import { assertEquals, assertNotMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { json } from "../../src/embedded_platform/http.ts";
import { createRouter, type Route } from "../../src/embedded_platform/router.ts";
import { assertCommonResponse } from "./contract.ts";

const ROUTES: readonly Route[] = [
  { method: "GET", path: "/things", handler: () => json(200, "list") },
  { method: "POST", path: "/things", handler: () => json(201, "created") },
  { method: "GET", path: "/things/{id}", handler: (it) => json(200, it.params) },
  {
    method: "DELETE",
    path: "/things/{id}/parts/{part}",

    handler: (it) => json(200, it.params),
  },
  {
    method: "GET",
    path: "/crash",

    handler() {
      throw new Error("the secret is flux_dev_abc123");
    },
  },
  {
    method: "POST",
    path: "/crash",

    handler: () => Promise.reject(new Error("the secret is flux_dev_abc123")),
  },
];

function send(method: string, path: string): Promise<Response> {
  return createRouter(ROUTES)(new Request(`http://127.0.0.1${path}`, { method }), "127.0.0.1");
}

const PARAMETERS = [
  { method: "GET", path: "/things/thing_1", params: { id: "thing_1" } },
  { method: "GET", path: "/things/a%2Fb%20c", params: { id: "a%2Fb%20c" } },
  { method: "DELETE", path: "/things/1/parts/2?x=3", params: { id: "1", part: "2" } },
];

const UNKNOWN_PATHS = ["/", "/thing", "/things/", "/things/1/", "/things//parts/2", "/THINGS"];

const WRONG_METHODS = [
  { method: "PATCH", path: "/things", allow: "GET, HEAD, POST" },
  { method: "OPTIONS", path: "/things/1", allow: "GET, HEAD" },
  { method: "HEAD", path: "/things/1/parts/2", allow: "DELETE" },
];

describe("the router", () => {
  for (const { method, path, params } of PARAMETERS) {
    it(`reads the parameters from ${path}`, async () => {
      assertEquals(await (await send(method, path)).json(), params);
    });
  }

  for (const path of UNKNOWN_PATHS) {
    it(`responds with 404 for ${path}`, async () => {
      const response = await send("GET", path);
      assertEquals(response.status, 404);
      await assertCommonResponse(response, "NotFound");
    });
  }

  for (const { method, path, allow } of WRONG_METHODS) {
    it(`responds with 405 to ${method} ${path} and names the allowed methods`, async () => {
      const response = await send(method, path);
      assertEquals([response.status, response.headers.get("allow")], [405, allow]);
      await assertCommonResponse(response, "MethodNotAllowed");
    });
  }

  it("responds to HEAD as to GET", async () => {
    assertEquals((await send("HEAD", "/things")).status, 200);
  });

  for (const method of ["GET", "POST"]) {
    it(`responds with 500 and no details if a ${method} handler throws`, async () => {
      const response = await send(method, "/crash");
      assertEquals(response.status, 500);
      assertNotMatch(JSON.stringify(await assertCommonResponse(response, "ServerError")), /secret|flux_/);
    });
  }
});
