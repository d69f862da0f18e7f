/**
 * The walk through all commands.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Program, readUntil } from "./program.ts";

/** The parameters of the walk. */
export interface Walk {
  readonly program: Program;
  /** The path of the user's home folder. */
  readonly home: string;
  /** The command that starts the agent on the machine. */
  readonly agent: readonly string[];
  /** Runs a step and prints its outcome. */
  step(name: string, work: () => Promise<void>): Promise<void>;
}

/**
 * Runs all steps, from `--version` to `auth logout`. An emulated program takes seconds to start, so independent steps run in
 * parallel.
 */
export async function walk({ program, home, agent, step }: Walk, target: string): Promise<void> {
  let platform = { url: "", api_key: "", sign_in_url: "" };
  const stopping = new AbortController();
  const login = (stdin: string, ...args: string[]) =>
    program.run(["auth", "login", "--api-key-stdin", ...args], { stdin });
  const savedFile = () => Deno.readTextFile(`${home}/.fluxloop/credentials`);

  const withoutPlatform = async () => {
    await step("prints its version and target", async () => {
      assertStringIncludes(await program.expect(["--version"]), `, ${target}\n`);
    });

    await step("shows help", async () => {
      assertStringIncludes(await program.expect(["auth", "login", "--help"]), "Usage: fluxloop auth login");
    });

    for (const shell of ["bash", "zsh", "fish"]) {
      await step(`generates completions for ${shell}`, async () => {
        assertStringIncludes(await program.expect(["completions", shell]), "fluxloop");
      });
    }

    await step("reports a platform that can't be reached", async () => {
      const { code, stderr } = await program.run(["auth", "status", "--api-url", "http://127.0.0.1:1"], {
        env: { FLUXLOOP_API_KEY: "flux_dev_unsent0000000000000000000000000" },
      });
      assertEquals(code, 4);
      assertStringIncludes(stderr, "Failed to connect to 127.0.0.1:1");
    });
  };

  const logIn = async () => {
    await step("serves a platform", async () => {
      const child = program.start(["platform", "serve", "--port", "0", "--json"], {}, stopping.signal);
      child.stderr.cancel();
      platform = JSON.parse((await readUntil(child.stdout, /^.*\n/))[0]);
      program.env = { FLUXLOOP_API_URL: platform.url };
    });

    await step("logs in with a key on standard input", async () => {
      const { code, stdout, stderr } = await login(`${platform.api_key}\n`);
      assertEquals([code, stderr], [0, ""]);
      assertStringIncludes(stdout, "✅ Successfully authenticated!");
      assertStringIncludes(await savedFile(), platform.api_key);
    });

    await step("rejects an invalid key", async () => {
      const { code, stderr } = await login("flux_dev_wrong0000000000000000000000000");
      assertEquals(code, 3, stderr);
    });
  };
  await Promise.all([logIn(), withoutPlatform()]);

  const showAccount = async () => {
    await step("shows the status without a warning", async () => {
      const { code, stdout, stderr } = await program.run(["auth", "status"]);
      assertEquals([code, stderr], [0, ""]);
      assertStringIncludes(stdout, "Account: john@example.com");
    });

    await step("shows the account", async () => {
      assertStringIncludes(await program.expect(["auth", "whoami"]), "customer-support-bot");
    });
  };

  const passKey = async () => {
    await step("prints the key", async () => {
      assertEquals(await program.expect(["auth", "token"]), `${platform.api_key}\n`);
    });

    await step("passes the key to another program", async () => {
      const { code, stdout, stderr } = await program.run(["auth", "exec", "--", ...agent, "FLUXLOOP_API_KEY", "7"]);
      assertEquals([code, stdout], [7, await program.expect(["auth", "token"])], stderr);
    });
  };
  await Promise.all([showAccount(), passKey()]);

  await step("creates, lists and deletes keys", async () => {
    const args = ["apikeys", "create", "--name", "ci", "--permission", "upload_results", "--quiet"];
    const created = (await program.expect(args)).trim();
    assertEquals((await login(created, "--profile", "ci")).code, 0);
    const keys: { id: string; name: string }[] =
      JSON.parse(await program.expect(["apikeys", "list", "--json"])).api_keys;
    const { id } = keys.find((it) => it.name === "ci")!;
    await program.expect(["apikeys", "delete", id, "--yes"]);
    assertEquals((await program.run(["auth", "status", "--profile", "ci"])).code, 3);
  });

  await step("switches and lists profiles", async () => {
    await program.expect(["auth", "switch", "ci"]);
    assertMatch(await program.expect(["auth", "list"]), /^\*\s+ci\b/m);
    await program.expect(["auth", "switch", "default"]);
  });

  await step("saves concurrent logins", async () => {
    const names = ["one", "two", "three"];
    const outcomes = await Promise.all(names.map((it) => login(platform.api_key, "--profile", it)));
    assertEquals(outcomes.map((it) => it.code), [0, 0, 0], outcomes.map((it) => it.stderr).join(""));
    const profiles: { name: string }[] = JSON.parse(await program.expect(["auth", "list", "--json"])).profiles;
    assertEquals(names.filter((name) => !profiles.some((it) => it.name === name)), []);
  });

  await step("rotates the key", async () => {
    await program.expect(["auth", "rotate"]);
    const key = (await program.expect(["auth", "token"])).trim();
    assert(key !== platform.api_key, "The key hasn't changed.");
    assertStringIncludes(await savedFile(), key);
    assertEquals((await login(platform.api_key, "--no-save")).code, 3);
  });

  const connect = async () => {
    await step("logs in through the browser", async () => {
      const child = program.start(["auth", "login", "--web", "--no-browser", "--profile", "web"]);
      const [page] = await readUntil(child.stderr, /https?:\S+(?=\n)/);
      await approve(platform, page);
      const [stdout, { code }] = await Promise.all([new Response(child.stdout).text(), child.status]);
      assertEquals(code, 0);
      assertStringIncludes(stdout, "✅ Successfully authenticated!");
      assertStringIncludes(await program.expect(["auth", "whoami", "--profile", "web"]), "john@example.com");
    });

    await step("diagnoses the connection", async () => {
      const diagnosis = JSON.parse(await program.expect(["auth", "doctor", "--json"]));
      assertEquals(diagnosis.healthy, true, JSON.stringify(diagnosis, null, 2));
    });
  };

  const testAgents = async () => {
    await step("tests an agent over HTTP and uploads the results", async () => {
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
        return Response.json({ output: `said ${(await request.json()).input}` });
      });
      try {
        await configure({ http: { url: `http://127.0.0.1:${server.addr.port}/`, stream_output_path: "$.output" } });
        assertStringIncludes(await program.expect(["test"]), "Uploaded: rb_");
        assertEquals(await outputs(), ["said a", "said b", "said c", "said d"]);
      } finally {
        await server.shutdown();
      }
    });

    for (const reuse of [true, false]) {
      await step(
        `tests ${reuse ? "a reused agent process" : "an agent process for each run"} and uploads the results`,
        async () => {
          await configure({ process: { command: agent, reuse } });
          assertStringIncludes(await program.expect(["test"]), "Uploaded: rb_");
          assertEquals(await outputs(), ["said a", "said b", "said c", "said d"]);
        },
      );
    }

    await step("reports a failed run", async () => {
      await configure({ process: { command: agent, reuse: true } }, ["a", "fail"]);
      const { code, stderr } = await program.run(["test", "--skip-upload"]);
      assertEquals(code, 10, stderr);
    });
  };
  await Promise.all([connect(), testAgents()]);

  await step("logs out of all profiles", async () => {
    await program.expect(["auth", "logout", "--all"]);
    assertEquals((await program.run(["auth", "status"])).code, 3);
  });

  stopping.abort();

  async function configure(runner: unknown, inputs: readonly string[] = ["a", "b", "c", "d"]): Promise<void> {
    await Deno.remove(`${program.folder}/experiments`, { recursive: true }).catch(() => {});
    // JSON is also valid YAML.
    const configuration = { name: "walk", runner, inputs, parallel_runs: 2 };
    await Deno.writeTextFile(`${program.folder}/fluxloop.yaml`, JSON.stringify(configuration));
  }

  async function outputs(): Promise<string[]> {
    const [{ name }] = await Array.fromAsync(Deno.readDir(`${program.folder}/experiments`));
    const lines = await Deno.readTextFile(`${program.folder}/experiments/${name}/results.jsonl`);
    return lines.trimEnd().split("\n").map((it) => JSON.parse(it).output).sort();
  }
}

/** Signs in to the platform's pages and approves the login. */
async function approve(platform: { url: string; sign_in_url: string }, page: string): Promise<void> {
  let headers: Record<string, string> = { origin: platform.url };
  const open = (url: string | URL, body?: URLSearchParams) =>
    fetch(url, { method: body && "POST", body, headers, redirect: "manual" });
  const signedIn = await open(platform.sign_in_url);
  headers = { ...headers, cookie: signedIn.headers.get("set-cookie")!.split(";")[0] };
  const [, form_token] = /name="form_token" value="([^"]*)"/.exec(await (await open(page)).text())!;
  const code = new URL(page).searchParams.get("code")!;
  const codeSent = await open(new URL("/connect", page), new URLSearchParams({ form_token, code }));
  const approvalPage = new URL(codeSent.headers.get("location")!, page);
  const approved = await open(approvalPage, new URLSearchParams({ form_token, decision: "approve" }));
  for (const response of [signedIn, codeSent, approved]) await response.body?.cancel();
}
