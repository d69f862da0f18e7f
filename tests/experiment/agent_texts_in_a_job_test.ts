import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { listen, type Listener } from "../support/listener.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

/** GitHub Actions workflow commands after every kind of line ending, and terminal escape sequences. */
const HOSTILE = [" ::error::x ##[error]x", "\n", "\r", "\x0b", "\x85", "\u2028", "\x1b[31m\x9b31m\u202e\n  "]
  .join("::error::x\x07");
const CONTROL = /[^\P{Cc}\n]/u;
/** Control characters except newlines, and marks that reorder or hide text. */
const HARMFUL = /[^\P{Cc}\n]|[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

/** A process that runs a script, in which `say` writes a message and `hostile` is the text. */
function script(body: string): Record<string, unknown> {
  const start = `const hostile = ${JSON.stringify(HOSTILE)};
    const say = (it) => console.log(JSON.stringify(it));
    await Deno.stdin.read(new Uint8Array(65536));`;
  return { process: { command: [Deno.execPath(), "eval", start + body] } };
}

describe("an agent's texts in a CI job", () => {
  let server: Listener;

  beforeAll(() => {
    server = listen(({ url }) => {
      switch (new URL(url).pathname) {
        case "/refused":
          return Response.json({ error: HOSTILE }, { status: 500 });
        case "/type":
          return new Response("", { headers: { "content-type": "::error::x ##[error]x" } });
        default:
          return new Response(HOSTILE);
      }
    });
  });
  afterAll(() => server.stop());
  afterEach(removeTestHomes);

  const http = (path: string, more = {}) => () => ({ http: { url: server.url + path, ...more } });
  const agents: readonly (readonly [what: string, runner: () => Record<string, unknown>])[] = [
    ["a server's response", http("/")],
    ["a server's error", http("/refused")],
    ["a server's content type", http("/type", { stream: "sse" })],
    ["a process's output", () => script(`say({ type: "final", output: hostile })`)],
    ["a process's error in its final message", () => script(`say({ type: "final", error: hostile })`)],
    ["a process's error message", () => script(`say({ type: "error", error: { hostile } })`)],
    ["a process's line that isn't JSON", () => script(`console.log(hostile.replaceAll("\\n", " "))`)],
    ["a process's standard error", () => script(`console.error(hostile); Deno.exit(1)`)],
  ];
  const forms = [["text", "--verbose"], ["JSON", "--json"]];
  for (const [what, runner] of agents) {
    for (const [form, option] of forms) {
      it(`never become commands or control characters: ${what}, reported as ${form}`, async () => {
        const session = new Session();
        const { home } = session.world;
        const files = ["summary.md", "junit.xml"].map((it) => `${home}/${it}`);
        const inputs = [{ id: HOSTILE, input: HOSTILE, persona: HOSTILE }];
        const configuration = `${home}/fluxloop.yaml`;
        Deno.writeTextFileSync(configuration, JSON.stringify({ name: HOSTILE, inputs, runner: runner() }));

        const args = ["test", "--skip-upload", "--config", configuration, "--junit", files[1], option];
        const { stdout, stderr } = await session.run(args, {
          env: { GITHUB_ACTIONS: "true", CI: "true", GITHUB_STEP_SUMMARY: files[0] },
        });
        const [summary, junit] = files.map((it) => Deno.readTextFileSync(it));
        const printed = (stdout + stderr + summary).split("\n");
        assertStringIncludes(junit, "x1b");
        assertEquals([...printed, ...junit.split("\n")].filter((it) => /^\s*::|##\[/.test(it)), []);
        assertEquals([...printed.filter((it) => HARMFUL.test(it)), ...junit.match(CONTROL) ?? []], []);
      });
    }
  }
});
