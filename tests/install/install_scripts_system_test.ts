import { assertEquals } from "@std/assert";
import { beforeAll, describe, it } from "@std/testing/bdd";
import treeSitter from "@vscode/tree-sitter-wasm";
import { SCRIPTS as COMPLETIONS } from "../../src/cli/completions/scripts.ts";

const GRAMMAR = "npm:@vscode/tree-sitter-wasm/wasm/tree-sitter-powershell.wasm";
const SCRIPTS = new URL("../../install/", import.meta.url);

describe("a shell script", () => {
  it("passes shellcheck, as one of POSIX sh", async () => {
    const args = ["--shell=sh", "install.sh", "bare_root.sh"];
    const { stdout } = await new Deno.Command("shellcheck", { args, cwd: SCRIPTS }).output();
    assertEquals(new TextDecoder().decode(stdout), "");
  });
});

describe("PowerShell's grammar", () => {
  const text = Deno.readTextFileSync(new URL("install.ps1", SCRIPTS));
  let parser: InstanceType<typeof treeSitter.Parser>;
  const tree = (script: string) => parser.parse(script)!.rootNode;

  beforeAll(async () => {
    await treeSitter.Parser.init();
    const grammar = await treeSitter.Language.load(await Deno.readFile(new URL(import.meta.resolve(GRAMMAR))));
    parser = new treeSitter.Parser();
    parser.setLanguage(grammar);
  });

  for (const [name, script] of [["install.ps1", text], ["the completion script", COMPLETIONS.powershell]]) {
    it(`accepts ${name}`, () => assertEquals(tree(script).hasError, false));
  }

  it("finds one function and one call of it in install.ps1, so that nothing runs after a partial download", () => {
    const [list] = tree(text).namedChildren.filter((it) => it!.type !== "comment");
    const statements = list!.namedChildren.filter((it) => it!.type !== "comment").map((it) => it!.type);
    assertEquals(statements, ["function_statement", "pipeline"]);
    assertEquals(text.trimEnd().split("\n").at(-1), "Install-Fluxloop");
  });

  it("rejects a script with a syntax error", () => {
    assertEquals(tree(text.replace("finally {", "finally (")).hasError, true);
  });
});

describe("both install scripts", () => {
  it("have the same URL of the releases", () => {
    const address = /https:\/\/[^"']+\/releases(?=["'])/;
    const [shell] = address.exec(Deno.readTextFileSync(new URL("install.sh", SCRIPTS)))!;
    assertEquals(address.exec(Deno.readTextFileSync(new URL("install.ps1", SCRIPTS)))![0], shell);
  });
});
