import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import fc from "fast-check";
import { logIn, planLogin } from "../../src/auth/log_in.ts";
import { logOut } from "../../src/auth/log_out.ts";
import { switchProfile } from "../../src/auth/switch_profile.ts";
import type { Context } from "../../src/context.ts";
import { updateCredentials } from "../../src/credentials/credential_store.ts";
import { type CredentialsLocation, requireCredentialsLocation } from "../../src/credentials/location.ts";
import { FluxloopError } from "../../src/errors.ts";
import { acceptEveryKey } from "../support/accepting_platform.ts";
import { parseYamlIndependently } from "../support/independent_yaml.ts";
import { profileNamed } from "../support/profile.ts";
import { removeTestHomes, world } from "../support/world.ts";

/** The seed is fixed, so that a failure can be reproduced. */
const RUNS = { numRuns: Deno.env.has("FLUXLOOP_TEST_LONG") ? 500 : 100, seed: 20240122 };
const MAX_STEPS = 12;

/** Names that the command line accepts, some of which YAML or JavaScript could mistake for something else. */
const names = fc.oneof(
  fc.constantFrom("default", "a", "b"),
  fc.constantFrom("constructor", "toString", "hasOwnProperty", "valueOf", "length", "profiles", "default_profile"),
  fc.constantFrom("true", "null", "yes", "No", "on", "y", "1e3", "0x10", "0o7", "007", "1.0", "1_000", "0b1"),
  fc.constantFrom("2024-01-01", "12345678901234567890", "0", "9007199254740993", "a.b-c_d", "Infinity", "NaN"),
  fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/),
);
/** Names that only the store itself accepts. */
const anyNames = fc.oneof(names, fc.constantFrom("__proto__", "é", "a b", "#", "- a", "~", ".", "a: b", "\t"));
const values = fc.option(fc.oneof(fc.stringMatching(/^[\x20-\x7e]{1,20}$/), fc.string({ minLength: 1, maxLength: 8 })));
const keys = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);

/** Files without profiles, as written by fluxloop, by people and by other programs. */
const empties = fc.constantFrom(
  ...["", "profiles: {}\n", "profiles:\n", "# mine\nprofiles: {} # none yet\n", "profiles: ~ # none\r\n", "{}\n"],
  ...["%YAML 1.2\n---\nprofiles:\n...\n", '\ufeff{"profiles": {}}', "'profiles': &none {}\n", "# nothing\n"],
);

/** The expected content: each profile's fields, the default profile, and the previous one. */
interface Model {
  readonly profiles: Map<string, Map<string, string>>;
  current: string | null;
  previous: string | null;
}

/** A profile's fields; `null` means absent. */
type Fields = Readonly<Record<string, string | null>>;

type Step =
  & (
    | {
      readonly action: "save";
      readonly key: string;
      readonly account: string | null;
      readonly expires: string | null;
    }
    | { readonly action: "remove" | "switch" | "remove all" }
  )
  & { readonly name: string };

const stepsOn = (
  name: fc.Arbitrary<string>,
  actions: fc.Arbitrary<"remove" | "switch" | "remove all">,
): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      {
        weight: 2,
        arbitrary: fc.record({
          action: fc.constant("save" as const),
          name,
          key: keys,
          account: values,
          expires: values,
        }),
      },
      { weight: 1, arbitrary: fc.record({ action: actions, name }) },
    ),
    { minLength: 1, maxLength: MAX_STEPS },
  );

/** Applies a step to the model. @returns Whether the command line accepts it. */
function applyStep(model: Model, step: Step, fields: Fields): boolean {
  const { profiles } = model;
  if (step.action === "save") {
    const present = Object.entries(fields).filter((it): it is [string, string] => it[1] !== null);
    profiles.set(step.name, new Map(present));
    return true;
  }
  const removed = step.action === "remove all" ? [...profiles.keys()] : step.action === "remove" ? [step.name] : [];
  const exists = step.action === "remove all" || profiles.has(step.name);
  for (const name of removed) {
    profiles.delete(name);
    if (model.current === name) model.current = null;
    if (model.previous === name) model.previous = null;
  }
  if (step.action === "switch" && exists) {
    const before = model.current ?? "default";
    if (before !== step.name && profiles.has(before)) model.previous = before;
    model.current = step.name;
  }
  return exists;
}

