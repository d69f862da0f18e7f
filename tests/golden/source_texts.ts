/**
 * Finds the texts in the source that users may see, with the help of its syntax tree.
 *
 * @module
 */

const SOURCES = new URL("../../src/", import.meta.url);
/** Files with page texts, shell scripts, the API contract, and help, which has its own golden file. */
const OTHER_FILES =
  /openapi_types|embedded_platform|completions\/|signals|configuration_schema|cli\/command\.ts|build_info/;
const HELP = ["description", "option", "globalOption", "env", "example", "usage", "arguments"];
/** Errors that are thrown only because of a bug. */
const INTERNAL = ["Error", "TypeError"];
const MARKUP = /<[a-z/!?]|\n./;

// deno-lint-ignore no-explicit-any -- syntax nodes of all kinds
type Node = any;

/**
 * Lists the texts that don't appear in `examples`.
 *
 * @returns Each top-level folder of the source as a heading, with its texts and `<placeholders>`.
 */
export function withoutExample(examples: string): string[] {
  const shown = examples.split("\n").map((it) => it.trim());
  const sections: string[] = [];
  for (const { name, isDirectory } of sorted(SOURCES)) {
    const folder = new URL(`${name}/`, SOURCES);
    const files = isDirectory ? filesIn(folder) : [new URL(name, SOURCES)];
    const texts = [...new Set(files.flatMap(textsIn))].filter((it) => !shown.some((line) => patternOf(it).test(line)));
    if (texts.length > 0) sections.push([`${name}:`, ...texts.map((it) => `  ${placeholders(it)}`)].join("\n"));
  }
  return sections;
}

function sorted(folder: URL): Deno.DirEntry[] {
  return [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
}

function filesIn(folder: URL): URL[] {
  return sorted(folder).flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(new URL(`${name}/`, folder)) : [new URL(name, folder)]
  ).filter((it) => it.pathname.endsWith(".ts") && !OTHER_FILES.test(it.pathname));
}

/** @returns The file's texts of at least two words, with expressions as `\0name\0`. */
function textsIn(file: URL): string[] {
  const texts: string[] = [];
  const visit = (node: Node) => {
    const text = textOf(node);
    const isProse = /[a-z'’)] [a-z(]/i.test(text.replaceAll(/\0[^\0]*\0/g, "x")) && !MARKUP.test(text.trim());
    if (isProse && !isPart(node) && !isOther(node)) texts.push(text.trim().replaceAll(/\s+/g, " "));
  };
  const rule: Deno.lint.Rule = {
    create: () => ({ Literal: visit, TemplateLiteral: visit, BinaryExpression: visit }),
  };
  Deno.lint.runPlugin({ name: "texts", rules: { texts: rule } }, "source.ts", Deno.readTextFileSync(file));
  return texts;
}

/** @returns The text of a literal, a template or a concatenation of them. */
function textOf(node: Node): string {
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string" ? node.value : "";
    case "TemplateLiteral":
      return node.quasis.map((it: Node, index: number) =>
        it.cooked + (index < node.expressions.length ? partOf(node.expressions[index]) : "")
      ).join("");
    case "BinaryExpression":
      return node.operator === "+" ? partOf(node.left) + partOf(node.right) : "";
    default:
      return "";
  }
}

function partOf(node: Node): string {
  const text = textOf(node);
  if (text !== "" || node.type === "Literal") return text;
  if (node.type === "CallExpression") return partOf(node.callee);
  if (node.type === "ConditionalExpression") return "\0…\0";
  return `\0${node.type === "MemberExpression" ? node.property.name ?? "…" : node.name ?? "…"}\0`;
}

function isPart({ parent }: Node): boolean {
  return parent.type === "TemplateLiteral" || (parent.type === "BinaryExpression" && parent.operator === "+");
}

/** @returns Whether the text is help, an internal error, an import or a type. */
function isOther(node: Node): boolean {
  for (let it = node.parent; it; it = it.parent) {
    if (it.type === "CallExpression" && HELP.includes(it.callee.property?.name)) return true;
    if (it.type === "NewExpression" && INTERNAL.includes(it.callee.name)) return true;
    if (it.type.startsWith("TS")) return !/As|Satisfies/.test(it.type);
  }
  return false;
}

function patternOf(text: string): RegExp {
  const literal = (part: string) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(text.split(/\0[^\0]*\0/).map(literal).join(".{0,60}?"));
}

function placeholders(text: string): string {
  return text.replaceAll(/\0([^\0]*)\0/g, "<$1>");
}
