/**
 * Renders man pages with the macros of man(7).
 *
 * @module
 */
import denoJson from "../../deno.json" with { type: "json" };
import { allCommands, type CommandDescription, type OptionDescription } from "../../src/cli/describe.ts";
import { ENVIRONMENT, EXIT_CODES, FILES } from "./facts.ts";

/** @returns The name of a command's page, such as `fluxloop-auth-login`. */
export function pageName(path: readonly string[]): string {
  return ["fluxloop", ...path].join("-");
}

/**
 * Renders a command's page.
 *
 * @param tree The main command.
 * @param date Such as `2026-01-31`.
 */
export function manPage(command: CommandDescription, tree: CommandDescription, date: string): string {
  const { path, options } = command;
  const isMain = path.length === 0;
  const name = pageName(path);
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ["NAME", [`${text(name)} \\- ${text(lowerCased(command.summary))}`]],
    ["SYNOPSIS", synopsis(command)],
    ["DESCRIPTION", paragraphs(command.description)],
    ["COMMANDS", command.commands.flatMap((it) => item(`.BR ${text(pageName(it.path))} (1)`, it.summary))],
    ["OPTIONS", options.filter((it) => !it.isGlobal).flatMap(optionItem)],
    [isMain ? "OPTIONS OF EVERY COMMAND" : "COMMON OPTIONS", options.filter((it) => it.isGlobal).flatMap(optionItem)],
    [
      "ENVIRONMENT",
      environment(command).flatMap(([variable, value, use]) => item(`.BI ${text(variable)} = ${text(value)}`, use)),
    ],
    ["FILES", isMain ? FILES.flatMap(([file, use]) => item(`.I ${text(file)}`, use)) : []],
    ["EXIT STATUS", exitStatus(isMain)],
    [
      "EXAMPLES",
      command.examples.flatMap((
        it,
      ) => [".PP", text(`${it.title}:`), ".PP", ".RS 4", ".nf", text(it.line), ".fi", ".RE"]),
    ],
    ["SEE ALSO", seeAlso(command, tree)],
  ];
  const heading = `.TH ${name.toUpperCase()} 1 ${date} "fluxloop ${denoJson.version}" "FluxLoop Manual"`;
  const body = sections.filter(([, lines]) => lines.length > 0).flatMap((
    [title, lines],
  ) => [`.SH ${quoted(title)}`, ...withoutFirstPp(lines)]);
  return [heading, ...body].join("\n") + "\n";
}

/** Omits a leading `.PP`, because a heading already starts a paragraph. */
function withoutFirstPp(lines: readonly string[]): readonly string[] {
  return lines[0] === ".PP" ? lines.slice(1) : lines;
}

function synopsis({ path, usage, commands }: CommandDescription): string[] {
  const name = `.B ${text(["fluxloop", ...path].join(" "))}`;
  const runsItself = commands.length > 0 && !usage.startsWith("<command>");
  return [name, text(usage), ...(runsItself ? [".br", name, text("<command> [options]")] : [])];
}

function environment(command: CommandDescription): [string, string, string][] {
  if (command.path.length > 0) {
    return command.environment.map(({ name, value, description }) => [name, value, description]);
  }
  const common = ENVIRONMENT.map(([name]) => name);
  const all = allCommands(command).flatMap((it) => it.environment).filter((it) => !common.includes(it.name));
  const named = [...new Set(all.map((it) => it.name))].map((name): [string, string, string] => {
    // Commands describe a variable differently; the most frequent description is the most general one.
    const same = all.filter((it) => it.name === name);
    const countOf = (description: string) => same.filter((it) => it.description === description).length;
    const { value, description } = same.toSorted((a, b) => countOf(b.description) - countOf(a.description))[0];
    return [name, value, description];
  });
  return [...named, ...ENVIRONMENT.map(([name, value, use]): [string, string, string] => [name, value, use])];
}

function exitStatus(isMain: boolean): string[] {
  if (!isMain) return ["See", ".BR fluxloop (1)."];
  return EXIT_CODES.flatMap(([exit, when]) => item(`.B ${exit}`, when));
}

function seeAlso(command: CommandDescription, tree: CommandDescription): string[] {
  const { path } = command;
  const parent = path.slice(0, -1).join(" ");
  const siblings = allCommands(tree).filter((it) =>
    it !== command && it.path.length > 0 && it.path.slice(0, -1).join(" ") === parent
  );
  const pages = path.length === 0
    ? command.commands
    : [...(path.length > 1 ? [{ path: path.slice(0, -1) }] : [{ path: [] }]), ...siblings];
  return pages.map((it, index) => `.BR ${text(pageName(it.path))} (1)${index < pages.length - 1 ? "," : ""}`);
}

function optionItem({ flags, description, value, default: standard }: OptionDescription): string[] {
  const names = flags.map((it) => `\\fB${text(it)}\\fR`).join(", ");
  const body = standard === undefined ? description : `${description} (default: ${standard})`;
  return item(value === null ? names : `${names} \\fI${text(value.name)}\\fR`, body);
}

function item(head: string, body: string): string[] {
  return [".TP", head, text(body.endsWith(".") || body.endsWith(")") ? body : `${body}.`)];
}

function paragraphs(description: string): string[] {
  return description.split("\n\n").flatMap((it) => [".PP", ...it.trim().split("\n").map((line) => text(line.trim()))]);
}

function lowerCased(summary: string): string {
  return summary.slice(0, 1).toLowerCase() + summary.slice(1);
}

/** Escapes text for roff. */
function text(line: string): string {
  const safe = line.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("'", "\\(aq").replaceAll("~", "\\(ti")
    .replaceAll("^", "\\(ha").replaceAll("`", "\\(ga").replaceAll(/[^\x20-\x7e]/gu, (it) => `\\[u${hex(it)}]`);
  return safe.startsWith(".") ? `\\&${safe}` : safe;
}

function quoted(title: string): string {
  return title.includes(" ") ? `"${title}"` : title;
}

function hex(character: string): string {
  return character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
}
