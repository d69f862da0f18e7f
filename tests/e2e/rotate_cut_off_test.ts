import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { home, placeAt, REQUESTS, ROTATE, SIDES, withRotatedHome, world } from "../support/rotation_steps.ts";

describe("auth rotate, cut off from the platform", () => {
  withRotatedHome();

  for (const at of REQUESTS) {
    for (const when of SIDES) {
      it(`${placeAt(when, at)}, says what is left to do, and is completed by running again`, async () => {
        const { code, stdout, stderr } = await home.cutOffAt(at, when, ROTATE);
        assertEquals([code, stderr.split("\n")[0]], [4, "❌ Error: Unable to connect to FluxLoop API"]);
        const isSaved = at.startsWith("DELETE");
        assertEquals(stdout.startsWith("✅ Profile default has a new key: flux_dev_"), isSaved);
        const left = isSaved
          ? "⚠️  The new key is saved and in use, and the old one is still taken. End it: fluxloop auth rotate\n"
          : home.isUnfinished()
          ? "⚠️  The saved key is the old one and works as before; a new one may have been made that nobody has. " +
            "Remove it and rotate: fluxloop auth rotate\n"
          : "Please check your internet connection and try again.\n";
        assertEquals(stderr.endsWith(left), true, stderr);
        await home.assertWorks();
        await home.rotateAgain();
        await home.assertRotated();
      });
    }
  }

  for (const at of REQUESTS) {
    it(`when one answer to ${at} is lost, goes on by itself`, async () => {
      world.relay.failAt({ at, when: "after", isLasting: false, deed: () => {} });
      await home.rotateAgain();
      await home.assertRotated();
    });
  }
});

describe("auth rotate, interrupted", () => {
  withRotatedHome();

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    for (const at of REQUESTS) {
      it(`by ${signal} ${placeAt("after", at)}, exits with 130 and is completed by running again`, async () => {
        const { code, stderr } = await home.signalledAt(at, "after", signal, ROTATE);
        assertEquals([code, stderr.includes("fluxloop auth rotate\n")], [130, home.isUnfinished()]);
        await home.assertWorks();
        await home.rotateAgain();
        await home.assertRotated();
      });
    }
  }
});
