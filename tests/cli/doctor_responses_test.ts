import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { readDiagnosis } from "../support/diagnosis.ts";
import { listen } from "../support/listener.ts";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { listenRaw } from "../support/malformed_responses.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";
import { type Reply, RESPONSE_ROWS } from "./responses_table.ts";

/**
 * Diagnoses a server with this response.
 *
 * @param hasRemedy Whether the step's text includes its remedy.
 * @returns The exit code and the last step, with `{host}` for the server's host.
 */
async function diagnosisOf(reply: Reply, hasRemedy = false) {
  const server = reply instanceof Uint8Array ? listenRaw(() => reply) : listen(reply);
  const session = new Session({ env: { FLUXLOOP_API_URL: server.url, FLUXLOOP_API_KEY: DOCUMENTED_KEY } });
  const found = readDiagnosis(await session.run(["auth", "doctor", "--json"]), session.world.home);
  await server.stop();
  const { name, message, remedy } = found.last;
  const text = hasRemedy ? `${message}. ${remedy![0].toUpperCase()}${remedy!.slice(1)}.` : message;
  return { code: found.code, name, text: text.replaceAll(new URL(server.url).host, "{host}") };
}

/** @returns The doctor's text for an error that another command writes to standard error. */
function doctorText(stderr: string): string {
  const [first, second] = stderr.replace("❌ Error: ", "").trim().split("\n\n");
  const reason = /^Failed to connect to \{host\}: (.*)$/.exec(second ?? "")?.[1];
  return reason === undefined ? first : `${first} at {host}: ${reason}`;
}

describe("auth doctor and the platform's responses", () => {
  afterEach(removeTestHomes);

  for (const [what, reply, { code, stderr }] of RESPONSE_ROWS.filter(([, , outcome]) => outcome.code !== 0)) {
    it(`reports ${what} like other commands, at the right step`, async () => {
      // Without an HTTP response, there is no date to compare the clock with.
      const name = code === 4 ? "clock" : "authentication";
      const text = doctorText(stderr);
      // Errors that say what to do end with a period.
      assertEquals(await diagnosisOf(reply, text.endsWith(".")), { code, name, text });
    });
  }

  for (const [what, reply] of RESPONSE_ROWS.filter(([, , outcome]) => outcome.code === 0)) {
    it(`accepts ${what}`, async () => assertEquals((await diagnosisOf(reply)).code, 0));
  }
});
