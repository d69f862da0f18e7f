import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { connectionFailure } from "../../src/api_client/connection_failure.ts";

/** An error as Windows reports it in German. */
const localized = (code: number) => new Error(`Es ist ein Fehler aufgetreten. (os error ${code})`);

describe("a failed connection on a localized Windows", () => {
  const reasons: [string, number[]][] = [
    ["can't resolve its name", [11001, 11002, 11003, 11004]],
    ["connection refused", [10061]],
    ["the network is unreachable", [10051, 10065]],
    ["the connection timed out", [10060]],
    ["the connection was closed early", [10053, 10054]],
  ];
  for (const [reason, codes] of reasons) {
    it(`is recognized by its code: ${reason}`, () => {
      for (const code of codes) {
        const error = new TypeError("error sending request", { cause: localized(code) });
        assertEquals(connectionFailure(error).reason, reason);
      }
    });
  }

  it("is attributed to the proxy if there is one", () => {
    assertEquals(connectionFailure(localized(11001), true).reason, "can't resolve the proxy's name");
    assertEquals(connectionFailure(localized(10061), true).reason, "can't reach the proxy");
  });
});
