import { assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { listen } from "../support/listener.ts";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { fluxloop } from "../support/program.ts";

describe("a platform's time without an offset", () => {
  for (const zone of ["America/New_York", "UTC", "Pacific/Kiritimati"]) {
    it(`is read as UTC in the time zone ${zone}`, async () => {
      const server = listen(() =>
        Response.json({ account: {}, api_key: { expires_at: "2999-04-15T00:00:00", scopes: [], permissions: [] } })
      );
      const env = { FLUXLOOP_API_URL: server.url, FLUXLOOP_API_KEY: DOCUMENTED_KEY, TZ: zone };
      const { stdout } = await fluxloop(["auth", "status", "--json"], { env });
      await server.stop();
      assertStringIncludes(stdout, '"expires_at": "2999-04-15T00:00:00Z"');
    });
  }
});
