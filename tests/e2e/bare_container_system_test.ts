import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { Authority } from "../support/certificates.ts";
import { base, PROGRAM, type ServedPlatform, servePlatform } from "../support/program.ts";
import type { Outcome } from "../support/session.ts";
import { asRoot, runMounted } from "../support/users.ts";

const BARE_ROOT = new URL("../../scripts/bare_root.sh", import.meta.url).pathname;
const HOST = "platform.example";
const SECRET = "/run/secrets/fluxloop";
/** OpenShift runs containers with such user IDs, which belong to no user. */
const UID = 1_000_690_000;
const CONFIGURATION = "/etc/fluxloop.yaml";
/** The only writable folder, a volume as in production, so that the results outlive the container. */
const RESULTS = "/results";
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

describe(`a container with only the program, glibc and certificates (Deno ${base().deno})`, () => {
  let folder: string;
  let root: string;
  let platform: ServedPlatform;
  let authority: Authority;
  let secure: Deno.HttpServer<Deno.NetAddr>;
  let agent: Deno.HttpServer<Deno.NetAddr>;

  beforeAll(async () => {
    folder = await Deno.makeTempDir({ prefix: "fluxloop-bare-" });
    root = `${folder}/root`;
    platform = await servePlatform(["--ephemeral"]);
    authority = await Authority.create();
    const listening = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    secure = Deno.serve(
      { ...listening, ...await authority.issue(`DNS:${HOST}`) },
      ({ url, headers }) =>
        fetch(platform.url + new URL(url).pathname, { headers: { authorization: headers.get("authorization") ?? "" } }),
    );

    agent = Deno.serve(listening, () => new Response("Gladly."));
    const configuration = `
name: from a container
inputs: [Hello, Can you help me?]
output_directory: ${RESULTS}
runner: { http: { url: "http://127.0.0.1:${agent.addr.port}/" } }
`;

    await asRoot('sh "$1" "$2" "$3" && chmod 755 "$4"', BARE_ROOT, PROGRAM, root, folder);
    // The files that a container runtime mounts, and the CA certificate of the test's platform.
    await asRoot(
      'mkdir -p "$1/run/secrets" && printf "%s\\n" "$2" >"$1$3" && echo "127.0.0.1 $4" >"$1/etc/hosts" && cat "$5" >>"$1$6"',
      ...[root, platform.key!, SECRET, HOST, authority.file, CERTIFICATES],
    );
    await asRoot('mkdir "$1$2" && printf "%s" "$3" >"$1$4"', root, RESULTS, configuration, CONFIGURATION);
  });
  afterAll(async () => {
    await platform.stop();
    await agent.shutdown();
    await secure.shutdown();
    await authority.remove();
    await asRoot('rm -rf "$1"', folder);
  });

  /** Runs the program in the read-only container, as a user without an account and without a terminal. */
  const run = (args: readonly string[], env: Record<string, string>, stdin?: string): Promise<Outcome> => {
    const prepare = `mount --bind '${root}' '${root}' && mount -t proc -o ro proc '${root}/proc' &&
      mount -o remount,bind,ro '${root}' && mount -t tmpfs -o mode=1777 tmpfs '${root}${RESULTS}' && if touch '${root}/probe' 2>/dev/null; then exit 99; fi`;
    const command = ["/usr/sbin/chroot", `--userspec=${UID}:${UID}`, root, "/usr/bin/fluxloop", ...args];
    return runMounted("root", prepare, command, { env: { FLUXLOOP_API_URL: platform.url, ...env }, stdin });
  };

  it("has neither a shell nor a folder for temporary files", async () => {
    const found = await asRoot('cd "$1" && find . -type f -o -type d -empty | sort', root);
    const others = found.trim().split("\n").filter((it) => !/^\.\/(usr\/)?lib(64)?\/.*\.so(\.\d+)*$/.test(it));
    assertEquals(others, [
      `.${CONFIGURATION}`,
      "./etc/hosts",
      `.${CERTIFICATES}`,
      "./proc",
      `.${RESULTS}`,
      `.${SECRET}`,
      "./usr/bin/fluxloop",
    ]);
  });

  const commands: [string[], string][] = [
    [["auth", "status"], "Account: john@example.com"],
    [["auth", "status", "--json"], '"authenticated": true'],
    [["auth", "whoami"], "  • customer-support-bot"],
    [["auth", "token"], "flux_dev_"],
    [["auth", "doctor"], "All checks passed."],
    [["--version"], "fluxloop "],
    [["--help"], "Usage: "],
  ];
  const sources: [string, () => Record<string, string>][] = [
    ["FLUXLOOP_API_KEY", () => ({ FLUXLOOP_API_KEY: platform.key! })],
    ["FLUXLOOP_API_KEY_FILE", () => ({ FLUXLOOP_API_KEY_FILE: SECRET })],
  ];
  for (const [source, env] of sources) {
    for (const [args, expected] of commands) {
      it(`runs ${args.join(" ")} with ${source}, as an unknown user without a home`, async () => {
        const { code, stdout, stderr } = await run(args, env());
        assertEquals([code, stderr], [0, ""]);
        assertStringIncludes(stdout, expected);
      });
    }
  }

  for (const [source, env] of sources) {
    it(`tests an agent and uploads the results with ${source}`, async () => {
      const { code, stdout } = await run(["test", "--config", CONFIGURATION], env());
      assertEquals(code, 0);
      assertStringIncludes(stdout, "✅ All 2 runs passed");
      assertStringIncludes(stdout, "Uploaded: rb_");
    });
  }

  it("trusts the container's CA certificates and resolves a host name", async () => {
    const url = `https://${HOST}:${secure.addr.port}`;
    const { code, stdout, stderr } = await run(["auth", "status"], {
      FLUXLOOP_API_URL: url,
      FLUXLOOP_API_KEY: platform.key!,
    });
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "✅ Authenticated");
  });

  const homes: [string, Record<string, string>, string][] = [
    [
      "without HOME",
      {},
      "There is no home folder for credentials. Set HOME or FLUXLOOP_HOME, or pass the key in",
    ],
    [
      "with HOME=/",
      { HOME: "/" },
      "read-only file system. Set FLUXLOOP_HOME",
    ],
  ];
  for (const [what, env, sentence] of homes) {
    it(`explains why login --save fails ${what}`, async () => {
      const { code, stdout, stderr } = await run(["auth", "login", "--save", "--api-key-stdin"], env, platform.key!);
      assertEquals([code, stdout], [2, ""]);
      assertStringIncludes(stderr, sentence);
    });
  }

  it("explains why login fails without a terminal", async () => {
    const { code, stderr } = await run(["auth", "login", "--no-save"], { HOME: "/" });
    assertEquals(code, 2);
    assertStringIncludes(stderr, "Can't prompt for an API key without a terminal");
  });
});
