import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { listenRaw, problemsIn, RandomResponses } from "../support/malformed_responses.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

const BLOCKS = Deno.env.has("FLUXLOOP_TEST_LONG") ? 10 : 2;
const RESPONSES_PER_BLOCK = 200;
const COMMANDS = [["auth", "whoami"], ["auth", "status"], ["auth", "status", "--json"], ["auth", "login"]];

describe("random responses", () => {
  afterEach(removeTestHomes);

  for (let block = 0; block < BLOCKS; block++) {
    it(`with seed ${block} are accepted or reported as errors`, async () => {
      const responses = new RandomResponses(block);
      for (let index = 0; index < RESPONSES_PER_BLOCK; index++) {
        const bytes = responses.next();
        const server = listenRaw(() => bytes);
        const command = COMMANDS[index % COMMANDS.length];
        const isLogin = command[1] === "login";
        const session = new Session({
          env: { FLUXLOOP_API_URL: server.url, ...(isLogin ? {} : { FLUXLOOP_API_KEY: DOCUMENTED_KEY }) },
        });
        const outcome = await session.run([...command, ...(isLogin ? ["--api-key", DOCUMENTED_KEY] : [])]);
        await server.stop();
        const sent = JSON.stringify(new TextDecoder("latin1").decode(bytes));
        assertEquals(
          problemsIn(outcome),
          [],
          `${command.join(" ")}, response ${index}, ${sent}: ${JSON.stringify(outcome)}`,
        );
        if (command.includes("--json")) assertEquals(typeof JSON.parse(outcome.stdout), "object");
      }
    });
  }
});
