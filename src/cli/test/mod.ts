/**
 * `fluxloop test` (seed: "Multiple Profiles").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { withKeyVariables } from "../auth/key_variables.ts";
import { uploadCommand } from "./upload.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

/** @param context The outside world. */
export function testCommand(context: Context): AnyCommand {
  const command = new Command<GlobalOptions>()
    .description(
      "Run the agent on every input, write what came out, and upload it.\n\n" +
        "What is run stands in fluxloop.yaml: the way to the agent, the inputs, how often and how many at once. Each\n" +
        "test has a folder of its own under its output_directory, with a page to look at: result.html. The agent gets\n" +
        "no FluxLoop key unless the configuration passes one; as it runs under your own user, it could read your files.",
    )
    .option("--config <file:string>", "Configuration to use. (Default: fluxloop.yaml)")
    .option("--bundle-version-id <id:string>", "Pull this version's inputs from the platform instead.")
    .option("--project <name:string>", "Pull the inputs of this project, by id or name.")
    .option("--filter <text:string>", "Run those inputs alone that hold this text.")
    .option("--smoke", "Run the first input alone, and once.")
    .option("--fail-fast", "End with the first run that fails.")
    .option("--skip-upload", "Upload nothing. (Default: what test.auto_upload says)")
    .option("--no-skip-upload", "Upload the results.")
    .option("--junit <file:string>", "Write a report in JUnit's XML, too.")
    .option("--schema", "Print the configuration's JSON Schema, for editors, and do nothing else.")
    .option("--json", "Output in JSON format.")
    .env("GITHUB_ACTIONS=<flag:string>", "In a job of GitHub's: adds a summary to its page, and masks the key there.")
    .example("With a profile's key", "fluxloop test --profile dev")
    .example("See whether the agent answers at all", "fluxloop test --smoke --skip-upload")
    .example("In CI", "fluxloop test --fail-fast --junit results.xml")
    .example("Send results that could not be uploaded", "fluxloop test upload")
    .action(async (options) => (await import("./test_run.ts")).runTest(context, options));
  return withKeyVariables(command).command("upload", uploadCommand(context));
}
