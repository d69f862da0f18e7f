/**
 * `fluxloop auth doctor` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { consoleFor, type GlobalOptions } from "../console.ts";
import { ReportedFailure } from "../reported_failure.ts";
import { withKeyVariables } from "./key_variables.ts";

/** @param context The outside world. */
export function doctorCommand(context: Context) {
  const command = new Command()
    .description(
      "Walk from the key to the platform, link by link, and say which one is broken and what to do.\n\n" +
        "Looks at the configuration, the key and where it comes from, the credentials file, the proxy, the host's name,\n" +
        "the connection, TLS, the clocks, whether the platform takes the key, its expiry and permissions, and whether git\n" +
        "would commit a .env file with the key in it. Changes nothing, takes 15 seconds at most, and can be pasted into a\n" +
        "public issue.",
    )
    .option("--json", "Output in JSON format.")
    .example("Find out why it does not work", "fluxloop auth doctor")
    .example("For one profile", "fluxloop auth doctor --profile production")
    .action((options) => doctor(context, options as GlobalOptions));
  return withKeyVariables(command);
}

async function doctor(context: Context, options: GlobalOptions): Promise<void> {
  const { diagnose } = await import("../../auth/diagnose.ts");
  const { diagnosisJson, diagnosisText } = await import("../../output/diagnosis.ts");
  const console = consoleFor(context, options);

  const diagnosis = await diagnose(context, options, () => console.requests);

  const now = context.now();
  console.data(() => diagnosisText(diagnosis, now), () => diagnosisJson(diagnosis, now));
  const broken = diagnosis.checks.find((it) => it.failure !== null)?.failure;
  if (broken) throw new ReportedFailure(broken.exitCode);
}
