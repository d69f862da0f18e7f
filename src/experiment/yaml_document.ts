/**
 * YAML that somebody else may have written: read with bounds on its size, depth and aliases.
 *
 * @module
 */
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  type LineCounter,
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
const VALUE_LIMIT = 10_000_000;

/** What is wrong with a document, and where, in characters from its start. */
export interface YamlFault {
  readonly offset: number;
  readonly message: string;
}

/** A document that was parsed. */
export class YamlDocument {
  readonly document: Document;
  /** Why it has no value. */
  readonly faults: readonly YamlFault[];
  readonly #pairs = new WeakMap<YAMLMap, Map<unknown, Pair>>();

  /** @param lineCounter Is told of each line. */
  constructor(text: string, lineCounter: LineCounter) {
    // The parser's own messages quote the text, and its check for duplicates takes quadratic time.
    const options = { lineCounter, prettyErrors: false, logLevel: "error", merge: true, uniqueKeys: false } as const;
    this.document = parseDocument(text, options);
    const { errors, warnings } = this.document;
    // A tag such as !env means something to whoever wrote it, and nothing here.
    const faults = [...errors, ...warnings.filter((it) => it.code === "TAG_RESOLVE_FAILED")];
    const tooDeep = faults.find((it) => it.code === "RESOURCE_EXHAUSTION");
    this.faults = faults.length > 0
      ? (tooDeep ? [tooDeep] : faults).map(({ pos, code }) => ({ offset: pos[0], message: syntaxMessage(code) }))
      : new StructureCheck().faultsOf(this.document.contents);
  }

  /** @returns Its value. Call it only where there are no faults. */
  value(): unknown {
    return this.document.toJS({ maxAliasCount: -1 });
  }

  /** @returns Where a value is, or what it would be in; for a field that shouldn't be there, where its name is. */
  offsetOf(path: Path): number {
    let node: unknown = this.document.contents;
    let offset = isNode(node) ? node.range?.[0] ?? 0 : 0;
    for (const step of path) {
      const pair = isMap(node) ? this.#pairsOf(node).get(step) : undefined;
      const next = pair?.value ?? (isCollection(node) && !isMap(node) ? node.get(step, true) : undefined);
      const named = [pair?.key, next].find((it) => isNode(it) && it.range);
      if (!isNode(named)) break;
      offset = named.range![0];
      node = next;
    }
    return offset;
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

function syntaxMessage(code: string): string {
  if (code === "TAB_AS_INDENT") return "is not valid YAML: indented with a tab instead of spaces";
  if (code === "MULTIPLE_DOCS") return "has several documents; expected one";
  if (code === "TAG_RESOLVE_FAILED") return "has an unknown tag; expected none";
  if (code === "RESOURCE_EXHAUSTION") return `is nested too deeply; expected at most ${DEPTH_LIMIT} levels`;
  return `is not valid YAML (${code.toLowerCase().replaceAll("_", " ")})`;
}

/** What a node comes to with its aliases expanded. */
interface Extent {
  readonly values: number;
  readonly depth: number;
}

/** Thrown for a fault after which the rest isn't worth a look. */
class StructureError extends Error {
  constructor(readonly node: unknown, message: string) {
    super(message);
  }
}

/** Looks for duplicate keys, and for whatever would make the document's value huge or endless. */
class StructureCheck {
  readonly #faults: YamlFault[] = [];
  /** Nodes by their anchors; `null` while the node itself is looked at. */
  readonly #anchors = new Map<string, Extent | null>();
  #aliases = 0;

  faultsOf(contents: unknown): readonly YamlFault[] {
    try {
      this.#extentOf(contents, 0);
    } catch (error) {
      if (!(error instanceof StructureError)) throw error;
      this.#fault(error.node, error.message);
    }
    return this.#faults;
  }

  #extentOf(node: unknown, level: number): Extent {
    if (isAlias(node)) return this.#aliasExtent(node, level);
    const anchor = isScalar(node) || isCollection(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, null);
    let values = 1;
    let depth = 0;
    for (const child of childrenOf(node)) {
      const extent = this.#extentOf(child, level + 1);
      values += extent.values;
      depth = Math.max(depth, extent.depth + 1);
    }
    if (level + depth > DEPTH_LIMIT) {
      throw new StructureError(node, `is nested too deeply; expected at most ${DEPTH_LIMIT} levels`);
    }
    if (values > VALUE_LIMIT) throw new StructureError(node, "has aliases that expand to too many values");
    if (isMap(node)) this.#checkKeys(node);
    const extent = { values, depth };
    if (anchor !== undefined) this.#anchors.set(anchor, extent);
    return extent;
  }

  #aliasExtent(node: { readonly source: string }, level: number): Extent {
    const extent = this.#anchors.get(node.source);
    if (extent === undefined) throw new StructureError(node, "is an alias of an unknown anchor");
    if (extent === null) throw new StructureError(node, "is an alias of a value that contains it");
    if (level + extent.depth > DEPTH_LIMIT) {
      throw new StructureError(node, `is nested too deeply; expected at most ${DEPTH_LIMIT} levels`);
    }
    if (++this.#aliases > ALIAS_LIMIT) throw new StructureError(node, `is one alias more than ${ALIAS_LIMIT}`);
    return extent;
  }

  #checkKeys({ items }: YAMLMap): void {
    const seen = new Set<unknown>();
    for (const { key } of items) {
      if (!isScalar(key) || key.value === "<<") continue;
      if (seen.has(key.value)) this.#fault(key, "is a duplicate; expected each field once");
      seen.add(key.value);
    }
  }

  #fault(node: unknown, message: string): void {
    this.#faults.push({ offset: isNode(node) ? node.range?.[0] ?? 0 : 0, message });
  }
}

function childrenOf(node: unknown): Iterable<unknown> {
  if (!isCollection(node)) return [];
  return node.items.flatMap((it) => isPair(it) ? [it.key, it.value] : [it]);
}