function assertFileMatches(location: CredentialsLocation, { profiles, current, previous }: Model): void {
  const text = Deno.readTextFileSync(location.file);
  const content = parseYamlIndependently(text) as Map<string, unknown> | null ?? new Map();
  // Without profiles, the key `profiles` is optional.
  if (profiles.size === 0 && (content.get("profiles") ?? null) === null) content.set("profiles", profiles);
  const expected = new Map<string, unknown>([["profiles", profiles]]);
  if (current !== null) expected.set("default_profile", current);
  if (previous !== null) expected.set("previous_profile", previous);
  assertEquals(content, expected, text);
}

/** A home in memory, if the system has /dev/shm: syncing files to disk is tested elsewhere. */
function homeFor(context: Context): { context: Context; location: CredentialsLocation } {
  let folder: string;
  try {
    folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  } catch {
    folder = Deno.makeTempDirSync();
  }
  homes.push(folder);
  const env = (name: string) => name === "FLUXLOOP_HOME" ? folder : undefined;
  return { context: { ...context, env }, location: requireCredentialsLocation({ ...context, env }) };
}
const homes: string[] = [];

describe("any sequence of changes leaves the same credentials as a model", () => {
  afterEach(() => {
    removeTestHomes();
    for (const home of homes.splice(0)) Deno.removeSync(home, { recursive: true });
  });

  it("of store operations: save, remove and switch", async () => {
    const { location } = homeFor(world().context);
    const actions = fc.constantFrom("remove" as const, "switch" as const);
    const sequences = fc.asyncProperty(empties, stepsOn(anyNames, actions), async (empty, steps) => {
      const model: Model = { profiles: new Map(), current: null, previous: null };
      Deno.writeTextFileSync(location.file, empty);
      for (const step of steps) {
        const fields: Fields = step.action === "save"
          ? { api_key: step.key, account: step.account, expires: step.expires }
          : {};
        // The store leaves the check that the profile exists to its callers.
        if (!applyStep(model, step, fields) && step.action === "switch") continue;
        await updateCredentials(location, (document) => {
          if (step.action === "switch") return document.switchTo(step.name);
          if (step.action !== "save") return document.remove(step.name);
          const { name, key, account, expires } = step;
          document.save(profileNamed(name, { secret: { kind: "api_key", key }, account, expires }));
        });
        assertFileMatches(location, model);
      }
    });
    await fc.assert(sequences, RUNS);
  });

  it("of commands: login, logout, logout --all and switch", async () => {
    const { context, location } = homeFor(world({ fetch: acceptEveryKey }).context);
    const actions = fc.constantFrom("remove" as const, "remove all" as const, "switch" as const);
    const sequences = fc.asyncProperty(empties, stepsOn(names, actions), async (empty, steps) => {
      const model: Model = { profiles: new Map(), current: null, previous: null };
      Deno.writeTextFileSync(location.file, empty);
      for (const step of steps) {
        const fields: Fields = step.action === "save" ? { api_key: step.key, account: "jane@example.com" } : {};
        assertEquals(await succeeds(context, step), applyStep(model, step, fields), JSON.stringify(step));
        assertFileMatches(location, model);
      }
    });
    await fc.assert(sequences, RUNS);
  });
});

/** @returns Whether the step succeeded; if not, the profile doesn't exist. */
async function succeeds(context: Context, step: Step): Promise<boolean> {
  try {
    if (step.action === "save") {
      await logIn(context, await planLogin(context, { profile: step.name, save: true }), {
        kind: "api_key",
        key: step.key,
      });
    } else if (step.action === "switch") await switchProfile(context, step.name);
    else await logOut(context, step.action === "remove" ? { profile: step.name, all: false } : { all: true });
    return true;
  } catch (error) {
    if (error instanceof FluxloopError && error.code === "not_found") return false;
    throw error;
  }
}
