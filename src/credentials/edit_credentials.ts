/**
 * Changes in a credentials file that somebody else wrote, or wrote into: whatever the change is not about stays as it was
 * written, comments, number formats and aliases included. No scalar is interpreted (YAML's failsafe schema), so that none
 * can be lost in interpretation.
 *
 * @module
 */
import type { FieldValue } from "./profile.ts";
import { type Document, isAlias, isMap, isScalar, type Node, parseDocument, Scalar, visit, YAMLMap } from "yaml";

/** A change, in the words of the file. */
export type Change =
  /** Fields of a profile, the profile made where it is missing; `null` removes a field. */
  | { readonly kind: "save"; readonly name: string; readonly fields: Readonly<Record<string, FieldValue>> }
  | { readonly kind: "remove"; readonly name: string }
  /** The profile that is used when none is named, or the one that was before; `null` for none. */
  | {
    readonly kind: "choose";
    readonly field: "default_profile" | "previous_profile";
    readonly name: string | null;
  };

/** Names that stand twice were refused by whoever read the file before; here looking for them takes quadratic time. */
const OPTIONS = { schema: "failsafe", logLevel: "silent", uniqueKeys: false } as const;
/** A text that every version of YAML takes for a text. */
const PLAIN = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z][\w.@+-]*$/i;

/**
 * @param text A file's text.
 * @param changes What to change, in order.
 * @returns The changed text; `null` where this file cannot be changed in this way.
 */
export function editCredentials(text: string, changes: readonly Change[]): string | null {
  // Line ends of old systems, which the library takes for characters like any other.
  const document = parseDocument(text.replaceAll(/\r\n?/g, "\n"), OPTIONS);
  if (document.errors.length > 0) return null;
  for (const change of changes) if (!apply(document, change)) return null;
  return document.toString({ lineWidth: 0 });
}

function apply(document: Document, change: Change): boolean {
  if (document.contents === null || isEmpty(document.contents)) {
    document.contents = new YAMLMap() as typeof document.contents;
  }
  const root = document.contents;
  if (!isMap(root)) return false;
  if (change.kind === "choose") {
    setText(document, root, change.field, change.name);
    return true;
  }
  const profiles = profilesOf(document, root);
  if (profiles === null) return false;
  const entry = profiles.get(change.name, true) as Node | undefined;
  if (change.kind === "remove") {
    if (entry !== undefined) handOver(document, entry);
    profiles.delete(change.name);
    return true;
  }
  const profile = ownMap(document, profiles, change.name, entry);
  for (const [field, value] of Object.entries(change.fields)) {
    if (value === null || typeof value === "string") setText(document, profile, field, value);
    else setTexts(document, profile, field, value);
  }
  return true;
}

/** @returns The map of all profiles; `null` where it is an alias, or something else. */
function profilesOf(document: Document, root: YAMLMap): YAMLMap | null {
  const there = root.get("profiles", true) as Node | undefined;
  if (isMap(there)) {
    if (there.anchor !== undefined) handOver(document, there);
    return there;
  }
  if (there !== undefined && !isEmpty(there)) return null;
  const made = new YAMLMap();
  root.set("profiles", made);
  return made;
}

/** @returns A profile's map that stands nowhere else, made where it is missing. */
function ownMap(document: Document, profiles: YAMLMap, name: string, entry: Node | undefined): YAMLMap {
  const source = isAlias(entry) ? entry.resolve(document) : entry;
  if (source === entry && isMap(entry)) {
    handOver(document, entry);
    return entry;
  }
  const own = isMap(source) ? source.clone() as YAMLMap : new YAMLMap();
  visit(own, (_, node) => {
    if (isScalar(node) || isMap(node)) delete node.anchor;
  });
  put(profiles, name, own);
  return own;
}

function setText(document: Document, map: YAMLMap, field: string, value: string | null): void {
  const there = map.get(field, true) as Node | undefined;
  if (there !== undefined) handOver(document, there);
  if (value === null) {
    map.delete(field);
    return;
  }
  // What is there keeps its comment.
  const scalar = isScalar(there) ? there : new Scalar(value);
  scalar.value = value;
  scalar.type = PLAIN.test(value) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
  if (scalar !== there) put(map, field, scalar);
}

function setTexts(document: Document, map: YAMLMap, field: string, texts: Readonly<Record<string, string>>): void {
  setText(document, map, field, null);
  const made = new YAMLMap();
  for (const [name, text] of Object.entries(texts)) setText(document, made, name, text);
  put(map, field, made);
}

/** A new key is quoted where it might be taken for a number or the like. */
function put(map: YAMLMap, name: string, value: Node): void {
  if (map.has(name)) {
    map.set(name, value);
    return;
  }
  const key = new Scalar(name);
  key.type = PLAIN.test(name) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
  map.set(key, value);
}

/** Gives the anchors in what is about to change to the first alias of each, which then stands for itself. */
function handOver(document: Document, changing: Node): void {
  const anchored: (Scalar | YAMLMap)[] = [];
  visit(changing, (_, node) => {
    if ((isScalar(node) || isMap(node)) && node.anchor !== undefined) anchored.push(node);
  });
  for (const node of anchored) {
    let isHandedOver = false;
    visit(document, {
      Alias(_key, alias) {
        if (isHandedOver || alias.source !== node.anchor || alias.resolve(document) !== node) return;
        isHandedOver = true;
        return node.clone() as Node;
      },
    });
    delete node.anchor;
  }
}

function isEmpty(node: unknown): boolean {
  return isScalar(node) && node.type === Scalar.PLAIN && /^(?:|~|null)$/i.test(String(node.value ?? ""));
}
