/**
 * Checks responses against the contract, `contract/openapi.json`.
 *
 * @module
 */
import { assert, assertEquals, assertExists } from "@std/assert";
import addFormats from "ajv-formats";
import { Ajv2020 } from "ajv/dist/2020.js";
import openApiDocument from "../../contract/openapi.json" with { type: "json" };

interface MediaType {
  schema: unknown;
  examples?: Record<string, { value: unknown }>;
}

interface ResponseObject {
  $ref?: string;
  description?: string;
  headers?: Record<string, { $ref: string }>;
  content?: Record<string, MediaType>;
}

/** The parts of an operation that tests use. */
export interface Operation {
  operationId: string;
  security?: unknown[];
  requestBody?: ResponseObject;
  responses: Record<string, ResponseObject>;
}

interface Contract {
  paths: Record<string, Record<string, Operation>>;
  components: {
    headers: Record<string, { description: string; required?: boolean }>;
    responses: Record<string, ResponseObject>;
  };
}

const { paths, components }: Contract = openApiDocument;

const NAME = "contract";
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
addFormats.default(ajv);
ajv.addVocabulary(Object.keys(openApiDocument));
ajv.addSchema(openApiDocument, NAME);

/** All operations of the contract. */
export const operations = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation }))
);

/** All examples of requests and responses in the contract, each with the JSON pointer to its schema. */
export const examples = [
  ...operations.flatMap(({ method, path, operation }) => {
    const pointer = `/paths/${escaped(path)}/${method.toLowerCase()}`;
    const { responses, requestBody } = operation;
    return [
      ...examplesOf(`${pointer}/responses`, responses),
      ...examplesOf(pointer, requestBody ? { requestBody } : {}),
    ];
  }),
  ...examplesOf("/components/responses", components.responses),
];

function examplesOf(pointer: string, responses: Record<string, ResponseObject>) {
  return Object.entries(responses).flatMap(([name, response]) =>
    Object.entries(response.content ?? {}).flatMap(([type, { examples = {} }]) =>
      Object.entries(examples).map(([example, { value }]) => ({
        name: `${pointer}/${name}: ${example}`,
        value,
        schema: `${pointer}/${name}/content/${escaped(type)}/schema`,
      }))
    )
  );
}

/** Fails if `value` doesn't match the schema at a JSON pointer of the contract. */
export function assertMatchesSchema(value: unknown, schema: string): void {
  const validate = ajv.compile({ $ref: `${NAME}#${encodeURI(schema)}` });
  assert(validate(value), `${JSON.stringify(value)} doesn't match ${schema}: ${ajv.errorsText(validate.errors)}`);
}

/**
 * Fails if a response doesn't match the contract for this path and status.
 *
 * @param method One of the path's methods.
 * @returns The response's body.
 */
export async function assertResponse(response: Response, method: string, path: string): Promise<unknown> {
  const declared = paths[path][method.toLowerCase()].responses;
  const status = String(response.status);
  const key = status in declared ? status : `${status[0]}XX`;
  assertExists(declared[key], `${method} ${path} doesn't declare status ${status}`);

  const pointer = declared[key].$ref?.slice(1) ??
    `/paths/${escaped(path)}/${method.toLowerCase()}/responses/${key}`;
  return await assertResponseAt(response, pointer);
}

/** Fails if a response for a path outside the contract doesn't match `name` in `components.responses`. */
export async function assertCommonResponse(response: Response, name: string): Promise<unknown> {
  return await assertResponseAt(response, `/components/responses/${name}`);
}

async function assertResponseAt(response: Response, pointer: string): Promise<unknown> {
  const declared = valueAt(pointer) as ResponseObject;
  for (const [name, { $ref }] of Object.entries(declared.headers ?? {})) {
    const { required } = components.headers[$ref.slice("#/components/headers/".length)];
    if (required) assertExists(response.headers.get(name), `The response has no ${name} header`);
  }
  if (declared.content === undefined) {
    assertEquals(await response.text(), "");
    return undefined;
  }
  assertEquals(response.headers.get("content-type"), "application/json; charset=utf-8");
  const body = await response.json();
  assertMatchesSchema(body, `${pointer}/content/${escaped("application/json")}/schema`);
  return body;
}

function valueAt(pointer: string): unknown {
  const steps = pointer.slice(1).split("/").map((it) => it.replaceAll("~1", "/").replaceAll("~0", "~"));
  return steps.reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], openApiDocument);
}

function escaped(step: string): string {
  return step.replaceAll("~", "~0").replaceAll("/", "~1");
}
