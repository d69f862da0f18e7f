import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { scanArguments } from "../src/cli/arguments.ts";
import { commandTree } from "../src/cli/command_tree.ts";
import { type CommandDescription, describeCommand } from "../src/cli/describe.ts";
import { listen } from "./support/listener.ts";
import { DOCUMENTED_KEY, startPlatform } from "./support/platform.ts";
import { type Outcome, Session } from "./support/session.ts";
import { removeTestHomes, world } from "./support/world.ts";

const ROOT = new URL("../", import.meta.url);
const ON_GITHUB =
  /^https:\/\/(?:github\.com\/fluxloop\/fluxloop\/blob|raw\.githubusercontent\.com\/fluxloop\/fluxloop)\/main\//;
const TREE = describeCommand(commandTree(world().context, scanArguments([])));
removeTestHomes();

const PAGES = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"],
  ...[...Deno.readDirSync(new URL("docs", ROOT))].map((it) => `docs/${it.name}`).filter((it) => it.endsWith(".md")),
];

/** A command line of a page. */
interface Line {
  readonly args: readonly string[];
  readonly environment: boolean;
}

/** A code block of a page; `<!-- not run: why -->` above it says that it can't run in a test. */
interface Block {
  readonly title: string;
  readonly language: string;
  readonly text: string;
  readonly runs: boolean;
  readonly lines: readonly Line[];
}

const read = (page: string) => Deno.readTextFileSync(new URL(page, ROOT)).replaceAll("\r\n", "\n");

function blocksOf(page: string): Block[] {
  return [...read(page).matchAll(/(<!-- not run: [^>]+ -->\n\n)?^ *```(\w+)\n(.*?)^ *```$/gms)].map((it) => {
    const [, mark, language, text] = it;
    const commands = language === "console" ? text.split("\n").filter((it) => it.startsWith("$ ")) : text.split("\n");
    const lines = commands.flatMap(linesIn);
    const runs = mark === undefined && ["sh", "console", "powershell"].includes(language);
    return { title: `${page}: fluxloop ${lines[0]?.args.join(" ")}`, language, text, runs, lines };
  });
}

