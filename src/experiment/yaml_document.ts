import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Pair,
  parseDocument,
  type YAMLMap,
} from "yaml";
import type { Path } from "../text/json_schema.ts";

/** How deep maps and lists may be nested. */
export const DEPTH_LIMIT = 100;
/** How many aliases a file may have: the parser takes time in proportion to aliases times nodes. */
const ALIAS_LIMIT = 1000;
/** How many values a file may have once its aliases are expanded. */
const VALUE_LIMIT = 2_000_000;

/** A place in a file, from 1 on. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface YamlFault {
  readonly place: Place;
  readonly message: string;
}

/** YAML that somebody else may have written: read with bounds on its size, depth and aliases. */
export class YamlDocument {
  /** Why it has no value. */
  readonly faults: readonly YamlFault[];
  readonly #document: Document;
  readonly #lines = new LineCounter();
  readonly #pairs = new WeakMap<YAMLMap, Map<unknown, Pair>>();

  constructor(text: string) {
    const lineCounter = this.#lines;
    // The parser's own messages quote the text, and its check for duplicates takes quadratic time.
    const options = { lineCounter, prettyErrors: false, logLevel: "error", merge: true, uniqueKeys: false } as const;
    this.#document = parseDocument(text, options);
    const { errors, warnings, contents } = this.#document;
    // A tag such as !env means something to whoever wrote it, and nothing here.
    const all = [...errors, ...warnings.filter((it) => it.code === "TAG_RESOLVE_FAILED")];
    const tooDeep = all.find((it) => it.code === "RESOURCE_EXHAUSTION");
    const syntax = (tooDeep ? [tooDeep] : all).map(({ pos, code }) => ({
      place: this.#placeAt(pos[0]),
      message: syntaxMessage(code),
    }));
    this.faults = syntax.length > 0
      ? syntax
      : structureFaults(contents).map(({ node, message }) => ({ place: this.#placeAt(startOf(node)), message }));
  }

  /** @returns Its value. Call it only where there are no faults. */
  value(): unknown {
    return this.#document.toJS({ maxAliasCount: -1 });
  }

  /** @returns Where a value is, or what it would be in; for a field that shouldn't be there, where its name is. */
  placeOf(path: Path): Place {
    let node: unknown = this.#document.contents;
    let offset = startOf(node);
    for (const step of path) {
      const pair = isMap(node) ? this.#pairsOf(node).get(step) : undefined;
      const next = pair?.value ?? (isCollection(node) && !isMap(node) ? node.get(step, true) : undefined);
      const named = [pair?.key, next].find((it) => isNode(it) && it.range);
      if (named === undefined) break;
      offset = startOf(named);
      node = next;
    }
    return this.#placeAt(offset);
  }

  #placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  #pairsOf(map: YAMLMap): Map<unknown, Pair> {
    let pairs = this.#pairs.get(map);
    if (pairs === undefined) {
      pairs = new Map(map.items.map((it) => [isScalar(it.key) ? it.key.value : it.key, it]));
      this.#pairs.set(map, pairs);
    }
    return pairs;
  }
}

function startOf(node: unknown): number {
  return isNode(node) ? node.range?.[0] ?? 0 : 0;
}

function syntaxMessage(code: string): string {
  if (code === "TAB_AS_INDENT") return "invalid YAML: indented with a tab instead of spaces";
  if (code === "MULTIPLE_DOCS") return "several YAML documents; expected one";
  if (code === "TAG_RESOLVE_FAILED") return "YAML tags aren't supported";
  if (code === "RESOURCE_EXHAUSTION") return TOO_DEEP;
  return `invalid YAML (${code.toLowerCase().replaceAll("_", " ")})`;
}

/** What is wrong with a value that is nested more deeply. */
export const TOO_DEEP = `nested too deeply; expected at most ${DEPTH_LIMIT} levels`;

/** How large a node is with its aliases expanded. */
interface Extent {
  readonly values: number;
  readonly depth: number;
}

/** Thrown for a fault after which the rest isn't worth a look. */
class StructureFault extends Error {
  constructor(readonly node: unknown, message: string) {
    super(message);
  }
}

/** Looks for duplicate keys, and for whatever would make the document's value huge or endless. */
function structureFaults(contents: unknown): { readonly node: unknown; readonly message: string }[] {
  const faults: { node: unknown; message: string }[] = [];
  /** `null` while the anchored node itself is looked at. */
  const anchors = new Map<string, Extent | null>();
  let aliases = 0;

  const extentOfAlias = (node: { readonly source: string }): Extent => {
    const extent = anchors.get(node.source);
    if (extent === undefined) throw new StructureFault(node, "alias of an unknown anchor");
    if (extent === null) throw new StructureFault(node, "alias of a value that contains it");
    if (++aliases > ALIAS_LIMIT) throw new StructureFault(node, `too many aliases: the limit is ${ALIAS_LIMIT}`);
    return extent;
  };
  const extentOf = (node: unknown, level: number): Extent => {
    if (isAlias(node)) return checked(node, level, extentOfAlias(node));
    const anchor = isScalar(node) || isCollection(node) ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, null);
    let [values, depth] = [1, 0];
    for (const child of childrenOf(node)) {
      const extent = extentOf(child, level + 1);
      values += extent.values;
      depth = Math.max(depth, extent.depth + 1);
    }
    if (isMap(node)) faults.push(...duplicatesIn(node));
    const extent = checked(node, level, { values, depth });
    if (anchor !== undefined) anchors.set(anchor, extent);
    return extent;
  };
  try {
    extentOf(contents, 0);
  } catch (error) {
    if (!(error instanceof StructureFault)) throw error;
    faults.push(error);
  }
  return faults;
}

function checked(node: unknown, level: number, extent: Extent): Extent {
  if (level + extent.depth > DEPTH_LIMIT) throw new StructureFault(node, TOO_DEEP);
  if (extent.values > VALUE_LIMIT) throw new StructureFault(node, "aliases expand to too many values");
  return extent;
}

function childrenOf(node: unknown): Iterable<unknown> {
  if (!isCollection(node)) return [];
  return node.items.flatMap((it) => isPair(it) ? [it.key, it.value] : [it]);
}

function duplicatesIn({ items }: YAMLMap) {
  const seen = new Set<unknown>();
  const duplicates = items.map((it) => it.key).filter((key) => {
    const isDuplicate = isScalar(key) && key.value !== "<<" && seen.has(key.value);
    if (isScalar(key)) seen.add(key.value);
    return isDuplicate;
  });
  return duplicates.map((node) => ({ node, message: "duplicate field" }));
}
