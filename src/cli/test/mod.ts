import type { Context } from "../../context.ts";
import { type AnyCommand, KEY_VARIABLES, newCommand } from "../command.ts";
import { uploadCommand } from "./upload.ts";

/** Declares `fluxloop test`. */
export function testCommand(context: Context): AnyCommand {
  return newCommand(["GITHUB_ACTIONS", ...KEY_VARIABLES])
    .description(
      "Run the agent on every input and upload the results. fluxloop.yaml defines how to call the agent, which inputs " +
        "to run, how many times, and how many in parallel. Each test writes its results and a report, result.html, to a new " +
        "folder in output_directory. The agent gets no FluxLoop key unless the configuration passes one, but it runs as " +
        "your user and can read your files.",
    )
    .option("--config <file:file>", "Configuration file (default: fluxloop.yaml)")
    .option("--bundle-version-id <id:string>", "Use the inputs of this bundle version")
    .option("--project <name:string>", "Use the inputs of this project (ID or name)")
    .option("--filter <text:string>", "Run only inputs whose ID, text or persona contains this")
    .option("--smoke", "Run only the first input, once")
    .option("--fail-fast", "Stop at the first failed run")
    .option("--skip-upload", "Don't upload results, even if test.auto_upload is true")
    .option("--no-skip-upload", "Upload results, even if test.auto_upload is false")
    .option("--junit <file:file>", "Also write a JUnit XML report")
    .option("--schema", "Print the configuration's JSON Schema and exit")
    .option("--json", "Output in JSON format")
    .example("Use a specific profile", "fluxloop test --profile dev")
    .example("Check that the agent responds", "fluxloop test --smoke --skip-upload")
    .example("In CI", "fluxloop test --fail-fast --junit results.xml")
    .example("Upload results later", "fluxloop test upload")
    .action(async (options) => (await import("./test_run.ts")).runTest(context, options))
    .command("upload", uploadCommand(context));
}