function linesIn(text: string): Line[] {
  return [...text.matchAll(/(?:^|[\s(`])fluxloop +([a-z-][^|<>#)`]*)/g)].map((it) => ({
    args: it[1].trim().split(/\s+/),
    environment: text.startsWith("FLUXLOOP_API_KEY="),
  }));
}

/** @returns What the command tree doesn't know of the line; `null` if it knows everything. */
function mistakeIn(args: readonly string[]): string | null {
  let command: CommandDescription = TREE;
  const options = () => [...TREE.options.filter((it) => it.isGlobal), ...command.options];
  const positional: string[] = [];
  const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  for (let index = 0; index < own.length; index++) {
    const word = own[index];
    if (word !== "-" && word.startsWith("-")) {
      const option = options().find((it) => it.flags.includes(word.split("=")[0]));
      if (option === undefined) return `no option ${word}`;
      if (option.value === null || word.includes("=")) continue;
      const value = own[++index];
      if (value === undefined) return `no value for ${word}`;
      const { choices } = option.value;
      if (option.value.type !== "profile" && choices.length > 0 && !choices.includes(value)) {
        return `no ${word} ${value}`;
      }
      continue;
    }
    const next = command.commands.find((it) => it.path.at(-1) === word);
    if (next !== undefined && positional.length === 0) command = next;
    else positional.push(word);
  }
  return positional.length > command.arguments.length ? `unexpected argument ${positional.at(-1)}` : null;
}

/** @returns The anchors that GitHub gives to a page's headings. */
function anchorsOf(page: string): string[] {
  const headings = [...read(page).replaceAll(/^ *```.*?^ *```$/gms, "").matchAll(/^#+ (.+)$/gm)].map((it) => it[1]);
  return headings.map((it) => it.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-"));
}

function isDead(page: string, link: string): boolean {
  const target = new URL(ON_GITHUB.test(link) ? link.replace(ON_GITHUB, ROOT.href) : link, new URL(page, ROOT));
  if (target.protocol !== "file:") return false;
  const path = decodeURIComponent(target.pathname).slice(decodeURIComponent(ROOT.pathname).length);
  try {
    Deno.statSync(new URL(path, ROOT));
  } catch {
    return true;
  }
  return target.hash !== "" && !anchorsOf(path).includes(target.hash.slice(1));
}

/** Makes outputs comparable that differ in keys, days, durations and random ids. */
const comparable = (text: string) =>
  text.trim().replaceAll(/flux_\w+\.\.\.\w+/g, "<key>").replaceAll(/Expires: .*/g, "Expires: <day>")
    .replaceAll(/ in [\d.]+ m?s/g, " in <time>").replaceAll(/exp_\w+/g, "<id>").replaceAll(/rb_\w+/g, "<id>")
    .replaceAll("\\", "/");

/** Returns the `fluxloop.yaml` of the documentation, for an agent at `url`. */
function configurationFor(url: string): string {
  const [first] = blocksOf("docs/testing-agents.md");
  return first.text.replace("https://agent.example.com", url);
}

describe("the documentation", () => {
  afterEach(removeTestHomes);

  for (const page of PAGES) {
    it(`has no dead link in ${page}`, () => {
      const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map((it) => it[1]);
      assertEquals(links.filter((it) => isDead(page, it)), []);
    });

    it(`marks commands of other programs as not run in ${page}`, () => {
      const others = blocksOf(page).filter((it) => it.runs && it.lines.length === 0).map((it) => it.text);
      assertEquals(others, []);
    });

    it(`has only command lines that fluxloop accepts in ${page}`, () => {
      const inline = [...read(page).matchAll(/(?<!`)`(fluxloop [^`\n]+)`/g)].flatMap((it) => linesIn(it[1]));
      const all = [...blocksOf(page).flatMap((it) => it.lines), ...inline].map((it) => it.args);
      assertEquals(all.map((it) => [it.join(" "), mistakeIn(it)]).filter(([, mistake]) => mistake !== null), []);
    });
  }

  it("links from the README, which archives contain, only to the web and to packed files", () => {
    const links = [...read("README.md").matchAll(/\]\(([^)\s]+)\)/g)].map((it) => it[1]);
    const relative = links.filter((it) => !it.startsWith("https://"));
    assertEquals(relative, ["CHANGELOG.md", "LICENSE"]);
  });

  for (const block of PAGES.flatMap(blocksOf).filter((it) => it.runs)) {
    it(`runs ${block.title}`, async () => {
      const platform = await startPlatform();
      const agent = listen(() => Response.json({ reply: "It is on its way." }));
      const env = { FLUXLOOP_API_URL: platform.url, AGENT_TOKEN: "token" };
      const session = new Session({ env, stdin: DOCUMENTED_KEY, execute: () => Promise.resolve(0) });
      const cwd = session.world.home;
      Deno.writeTextFileSync(`${cwd}/fluxloop.yaml`, configurationFor(agent.url));
      const outcomes: Outcome[] = [];
      try {
        for (const profile of ["default", "dev"]) {
          await session.run(["auth", "login", "--api-key-stdin", "--profile", profile]);
        }
        await session.run(["test", "--skip-upload"], { cwd });
        const [{ name: results }] = Deno.readDirSync(`${cwd}/experiments`);
        for (const { args, environment } of block.lines) {
          const typed = args[1] === "login" && !args.includes("--api-key-stdin") ? DOCUMENTED_KEY : undefined;
          const more: Record<string, string> = environment ? { FLUXLOOP_API_KEY: DOCUMENTED_KEY } : {};
          const existing = args.map((it) => it.replace(/exp_\w+/, results));
          outcomes.push(await session.run(existing, { cwd, typed, env: { ...env, ...more } }));
        }
      } finally {
        await platform.stop();
        await agent.stop();
      }
      assertEquals(outcomes.filter((it) => it.code !== 0), []);
      if (block.language !== "console") return;
      const shown = block.text.split(/^\$ .*\n/m).slice(1);
      assertEquals(outcomes.map((it) => comparable(it.stderr + it.stdout)), shown.map(comparable));
    });
  }
});
