/**
 * Checks values against a JSON Schema (2020-12). Import it lazily: the validator is large.
 *
 * @module
 */
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import type { Path } from "./json.ts";

/** Why a value doesn't match its schema. */
export interface SchemaError {
  /** The value's path; for a missing or unknown field, that field's. */
  readonly path: Path;
  /** The schema keyword that the value violates, such as `required`. */
  readonly keyword: string;
  /** Such as "must be string". */
  readonly message: string;
  /** The schema that contains the keyword. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** The schemas of one document. Each is compiled on first use. */
export class SchemaDocument {
  readonly #ajv: Ajv2020;

  /**
   * @param document A schema, or a document that holds schemas.
   * @param formats The check for each value of `format`; if left out, formats aren't checked.
   */
  constructor(document: object, formats?: Readonly<Record<string, (text: string) => boolean>>) {
    const validateFormats = formats !== undefined;
    this.#ajv = new Ajv2020({ strict: false, allErrors: true, verbose: true, validateFormats, formats });
    this.#ajv.addSchema(document, "document");
  }

  /**
   * @param pointer The JSON pointer to the schema; empty for the document itself.
   * @returns Every error in `value`, without those that only repeat that no branch of a `oneOf` matches.
   */
  errors(value: unknown, pointer = ""): SchemaError[] {
    const validate = this.#ajv.getSchema(`document#${pointer}`);
    if (validate === undefined) throw new TypeError(`No schema at ${pointer}`);
    if (validate(value)) return [];
    return validate.errors!.filter((it) => !it.schemaPath.includes("/oneOf/")).map((it) => schemaError(it, value));
  }
}

function schemaError(
  { keyword, message, instancePath, params, propertyName, parentSchema }: ErrorObject,
  root: unknown,
): SchemaError {
  const field = params.property ?? params.missingProperty ?? params.additionalProperty ?? propertyName ??
    params.propertyName;
  const path = [...pathOf(instancePath, root), ...(field === undefined ? [] : [field])];
  return { path, keyword, message: message ?? `fails ${keyword}`, schema: parentSchema! };
}

/** A JSON pointer (RFC 6901) doesn't distinguish list indexes from field names, so the value decides. */
function pathOf(pointer: string, root: unknown): Path {
  let value = root;
  return pointer.split("/").slice(1).map((part) => {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    const step = Array.isArray(value) ? Number(name) : name;
    value = (value as Record<string | number, unknown>)[step];
    return step;
  });
}
