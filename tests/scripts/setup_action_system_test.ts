import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { parse } from "yaml";
import { Releases } from "../support/release_server.ts";

const ACTION = ".github/actions/setup-fluxloop";
const KEY = "flux_ci_0123456789abcdefghijklmnopqrstuv";

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly shell: string;
  readonly run: string;
  readonly env?: Readonly<Record<string, string>>;
}

describe("the setup action, run as on a Linux runner", () => {
  let folder: string;
  let releases: Releases;

  beforeEach(async () => {
    folder = await Deno.makeTempDir();
    releases = await Releases.open();
    await releases.add("0.0.8");
    await releases.add(
      "99.2.0",
      '#!/bin/sh\n[ "$1" = key ] && exec cat "$FLUXLOOP_API_KEY_FILE"\necho "fluxloop 99.2.0"\n',
    );
    for (const path of [ACTION, "install", "temp"]) await Deno.mkdir(`${folder}/${path}`, { recursive: true });
    await Deno.writeTextFile(`${folder}/install/install.sh`, releases.installScript());
  });
  afterEach(async () => {
    await releases.close();
    await Deno.remove(folder, { recursive: true });
  });

  /** Runs the steps whose conditions are met. @returns Their output and the values that they set for the runner. */
  async function runSteps(inputs: Record<string, string>) {
    const text = await Deno.readTextFile(new URL(`../../${ACTION}/action.yml`, import.meta.url));
    const steps: Step[] = parse(text).runs.steps;
    let log = "";
    const files = { GITHUB_PATH: `${folder}/path`, GITHUB_ENV: `${folder}/env`, GITHUB_OUTPUT: `${folder}/output` };
    const context: Record<string, string> = {
      "inputs.api-key": inputs["api-key"] ?? "",
      "inputs.version": inputs.version ?? "latest",
      "runner.temp": `${folder}/temp`,
    };
    for (const step of steps) {
      if (step.if === "runner.os == 'Windows'" || (step.if === "inputs.api-key != ''" && !inputs["api-key"])) continue;
      const env = Object.fromEntries(
        Object.entries(step.env ?? {}).map(([name, value]) => [
          name,
          value.replace(/\$\{\{ (.*?) \}\}/g, (_, expression) => context[expression]),
        ]),
      );
      const [shell, ...args] = step.shell === "bash" ? ["bash", "-eo", "pipefail"] : ["sh", "-e"];
      const { success, stdout, stderr } = await new Deno.Command(shell, {
        args: [...args, "-c", step.run],
        clearEnv: true,
        env: {
          PATH: "/usr/bin:/bin",
          HOME: folder,
          RUNNER_TEMP: `${folder}/temp`,
          GITHUB_ACTION_PATH: `${folder}/${ACTION}`,
          ...files,
          ...env,
        },
      }).output();
      log += new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assert(success, log);
    }
    const read = (path: string) => Deno.readTextFileSync(path).trimEnd();
    return {
      log,
      path: read(files.GITHUB_PATH),
      env: inputs["api-key"] ? read(files.GITHUB_ENV) : "",
      output: read(files.GITHUB_OUTPUT),
    };
  }

  for (const [version, installed] of [[undefined, "99.2.0"], ["0.0.8", "0.0.8"]] as const) {
    it(`adds ${version ?? "the latest release"} to the PATH and outputs the version`, async () => {
      const { path, output } = await runSteps(version === undefined ? {} : { version });
      assertEquals(output, `version=${installed}`);
      const { stdout } = await new Deno.Command(`${path}/fluxloop`, { args: ["--version"] }).output();
      assertStringIncludes(new TextDecoder().decode(stdout), `fluxloop ${installed}`);
    });
  }

  for (const [what, input] of [["a key", KEY], ["a key with a line break", `${KEY}\r\n`]]) {
    it(`masks ${what} and passes it on in a private file`, async () => {
      const { log, path, env } = await runSteps({ "api-key": input });
      assertEquals(log.split("\n")[0], `::add-mask::${KEY}`);
      assertEquals(log.split(KEY).length, 2);
      assertEquals(env, `FLUXLOOP_API_KEY_FILE=${folder}/temp/fluxloop-key`);
      assertEquals(Deno.statSync(`${folder}/temp/fluxloop-key`).mode! & 0o777, 0o600);
      const { stdout } = await new Deno.Command(`${path}/fluxloop`, {
        args: ["key"],
        env: { FLUXLOOP_API_KEY_FILE: env.slice("FLUXLOOP_API_KEY_FILE=".length) },
      }).output();
      assertEquals(new TextDecoder().decode(stdout), KEY);
    });
  }
});
