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
import type { Path } from "../text/json.ts";

/** How deeply maps and lists may be nested. */
export const DEPTH_LIMIT = 100;
/** How many aliases a file may have: the parser takes time in proportion to aliases times nodes. */
const ALIAS_LIMIT = 1000;
/** How many values a file may have once its aliases are expanded. */
const VALUE_LIMIT = 2_000_000;

/** A position in a file; lines and columns start at 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Untrusted YAML, read with limits on its size, depth and aliases. */
export class YamlDocument {
  /** The errors; a document with errors has no value. */
  readonly faults: readonly (Place & { readonly message: string })[];
  readonly #document: Document;
  readonly #lines = new LineCounter();
  readonly #pairs = new WeakMap<YAMLMap, Map<unknown, Pair>>();

  constructor(text: string) {
    const lineCounter = this.#lines;
    // The parser's own messages quote the text, and its check for duplicates takes quadratic time.
    const options = { lineCounter, prettyErrors: false, logLevel: "error", merge: true, uniqueKeys: false } as const;
    this.#document = parseDocument(text, options);
    const { errors, warnings, contents } = this.#document;
    // Of several syntax errors, most follow from the first one.
    const error = errors.find((it) => it.code === "RESOURCE_EXHAUSTION") ?? errors[0];
    // A tag such as !env is an error: its author expects an effect that it doesn't have here.
    const tags = warnings.filter((it) => it.code === "TAG_RESOLVE_FAILED");
    const syntax = (error === undefined ? tags : [error]).map(({ pos, code }) => ({
      start: pos[0],
      message: syntaxMessage(code),
    }));
    const faults = syntax.length > 0 ? syntax : structureFaults(contents);
    this.faults = faults.map(({ start, message }) => ({ ...this.#placeAt(start), message }));
  }

  /** Returns the value. Call it only if there are no faults. */
  value(): unknown {
    return this.#document.toJS({ maxAliasCount: -1 });
  }

  /** Returns the position of a field's name or a list item; if it is missing, that of the closest parent. */
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

/** The message for a value that exceeds {@linkcode DEPTH_LIMIT}. */
export const TOO_DEEP = `nested too deeply; expected at most ${DEPTH_LIMIT} levels`;

const SYNTAX_MESSAGES: Readonly<Record<string, string>> = {
  BAD_INDENT: 'invalid YAML: a line is indented wrongly, or a "[" or "{" isn\'t closed',
  BLOCK_AS_IMPLICIT_KEY: 'invalid YAML: a value with ": " isn\'t quoted, or a line is indented wrongly',
  MISSING_CHAR: "invalid YAML: a quote, a comma or a colon is missing",
  MULTILINE_IMPLICIT_KEY: "invalid YAML: the colon after a field's name is missing",
  TAB_AS_INDENT: "invalid YAML: indented with a tab instead of spaces",
  MULTIPLE_DOCS: "several YAML documents; expected one",
  TAG_RESOLVE_FAILED: "YAML tags aren't supported",
  RESOURCE_EXHAUSTION: TOO_DEEP,
};

function syntaxMessage(code: string): string {
  return SYNTAX_MESSAGES[code] ?? `invalid YAML (${code.toLowerCase().replaceAll("_", " ")})`;
}

/** Looks for duplicate keys, and for whatever would make the document's value huge or endless. */
function structureFaults(contents: unknown): { readonly start: number; readonly message: string }[] {
  const faults: { start: number; message: string }[] = [];
  /** How many values an anchored node has with its aliases expanded; 0 while the node itself is being visited. */
  const anchors = new Map<string, number>();
  let aliases = 0;
  /** Returns NaN, which is never too large a size, so that each fault is reported once. */
  const report = (node: unknown, message: string): number => {
    faults.push({ start: startOf(node), message });
    return NaN;
  };
  const sizeOf = (node: unknown, level: number): number => {
    if (level > DEPTH_LIMIT) return report(node, TOO_DEEP);
    if (isAlias(node)) {
      if (++aliases === ALIAS_LIMIT + 1) return report(node, `too many aliases: the limit is ${ALIAS_LIMIT}`);
      const size = anchors.get(node.source);
      if (size === undefined) return report(node, "alias of an unknown anchor");
      return size === 0 ? report(node, "alias of a value that contains it") : size;
    }
    const anchor = isScalar(node) || isCollection(node) ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, 0);
    let size = 1;
    for (const child of childrenOf(node)) size += sizeOf(child, level + 1);
    if (isMap(node)) { for (const key of duplicatesIn(node)) report(key, "duplicate field"); }
    if (size > VALUE_LIMIT) size = report(node, "aliases expand to too many values");
    if (anchor !== undefined) anchors.set(anchor, size);
    return size;
  };
  sizeOf(contents, 0);
  return faults;
}

function childrenOf(node: unknown): Iterable<unknown> {
  if (!isCollection(node)) return [];
  return node.items.flatMap((it) => isPair(it) ? [it.key, it.value] : [it]);
}

function duplicatesIn({ items }: YAMLMap): unknown[] {
  const seen = new Set<unknown>();
  return items.map((it) => it.key).filter((key) => {
    const isDuplicate = isScalar(key) && key.value !== "<<" && seen.has(key.value);
    if (isScalar(key)) seen.add(key.value);
    return isDuplicate;
  });
}
