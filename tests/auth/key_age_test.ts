import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { rotationReason } from "../../src/auth/key_age.ts";

describe("the reason to rotate a key", () => {
  const cases: [string, string | null, string | null, string | null][] = [
    ["15 days before it expires", "2024-02-06", "2024-01-16", null],
    ["14 days before it expires", "2024-02-05", "2024-01-16", "expires_soon"],
    ["on its last day", "2024-01-22", "2024-01-16", "expires_soon"],
    ["after it has expired", "2024-01-21", "2024-01-16", "expired"],
    ["at an age of 90 days", null, "2023-10-24", null],
    ["at an age of 91 days", null, "2023-10-23", "old"],
    ["with unknown age and expiry", null, null, null],
  ];
  for (const [when, expires, created, reason] of cases) {
    it(`is ${reason ?? "none"} ${when}`, () => {
      const at = (text: string | null) => text === null ? null : new Date(`${text}T00:00:00Z`);
      assertEquals(rotationReason(at(expires), at(created), new Date("2024-01-22T12:00:00Z")), reason);
    });
  }
});
