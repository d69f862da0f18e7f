import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { scanArguments } from "../../src/cli/arguments.ts";
import { commandTree } from "../../src/cli/command_tree.ts";
import { allCommands, describeCommand } from "../../src/cli/describe.ts";
import { manPage, pageName } from "../../scripts/man/page.ts";
import { removeTestHomes, world } from "../support/world.ts";

const TREE = describeCommand(commandTree(world().context, scanArguments([])));
removeTestHomes();
const read = (file: string) => Deno.readTextFileSync(new URL(`../../${file}`, import.meta.url));
const DATE = "2026-01-31";

describe("the manual", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await Deno.makeTempDir({ prefix: "fluxloop-man-" });
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", new URL("../../scripts/man.ts", import.meta.url).pathname, "--into", folder],
      env: { SOURCE_DATE_EPOCH: String(Date.parse(DATE) / 1000) },
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
  });
  afterAll(() => Deno.remove(folder, { recursive: true }));

  /** Runs a program that must succeed. @returns Its standard output and standard error. */
  async function output(command: string, ...args: string[]): Promise<string> {
    const env = { LC_ALL: "C.UTF-8", MANWIDTH: "100", PATH: "/usr/bin:/bin" };
    const { code, stdout, stderr } = await new Deno.Command(command, { args, env, clearEnv: true }).output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals(code, 0, text);
    return text;
  }

  it("has exactly one page for each command", () => {
    const pages = allCommands(TREE).map((it) => `${pageName(it.path)}.1`).sort();
    assertEquals([...Deno.readDirSync(folder)].map((it) => it.name).sort(), pages);
  });

  for (const command of allCommands(TREE)) {
    const name = pageName(command.path);

    it(`has no mandoc warnings in ${name}`, async () => {
      assertEquals(await output("mandoc", "-T", "lint", "-W", "warning", `${folder}/${name}.1`), "");
    });

    it(`renders ${name} completely and without warnings`, async () => {
      const page = await output("man", "--warnings", "-l", `${folder}/${name}.1`);
      const words = page.replaceAll(/\s+/g, " ").replaceAll(/[‐−]/g, "-");
      assertStringIncludes(words, `${name.toUpperCase()}(1)`);
      assertStringIncludes(words, `fluxloop ${command.path.join(" ")}`.trim());
      for (const { flags } of command.options) assertStringIncludes(words, flags.join(", "));
      for (const { line } of command.examples) assertStringIncludes(words, line);
      for (const variable of command.environment) assertStringIncludes(words, `${variable.name}=`);
      assert(!words.includes("warning:"), words);
    });
  }

  it("shows whether a command with subcommands also runs by itself", async () => {
    const synopsis = async (name: string) => {
      return /SYNOPSIS\n(.*?)\n\n/s.exec(await output("man", "-l", `${folder}/${name}.1`))![1].replaceAll(/ {2,}/g, "");
    };
    assertEquals(
      [await synopsis("fluxloop-test"), await synopsis("fluxloop-auth")],
      ["fluxloop test [options]\nfluxloop test <command> [options]", "fluxloop auth <command> [options]"],
    );
  });

  it("describes a variable on the main page in the words of most commands", async () => {
    const page = (await output("man", "-l", `${folder}/fluxloop.1`)).replaceAll(/\s+/g, " ");
    assertStringIncludes(page, "FLUXLOOP_PROFILE=name Profile to use unless --profile is given.");
  });

  it("is reproducible for the same sources and date", async () => {
    const path = ["auth", "login"];
    const login = allCommands(TREE).find((it) => it.path.join(" ") === path.join(" "))!;
    assertEquals(await Deno.readTextFile(`${folder}/${pageName(path)}.1`), manPage(login, TREE, DATE));
  });

  it("lists the documented exit codes and variables", async () => {
    const page = (await Deno.readTextFile(`${folder}/fluxloop.1`)).replaceAll("\\", "");
    const codes = [...read("docs/troubleshooting.md").split("## Exit codes")[1].matchAll(/^\| (\d+) /gm)].map((it) =>
      it[1]
    );
    assertEquals([...page.matchAll(/^\.B (\d+)$/gm)].map((it) => it[1]), codes);
    const rows = read("docs/configuration.md").split("\n## Environment variables\n")[1].split("\n\n")[1].split("\n")
      .slice(2);
    const variables = rows.flatMap((row) => [...row.split("|")[1].matchAll(/`([A-Z_]+)`/g)].map((it) => it[1]));
    assertEquals(variables.filter((it) => !page.includes(it)), []);
  });
});

describe("the documentation's tables", () => {
  it("list every command and every variable", () => {
    const commands = read("README.md").split("\n## Commands\n")[1].split("\n## CI")[0];
    const variables = read("docs/configuration.md").split("\n## Environment variables\n")[1].split("\n## ")[0];
    const all = allCommands(TREE);
    const missing = [
      ...all.filter((it) => it.commands.length === 0).map((it) => it.path.at(-1)!)
        .filter((it) => !new RegExp(`[ \`]${it}(?: --[^\`]*)?\``).test(commands)),
      ...new Set(all.flatMap((it) => it.environment.map(({ name }) => name))).difference(
        new Set([...variables.matchAll(/`([A-Z_]+)/g)].map((it) => it[1])),
      ),
    ];
    assertEquals(missing, []);
  });
});
