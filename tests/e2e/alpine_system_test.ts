import { assertMatch, assertStringIncludes } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { PROGRAM, type ServedPlatform, servePlatform } from "../support/program.ts";
import type { Outcome } from "../support/session.ts";
import { asRoot, runMounted, SELF } from "../support/users.ts";

const DOCUMENT = new URL("../../docs/ci-and-containers.md", import.meta.url);

/** @returns The files that the documented Alpine image copies from Debian, each with its target folder. */
async function documentedFiles(): Promise<[string, string][]> {
  const [, recipe] = /^FROM alpine\n([^`]*)/m.exec(await Deno.readTextFile(DOCUMENT))!;
  const lines = recipe.replaceAll("\\\n", " ").matchAll(/^COPY --from=debian:12-slim (.*)$/gm);
  return [...lines].flatMap(([, line]) => {
    const paths = line.trim().split(/\s+/);
    return paths.slice(0, -1).map((it): [string, string] => [it, paths.at(-1)!]);
  });
}

describe("a musl container with the documented glibc files", () => {
  let root: string;
  let platform: ServedPlatform;

  beforeAll(async () => {
    root = await Deno.makeTempDir({ prefix: "fluxloop-alpine-" });
    platform = await servePlatform(["--ephemeral"]);
    await asRoot(
      'mkdir -p "$1/lib" "$1/proc" "$1/etc" "$1/bin" && cp "$2" "$1/bin/fluxloop" && cp -L /lib/ld-musl-x86_64.so.1 "$1/lib"' +
        ' && echo "127.0.0.1 localhost" >"$1/etc/hosts" && chmod -R go+rX "$1"',
      ...[root, PROGRAM],
    );
  });
  afterAll(async () => {
    await platform.stop();
    await asRoot('rm -rf "$1"', root);
  });

  function run(...args: string[]): Promise<Outcome> {
    const env = { FLUXLOOP_API_KEY: platform.key!, FLUXLOOP_API_URL: platform.url.replace("127.0.0.1", "localhost") };
    const prepare = `mount --bind ${root} /mnt && mount -t proc proc /mnt/proc`;
    return runMounted(SELF, prepare, ["/usr/sbin/chroot", "/mnt", "/bin/fluxloop", ...args], { env });
  }

  it("runs the program and resolves host names, but only with these files", async () => {
    assertStringIncludes((await run("--version")).stderr, "/bin/fluxloop': No such file");
    for (const [file, folder] of await documentedFiles()) {
      await asRoot('mkdir -p "$1" && cp -L "$2" "$1"', root + folder, file);
    }
    const { stdout, stderr } = await run("--version");
    assertMatch(stdout, /^fluxloop \d/, stderr);
    assertStringIncludes((await run("auth", "status")).stdout, "Account: john@example.com");
  });
});
