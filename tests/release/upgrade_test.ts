import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { VERSION } from "../../src/build_info.ts";
import { upgrade } from "../../src/release/upgrade.ts";
import { removeTestHomes, world } from "../support/world.ts";

const INSTALLATION = { path: "/usr/local/bin/fluxloop", target: "x86_64-unknown-linux-gnu" };
const RELEASES = { url: "https://releases.example.com/releases", publicKey: null };

describe("the check for a newer version", () => {
  afterEach(removeTestHomes);

  const latest: [string, string, boolean][] = [
    ["newer", "99.0.0", true],
    ["older", "0.0.1", false],
    ["the current one", VERSION, false],
  ];
  for (const [what, version, isNewer] of latest) {
    it(`${isNewer ? "reports an upgrade" : "reports no upgrade"} if the latest release is ${what}`, async () => {
      const redirect = new Response(null, { status: 302, headers: { location: `tag/v${version}` } });
      const { context } = world({ fetch: () => Promise.resolve(redirect) });
      const result = await upgrade(context, INSTALLATION, RELEASES, { checkOnly: true });
      assertEquals([result.version, result.isNewer], [version, isNewer]);
    });
  }
});
