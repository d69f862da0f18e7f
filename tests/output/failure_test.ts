import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { MistakesError, UsageError } from "../../src/errors.ts";
import { errorJson, failureText } from "../../src/output/failure.ts";
import { styleFor } from "../../src/output/style.ts";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { removeTestHomes, world } from "../support/world.ts";

const mistakes = (count: number) =>
  new MistakesError(Array.from({ length: count }, (_, index) => ({
    file: "fluxloop.yaml",
    line: index + 1,
    column: 1,
    path: "x",
    message: "unknown field",
  })));

describe("an error with many mistakes", () => {
  const lines = (count: number) => {
    const { context } = world();
    removeTestHomes();
    return failureText(mistakes(count), styleFor(context, context.stderr)).trimEnd().split("\n");
  };

  it("shows up to 100 mistakes", () => {
    assertEquals(lines(100).at(-1), "fluxloop.yaml:100:1 x: unknown field");
  });

  it("shows the number of omitted mistakes", () => {
    const shown = lines(2000);
    assertEquals([shown[0], shown.at(-1)], [
      "❌ Error: fluxloop.yaml has 2000 errors",
      "… and 1900 more. Use --json to see all of them.",
    ]);
  });

  it("lists all mistakes in JSON", () => {
    assertEquals((errorJson(mistakes(2000)).mistakes as unknown[]).length, 2000);
  });
});

describe("an error in JSON", () => {
  it("masks a key in its message", () => {
    const error = new UsageError(`Unknown argument ${DOCUMENTED_KEY}`);
    assertEquals(errorJson(error).message, "Unknown argument flux_dev_abc1...mno34");
  });
});
