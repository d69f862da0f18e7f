/**
 * Changes fields in the text of a credentials file and preserves everything else: comments, number formats, aliases. With
 * YAML's failsafe schema, scalars aren't interpreted, so that their text can't change.
 *
 * @module
 */
import { stringify } from "@std/yaml";
import type { FieldValue } from "./profile.ts";
import { type Document, isAlias, isMap, isScalar, type Node, parseDocument, Scalar, visit, YAMLMap } from "yaml";

/** A field's new value; `null` removes the field. Missing parent mappings are created. */
export interface Change {
  /** The names of the parent mappings and of the field. */
  readonly path: readonly string[];
  readonly value: FieldValue;
}

/** The longest text that is edited, in characters. Nobody writes a longer one by hand, and editing it takes minutes. */
const EDIT_LIMIT = 1024 * 1024;
/** Reading the file has already rejected duplicate names; looking for them here would take quadratic time. */
const OPTIONS = { schema: "failsafe", logLevel: "silent", uniqueKeys: false } as const;
/** A string that is a string in every version of YAML, even without quotes. */
const PLAIN = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z][\w.@+-]*$/i;

/** Applies changes to a text, in order, so that its value becomes `root`. Returns `null` if that isn't possible. */
export function editCredentials(
  text: string,
  changes: readonly Change[],
  root: Readonly<Record<string, unknown>>,
): string | null {
  // This keeps aliases, so that a file with many of them doesn't grow. Lines aren't folded: a folded key can't be copied.
  if (text.length > EDIT_LIMIT) return stringify(root, { lineWidth: -1 });
  // The library treats only LF and CRLF as line ends.
  const document = parseDocument(text.replaceAll(/\r\n?/g, "\n"), OPTIONS);
  if (document.errors.length > 0) return null;
  if (document.contents === null || isEmpty(document.contents)) {
    document.contents = new YAMLMap() as typeof document.contents;
  }
  if (!isMap(document.contents)) return null;
  for (const { path, value } of changes) setIn(document, document.contents, path, value);
  return document.toString({ lineWidth: 0 });
}

function setIn(document: Document, map: YAMLMap, [name, ...rest]: readonly string[], value: FieldValue): void {
  const existing = map.get(name, true) as Node | undefined;
  if (rest.length > 0) return setIn(document, ownMap(document, map, name, existing), rest, value);
  if (existing !== undefined) visit(existing, (_, node) => moveAnchor(document, node));
  if (value === null) map.delete(name);
  else put(map, name, typeof value === "string" ? scalarOf(value, existing) : mapOf(value));
}

/** Returns the mapping with this name, which is created if it is missing; an alias is replaced by a copy of its target. */
function ownMap(document: Document, map: YAMLMap, name: string, existing: Node | undefined): YAMLMap {
  if (isMap(existing)) {
    moveAnchor(document, existing);
    return existing;
  }
  const source = isAlias(existing) ? existing.resolve(document) : undefined;
  const own = isMap(source) ? source.clone() as YAMLMap : new YAMLMap();
  visit(own, (_, node) => {
    if (isScalar(node) || isMap(node)) delete node.anchor;
  });
  if (existing !== undefined) visit(existing, (_, node) => moveAnchor(document, node));
  put(map, name, own);
  return own;
}

/** Moves the anchor of a node that is about to change to its first alias, which becomes a copy of the node. */
function moveAnchor(document: Document, node: unknown): void {
  if (!(isScalar(node) || isMap(node)) || node.anchor === undefined) return;
  let isMoved = false;
  visit(document, {
    Alias(_key, alias) {
      if (isMoved || alias.source !== node.anchor || alias.resolve(document) !== node) return;
      isMoved = true;
      return node.clone() as Node;
    },
  });
  delete node.anchor;
}

/** Returns a scalar with this text; an existing one is reused, and keeps its comment. */
function scalarOf(text: string, existing?: Node): Scalar {
  const scalar = isScalar(existing) ? existing : new Scalar(text);
  scalar.value = text;
  // Quoted if it could be read as a number or another type.
  scalar.type = PLAIN.test(text) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
  return scalar;
}

function mapOf(texts: Readonly<Record<string, string>>): YAMLMap {
  const map = new YAMLMap();
  for (const [name, text] of Object.entries(texts)) put(map, name, scalarOf(text));
  return map;
}

function put(map: YAMLMap, name: string, value: Node): void {
  map.set(map.has(name) ? name : scalarOf(name), value);
}

function isEmpty(node: unknown): boolean {
  return isScalar(node) && node.type === Scalar.PLAIN && /^(?:|~|null)$/i.test(String(node.value ?? ""));
}
