/**
 * Writes a man page for each command: `dist/man/fluxloop.1`, `dist/man/fluxloop-auth-login.1` and so on. The content
 * comes from the command tree, and general facts from `man/facts.ts`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { scanArguments } from "../src/cli/arguments.ts";
import { commandTree } from "../src/cli/command_tree.ts";
import { allCommands, describeCommand } from "../src/cli/describe.ts";
import { realContext } from "../src/system/real_context.ts";
import { manPage, pageName } from "./man/page.ts";

const { values } = parseArgs({ args: Deno.args, options: { into: { type: "string", default: "dist/man" } } });
try {
  const tree = describeCommand(commandTree(realContext(), scanArguments([])));
  const commands = allCommands(tree);
  const date = await pageDate();
  await Deno.mkdir(values.into, { recursive: true });
  for (const command of commands) {
    await Deno.writeTextFile(`${values.into}/${pageName(command.path)}.1`, manPage(command, tree, date));
  }
  console.error(`Wrote ${commands.length} pages to ${values.into}/.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
// The context may still listen for signals.
Deno.exit(0);

/** @returns The pages' date: SOURCE_DATE_EPOCH (reproducible-builds.org) or the commit's date, for reproducible pages. */
async function pageDate(): Promise<string> {
  const epoch = Deno.env.get("SOURCE_DATE_EPOCH") ?? await commitTime();
  return (epoch === undefined ? new Date() : new Date(Number(epoch) * 1000)).toISOString().slice(0, 10);
}

async function commitTime(): Promise<string | undefined> {
  try {
    const args = ["log", "-1", "--format=%ct"];
    const output = await new Deno.Command("git", { args, stdout: "piped", stderr: "null" }).output();
    return output.success ? new TextDecoder().decode(output.stdout).trim() : undefined;
  } catch {
    return undefined; // git isn't installed.
  }
}
