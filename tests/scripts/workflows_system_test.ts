import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { beforeAll, describe, it } from "@std/testing/bdd";
import { generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import { parse } from "yaml";
import { loadLinter } from "../../scripts/lint_workflows.ts";
import { checkTag, notesOf } from "../../scripts/release/assemble.ts";
import { TARGETS } from "../../scripts/release/names.ts";
import denoJson from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

/** The parts of a workflow used by these tests. */
interface Workflow {
  readonly on: Record<string, unknown>;
  readonly jobs: Record<string, {
    readonly if?: string;
    readonly environment?: string;
    readonly permissions?: Record<string, string>;
    readonly strategy?: { matrix: { include: { target: string }[] } };
    readonly steps: { uses?: string; run?: string; with?: Record<string, string>; env?: Record<string, string> }[];
  }>;
}

const VALID = `name: Valid
on: push
permissions: {}
jobs:
  one:
    runs-on: ubuntu-24.04
    environment: release
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - run: echo "$WORD"
        env:
          WORD: \${{ secrets.WORD }}
`;

describe("the workflow linter", () => {
  let lint: Awaited<ReturnType<typeof loadLinter>>;
  const messages = async (text: string, path = ".github/workflows/x.yml") =>
    (await lint(path, text)).map((it) => `${it.line}: ${it.message}`).join("\n");

  beforeAll(async () => {
    lint = await loadLinter();
  });

  it("accepts a valid workflow", async () => {
    assertEquals(await messages(VALID), "");
  });

  const faults: [string, string, string, string][] = [
    ["an unknown event", "on: push", "on: pusch", '2: unknown Webhook event "pusch"'],
    ["an unknown permission", "contents: read", "content: read", '9: unknown permission scope "content"'],
    ["a dependency on a missing job", "steps:", "needs: two\n    steps:", 'job "one" needs job "two"'],
    ["an invalid expression", "secrets.WORD }}", "secrets.WORD", "14: "],
    ["a script that fails shellcheck", 'echo "$WORD"', "echo $WORD", "12: SC2086: "],
    [
      "an action not pinned to a commit",
      "@3d3c42e5aac5ba805825da76410c181273ba90b1 #",
      "@v7 #",
      "isn't pinned to a commit",
    ],
    [
      "an action pinned to a short commit",
      "@3d3c42e5aac5ba805825da76410c181273ba90b1",
      "@3d3c42e",
      "isn't pinned to a commit",
    ],
    [
      "a pinned action without a version comment",
      " # v7.0.1",
      "",
      "11: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 has",
    ],
    ["a workflow without permissions", "permissions: {}\n", "", "the workflow has no `permissions`"],
    ["a trigger that gives forks secrets", "on: push", "on: pull_request_target", "pull_request_target gives forks"],
    ["a secret in a job without an environment", "    environment: release\n", "", "a secret is used in a job without"],
    [
      "an untrusted expression in a script",
      'echo "$WORD"',
      "echo ${{ github.event.pull_request.title }}",
      "pass it as an environment variable",
    ],
  ];
  for (const [what, valid, fault, message] of faults) {
    it(`reports ${what}`, async () => {
      assert(VALID.includes(valid));
      assertStringIncludes(await messages(VALID.replace(valid, fault)), message);
    });
  }

  it("also checks this repository's actions", async () => {
    const action = read(".github/actions/setup-fluxloop/action.yml");
    const path = ".github/actions/x/action.yml";
    assertEquals(await messages(action, path), "");
    const faulty = action.replace(/run: \|\n/, "$&        echo $WORD\n");
    assertStringIncludes(await messages(faulty, path), "SC2086");
  });
});

describe("the release workflow", () => {
  const release = parse(read(".github/workflows/release.yml")) as Workflow;

  it("builds for each target", () => {
    assertEquals(release.jobs.build.strategy!.matrix.include.map((it) => it.target).sort(), [...TARGETS].sort());
  });

  it("uses the same Deno version as all other workflows and .ci/run", () => {
    const [, version] = /deno@(\S+) /.exec(read(".ci/run"))!;
    for (const path of ["release", "ci", "nightly", "newest"].map((it) => `.github/workflows/${it}.yml`)) {
      const steps = Object.values((parse(read(path)) as Workflow).jobs).flatMap((it) => it.steps);
      const versions = steps.filter((it) => it.uses?.startsWith("denoland/setup-deno")).map((it) =>
        it.with?.["deno-version"]
      );
      assertEquals(new Set(versions), new Set([version]), path);
    }
  });

  it("publishes only tags, and gives no other job write access or secrets", () => {
    const { publish, ...others } = release.jobs;
    // With these operators, the expression means the same in JavaScript.
    const isPublished = new Function("github", `return ${publish.if}`);
    const runs = ["push", "pull_request", "workflow_dispatch", "schedule"].flatMap((event_name) =>
      ["tag", "branch"].map((ref_type) => ({ event_name, ref_type }))
    );
    assertEquals(runs.filter((it) => isPublished(it)), [{ event_name: "push", ref_type: "tag" }]);
    assertEquals(publish.environment, "release");
    for (const job of Object.values(others)) {
      assertEquals(job.permissions, { contents: "read" });
      assertEquals(JSON.stringify(job).includes("secrets."), false);
    }
  });

  it("signs with a command that needs only the sources, and only with the key that programs trust", async () => {
    const { run, env } = release.jobs.publish.steps.find((it) => it.run?.includes("checksums.ts"))!;
    assertEquals(env, { FLUXLOOP_RELEASE_KEY: "${{ secrets.FLUXLOOP_RELEASE_KEY }}" });
    const folder = await Deno.makeTempDir();
    for (const path of ["scripts/release", "dist/release", "release"]) {
      await Deno.mkdir(`${folder}/${path}`, { recursive: true });
    }
    for (const name of ["checksums.ts", "names.ts"]) {
      await Deno.copyFile(new URL(`scripts/release/${name}`, ROOT), `${folder}/scripts/release/${name}`);
    }
    await Deno.writeTextFile(`${folder}/dist/release/SHA256SUMS`, "sums\n");
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const signWith = async (key: KeyObject) => {
      const [command, ...args] = run!.trim().split(/\s+/);
      assertEquals(command, "deno");
      const FLUXLOOP_RELEASE_KEY = key.export({ type: "pkcs8", format: "pem" }) as string;
      const signing = new Deno.Command(Deno.execPath(), { args, cwd: folder, env: { FLUXLOOP_RELEASE_KEY } });
      return new TextDecoder().decode((await signing.output()).stderr);
    };
    assertStringIncludes(await signWith(privateKey), "Can't read release/public_key.txt");
    const pem = publicKey.export({ type: "spki", format: "pem" }) as string;
    await Deno.writeTextFile(`${folder}/release/public_key.txt`, pem);
    const other = generateKeyPairSync("ed25519").privateKey;
    assertStringIncludes(
      await signWith(other),
      "FLUXLOOP_RELEASE_KEY doesn't match release/public_key.txt",
    );
    assertEquals([...Deno.readDirSync(`${folder}/dist/release`)].map((it) => it.name), ["SHA256SUMS"]);

    assertEquals(await signWith(privateKey), "");
    const signature = Uint8Array.fromBase64((await Deno.readTextFile(`${folder}/dist/release/SHA256SUMS.sig`)).trim());
    await Deno.remove(folder, { recursive: true });
    assert(verify(null, new TextEncoder().encode("sums\n"), publicKey, signature));
  });

  it("resolves the packages in one job, and uses that job's lock file in all others", () => {
    const { publish: _, ...jobs } = release.jobs;
    for (const [name, { steps }] of Object.entries(jobs)) {
      const isLocked = steps.some((it) => it.with?.name === "lock" && it.with.path.startsWith("release"));
      const scripts = steps.flatMap((it) =>
        it.run?.match(/deno run .*(pack|smoke|assemble)\.ts(?! --check-tag).*/g) ?? []
      );
      assertEquals([name, isLocked, scripts.filter((it) => !it.includes("--lock=release/deno.lock --frozen"))], [
        name,
        true,
        [],
      ]);
    }
  });

  it("takes the release notes from the changelog's section for this version", () => {
    assertStringIncludes(notesOf(read("CHANGELOG.md"), denoJson.version), "- ");
    assertEquals(notesOf("# C\n\n## 0.2.0\n\nnew\n\n## 0.1.0\n\nold\n", "0.1.0"), "old\n");
    assertThrows(() => notesOf("# C\n\n## 0.2.0\n\nnew\n", "0.2"), Error, "CHANGELOG.md doesn't mention 0.2.");
  });

  it("accepts only this version's tag", () => {
    checkTag(`v${denoJson.version}`);
    assertThrows(() => checkTag(denoJson.version), Error, `but deno.json has version ${denoJson.version}`);
  });
});
