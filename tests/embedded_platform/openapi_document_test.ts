import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Validator } from "@seriousme/openapi-schema-validator";
import openApiDocument from "../../contract/openapi.json" with { type: "json" };
import { assertMatchesSchema, examples } from "./contract.ts";

describe("the OpenAPI document", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(openApiDocument));
    assert(valid, JSON.stringify(errors));
    assertEquals(validator.version, "3.1");
  });

  for (const { name, value, schema } of examples) {
    it(`has a valid example: ${name}`, () => assertMatchesSchema(value, schema));
  }
});
