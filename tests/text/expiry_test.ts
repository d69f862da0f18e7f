import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { expiryText } from "../../src/text/expiry.ts";

const day = (text: string) => new Date(text.length === 10 ? `${text}T00:00:00Z` : text);

describe("the expiry text", () => {
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
    it(`is "${text}" for ${expires} at ${now}`, () => assertEquals(expiryText(day(expires), day(now)), text));
  }

  it("is Never for a key that never expires", () => assertEquals(expiryText("never", day("2024-01-22")), "Never"));

  it("is unknown without a date", () => assertEquals(expiryText(null, day("2024-01-22")), "unknown"));
});
