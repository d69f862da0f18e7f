import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { expiryText, rotationReason } from "../../src/text/expiry.ts";

const day = (text: string) => new Date(text.length === 10 ? `${text}T00:00:00Z` : text);

describe("expiry", () => {
  const texts: [string, string, string][] = [
    ["2024-04-15", "2024-01-22T12:00:00Z", "2024-04-15 (84 days remaining)"],
    ["2024-04-15", "2024-01-22T23:59:59Z", "2024-04-15 (84 days remaining)"],
    ["2024-04-15", "2024-04-14T00:00:01Z", "2024-04-15 (1 day remaining)"],
    ["2024-04-15T23:00:00Z", "2024-04-15T01:00:00Z", "2024-04-15 (expires today)"],
    ["2024-04-15T01:00:00Z", "2024-04-15T23:00:00Z", "2024-04-15 (expires today)"],
    ["2024-04-15", "2024-04-16", "2024-04-15 (expired 1 day ago)"],
    ["2024-04-15", "2024-04-18T12:00:00Z", "2024-04-15 (expired 3 days ago)"],
    ["2024-04-15T01:00:00+02:00", "2024-04-14", "2024-04-14 (expires today)"],
    ["2024-03-01", "2024-02-28", "2024-03-01 (2 days remaining)"],
  ];
  for (const [expires, now, text] of texts) {
    it(`${expires} read at ${now}: ${text}`, () => assertEquals(expiryText(day(expires), day(now)), text));
  }

  it("says Never of a key without an end", () => assertEquals(expiryText("never", day("2024-01-22")), "Never"));

  it("says unknown of an end that nobody knows", () => assertEquals(expiryText(null, day("2024-01-22")), "unknown"));

  const reasons: [string, string | null, string | null, string | null][] = [
    ["15 days before the end", "2024-02-06", "2024-01-16", null],
    ["14 days before the end", "2024-02-05", "2024-01-16", "This key expires soon"],
    ["on the last day", "2024-01-22", "2024-01-16", "This key expires soon"],
    ["after the end", "2024-01-21", "2024-01-16", "This key has expired"],
    ["with an age of 90 days", null, "2023-10-24", null],
    ["with an age of 91 days", null, "2023-10-23", "This key is older than 90 days"],
    ["of unknown age and end", null, null, null],
  ];
  for (const [when, expires, created, reason] of reasons) {
    it(`gives a reason to rotate ${when}: ${reason}`, () => {
      const at = (text: string | null) => text === null ? null : day(text);
      assertEquals(rotationReason(at(expires), at(created), day("2024-01-22T12:00:00Z")), reason);
    });
  }
});
