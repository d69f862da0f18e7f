/**
 * A configuration as it may be kept beside results and shown to others: with everything masked that may be a secret.
 * What `${…}` stands for is not in it in the first place.
 *
 * @module
 */
import { type Document, isNode, isScalar, type Scalar, visit } from "yaml";
import { redact } from "../text/mask.ts";

/** Names whose values are nobody's business. */
const SECRET_NAME = /key|token|secret|pass|pwd|credential|auth|cookie|session|signature|private/i;
const REFERENCE = /\$\{[A-Za-z_]\w*\}/g;
const MASK = "****";

/**
 * @param document A configuration; it is changed.
 * @returns Its text: values of headers, variables and other fields with a secret's name, passwords and secret parameters
 * in URLs and all that looks like a key are masked; references to variables stay. Comments are left out.
 */
export function maskedText(document: Document): string {
  visit(document, (_, node) => {
    if (!isNode(node)) return;
    node.comment = null;
    node.commentBefore = null;
  });
  visit(document, {
    Pair(_, { key, value }) {
      const name = isScalar(key) ? String(key.value) : "";
      if (isNode(value) && SECRET_NAME.test(name)) visit(value, { Scalar: maskUnlessName });
    },
    Seq(_, { items }) {
      items.forEach((it, index) => {
        const before = items[index - 1];
        if (isScalar(it) && isScalar(before) && isSecretOption(before.value)) it.value = maskedValue(String(it.value));
      });
    },
    Scalar(_, node) {
      // Text by text: in the whole, a mask would take a quote or a bracket along.
      if (typeof node.value === "string") node.value = redact(maskedParts(node.value));
    },
  });
  document.comment = null;
  document.commentBefore = null;
  return document.toString({ lineWidth: 0 });
}

function maskUnlessName(place: number | "key" | "value" | null, node: Scalar): void {
  const { value } = node;
  if (place !== "key" && (typeof value === "string" || typeof value === "number")) {
    node.value = maskedValue(String(value));
  }
}

/** An argument such as `--api-key`, whose value is the next one. */
function isSecretOption(value: unknown): boolean {
  return typeof value === "string" && /^--?[\w-]+$/.test(value) && SECRET_NAME.test(value);
}

/** @returns A text that holds nothing but references and the words around them that schemes are named by. */
function maskedValue(text: string): string {
  const rest = text.replaceAll(REFERENCE, "").trim();
  return rest === "" || /^(?:Bearer|Basic|Token)$/i.test(rest) ? text : MASK;
}

/** Masks passwords and secret parameters in URLs, and the values of options such as `--token=…`. */
function maskedParts(text: string): string {
  return text
    .replace(
      /(\b[a-z][\w+.-]*:\/\/[^\s/?#@:]*:)([^\s/?#@]+)@/gi,
      (whole, before, password) => maskedValue(password) === password ? whole : `${before}${MASK}@`,
    )
    .replace(
      /((?:[?&]|^--?)([^=&#\s]+)=)([^&#\s]+)/g,
      (whole, before, name, value) =>
        !SECRET_NAME.test(name) || maskedValue(value) === value ? whole : `${before}${MASK}`,
    );
}
