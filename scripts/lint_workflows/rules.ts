/**
 * This project's rules for workflow files: what others could otherwise do through them.
 *
 * @module
 */
import { type Document, isMap, isPair, isScalar, type LineCounter, type Node, type Pair, visit } from "yaml";

/** Something that is wrong, and the line it is on, from 1. */
export interface Finding {
  readonly line: number;
  readonly message: string;
}

/** A commit, and the comment that tells its version. */
const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/;
const VERSION_COMMENT = /^ v\d+\.\d+\.\d+$/;
/** What may stand in a script as it is: it comes from the workflow file itself. */
const HARMLESS = /^(matrix|runner)\./;

/**
 * @param document A workflow, or an action of our own.
 * @param lines Where its lines begin.
 * @param isAction Which of the two it is.
 */
export function ownFindings(document: Document, lines: LineCounter, isAction: boolean): Finding[] {
  const findings: Finding[] = [];
  const lineOf = (node: unknown) => lines.linePos((node as Node | null)?.range?.[0] ?? 0).line;
  const tell = (node: unknown, message: string) => void findings.push({ line: lineOf(node), message });

  if (!isAction && !document.has("permissions")) {
    tell(document.contents, "the workflow does not say which permissions it needs");
  }
  visit(document, {
    Scalar(_, scalar) {
      if (scalar.value === "pull_request_target") {
        tell(scalar, "pull_request_target hands secrets to the code of forks");
      }
    },
    Pair(_, pair, path) {
      const name = isScalar(pair.key) ? pair.key.value : undefined;
      if (!isScalar(pair.value) || typeof pair.value.value !== "string") return;
      const { value, comment } = pair.value;
      if (name === "uses" && !value.startsWith("./")) {
        if (!PINNED.test(value)) tell(pair.value, `${value} is not pinned by a commit`);
        else if (!VERSION_COMMENT.test(comment ?? "")) tell(pair.value, `${value} has no comment with its version`);
      }
      for (const [, expression] of value.matchAll(/\$\{\{\s*(.*?)\s*\}\}/g)) {
        if (name === "run" && !HARMLESS.test(expression)) {
          tell(pair.value, `\${{ ${expression} }} is in a script: hand it over as an environment variable`);
        }
        if (/\bsecrets\b/.test(expression) && !jobHasEnvironment(path)) {
          tell(pair.value, "a secret is used in a job without a protected environment");
        }
      }
    },
  });
  return findings;
}

/** @returns Whether the job that a value is in names an environment, which can be protected. */
function jobHasEnvironment(path: readonly unknown[]): boolean {
  const at = path.findIndex((it) => isPair(it) && isScalar(it.key) && it.key.value === "jobs");
  const job = path.slice(at + 1).find((it): it is Pair => isPair(it));
  return at >= 0 && isMap(job?.value) && job.value.has("environment");
}
