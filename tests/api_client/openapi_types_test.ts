import { assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { generateTypes, TYPES_FILE } from "../../scripts/generate_types.ts";

describe("the contract's types", () => {
  it("are those that the OpenAPI document gives", async () => {
    assertEquals(await Deno.readTextFile(TYPES_FILE), await generateTypes());
  });
});
