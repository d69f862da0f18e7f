import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { listen, type Listener } from "../support/listener.ts";
import { DOCUMENTED_KEY, startPlatform, type TestPlatform } from "../support/platform.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

/** Strings that must stay unchanged for a response to be valid. */
const NEEDED = /^(\d{4}-\d\d-\d\dT.*|all_projects|flux_.*|[a-z]+_[a-z]+)$/;
const COMMAND = "::error::x ##[error]x\n::error::";

/** @returns A copy of a JSON value with a workflow command before each string. */
function hostile(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, it) => typeof it === "string" && !NEEDED.test(it) ? COMMAND + it : it);
}

describe("platform text in a CI job", () => {
  let platform: TestPlatform;
  let relay: Listener;
  let isFailing: boolean;

  beforeAll(async () => {
    platform = await startPlatform();
    relay = listen(async (request) => {
      const { pathname, search } = new URL(request.url);
      if (isFailing) return Response.json(hostile({ code: "no", detail: "no", required: "no" }), { status: 403 });
      const init = {
        method: request.method,
        headers: new Headers(request.headers),
        body: await request.text() || null,
      };
      init.headers.delete("host");
      const response = await fetch(`${platform.url}${pathname}${search}`, init);
      const text = await response.text();
      return text === ""
        ? new Response(null, { status: response.status })
        : Response.json(hostile(JSON.parse(text)), { status: response.status });
    });
  });
  afterAll(async () => {
    await relay.stop();
    await platform.stop();
  });
  afterEach(removeTestHomes);

  const commands = [
    "auth login --api-key-stdin",
    "auth login --web --no-wait",
    "auth status",
    "auth status --json",
    "auth whoami",
    "auth whoami --verbose",
    "auth doctor",
    "auth rotate",
    "auth logout --revoke",
    "apikeys list",
    "apikeys create --name ci",
    "apikeys create --name ci --scope nowhere",
    "apikeys delete key_1 --yes",
    "test upload nowhere",
  ];
  for (const failing of [false, true]) {
    for (const command of commands) {
      it(`is never a workflow command in ${command}${failing ? ", even in an error response" : ""}`, async () => {
        isFailing = failing;
        const session = new Session({ env: { FLUXLOOP_API_URL: relay.url, GITHUB_ACTIONS: "true", CI: "true" } });
        session.save(`profiles:\n  default:\n    api_key: ${DOCUMENTED_KEY}\n    api_url: "${relay.url}"\n`);
        const { stdout, stderr } = await session.run(command.split(" "), { stdin: DOCUMENTED_KEY });
        const lines = (stdout + stderr).split(/[\r\n\u2028\u2029\x85]/);
        assertEquals(lines.filter((it) => /^\s*::(?!add-mask::flux_)|##\[/.test(it)), []);
      });
    }
  }
});
