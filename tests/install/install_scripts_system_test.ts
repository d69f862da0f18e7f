import { assertEquals } from "@std/assert";
import { beforeAll, describe, it } from "@std/testing/bdd";
import treeSitter from "@vscode/tree-sitter-wasm";

const GRAMMAR = "npm:@vscode/tree-sitter-wasm/wasm/tree-sitter-powershell.wasm";
const SCRIPTS = new URL("../../install/", import.meta.url);

describe("a shell script", () => {
  it("passes shellcheck, as one of POSIX sh", async () => {
    const args = ["--shell=sh", "install.sh", "bare_root.sh"];
    const { stdout } = await new Deno.Command("shellcheck", { args, cwd: SCRIPTS }).output();
    assertEquals(new TextDecoder().decode(stdout), "");
  });
});

describe("install.ps1, by PowerShell's grammar", () => {
  const text = Deno.readTextFileSync(new URL("install.ps1", SCRIPTS));
  let parser: InstanceType<typeof treeSitter.Parser>;
  const tree = (script: string) => parser.parse(script)!.rootNode;

  beforeAll(async () => {
    await treeSitter.Parser.init();
    const grammar = await treeSitter.Language.load(await Deno.readFile(new URL(import.meta.resolve(GRAMMAR))));
    parser = new treeSitter.Parser();
    parser.setLanguage(grammar);
  });

  it("is well-formed", () => {
    assertEquals(tree(text).hasError, false);
  });

  it("is one function and one call of it, so that nothing runs when it arrives cut off", () => {
    const [list] = tree(text).namedChildren.filter((it) => it!.type !== "comment");
    const statements = list!.namedChildren.filter((it) => it!.type !== "comment").map((it) => it!.type);
    assertEquals(statements, ["function_statement", "pipeline"]);
    assertEquals(text.trimEnd().split("\n").at(-1), "Install-Fluxloop");
  });

  it("has the releases' address of install.sh", () => {
    const address = /https:\/\/[^"']+\/releases(?=["'])/;
    const [shell] = address.exec(Deno.readTextFileSync(new URL("install.sh", SCRIPTS)))!;
    assertEquals(address.exec(text)![0], shell);
  });

  it("would be told from one that is not: this test can fail", () => {
    assertEquals(tree(text.replace("finally {", "finally (")).hasError, true);
  });
});
