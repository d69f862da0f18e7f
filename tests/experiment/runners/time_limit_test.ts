import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { TimeLimit } from "../../../src/experiment/runners/time_limit.ts";

describe("a time limit for many", () => {
  it("is over for each in the order in which they came", async () => {
    const limit = new TimeLimit(20);
    const over: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    limit.start(() => over.push("a"));
    const stopped = limit.start(() => over.push("b"));
    limit.start(() => over.push("c"));
    limit.stop(stopped);
    limit.start(resolve);
    await promise;
    assertEquals(over, ["a", "c"]);
  });

  it("is over for what comes after the first was stopped", async () => {
    const limit = new TimeLimit(20);
    limit.stop(limit.start(() => {}));
    await new Promise<void>((resolve) => limit.start(resolve));
  });

  it("is over for what comes after another was over", async () => {
    const limit = new TimeLimit(5);
    await new Promise<void>((resolve) => limit.start(resolve));
    await new Promise<void>((resolve) => limit.start(resolve));
  });

  it("holds nothing up once it is closed", () => {
    const limit = new TimeLimit(1_000_000_000_000);
    limit.start(() => {});
    limit.close();
  });
});
