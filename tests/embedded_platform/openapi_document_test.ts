import { assert, assertEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Validator } from "@seriousme/openapi-schema-validator";
import { CliConnect, DEVICE_LOGIN_TIMES } from "../../src/embedded_platform/cli_connect.ts";
import { platformRoutes } from "../../src/embedded_platform/routes.ts";
import { openStorage } from "../../src/embedded_platform/storage.ts";
import openApiDocument from "../../contract/openapi.json" with { type: "json" };
import { random } from "./running_platform.ts";
import { assertFits, examples, operations } from "./contract.ts";

const storage = openStorage(null);
const now = () => new Date();
const cliConnect = new CliConnect({ storage, now, random, times: DEVICE_LOGIN_TIMES });
const routes = platformRoutes({ storage, now, random, cliConnect, url: "http://127.0.0.1:8787" });
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
