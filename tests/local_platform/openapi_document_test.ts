import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Validator } from "@seriousme/openapi-schema-validator";
import { platformRoutes } from "../../src/local_platform/routes.ts";
import { openStorage } from "../../src/local_platform/storage.ts";
import openApiDocument from "../../src/platform/openapi.json" with { type: "json" };
import { random } from "./running_platform.ts";
import { assertFits, examples, operations } from "./contract.ts";

const storage = openStorage(null);
const routes = platformRoutes({ storage, now: () => new Date(), random });
storage.close();

describe("the OpenAPI document", () => {
  it("is one, of version 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(openApiDocument));
    assert(valid, JSON.stringify(errors));
    assertEquals(validator.version, "3.1");
  });

  it("has the operations that the embedded platform has, and no others", () => {
    const documented = operations.map(({ method, path, operation }) => `${method} ${path} ${operation.operationId}`);
    const answered = routes.map(({ method, path, operationId }) => `${method} ${path} ${operationId}`);
    assertEquals(answered.sort(), documented.sort());
  });

  it("asks for a key where the embedded platform does", () => {
    const documented = operations.filter(({ operation }) => operation.security?.length === 0).map(({ path }) => path);
    const open = routes.filter(({ access }) => access === "public").map(({ path }) => path);
    assertEquals(open, documented);
  });

  for (const { name, value, schema } of examples) {
    it(`gives an example that fits: ${name}`, () => assertFits(value, schema));
  }
});
