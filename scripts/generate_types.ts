/**
 * Generates TypeScript types from the platform's OpenAPI document, so that the type check detects where the client or the
 * embedded platform differs from it.
 *
 * `deno run -A scripts/generate_types.ts` writes the types; with `--check` it exits with 1 if they are outdated.
 *
 * @module
 */
import openapiTS, { astToString } from "openapi-typescript";
import document from "../contract/openapi.json" with { type: "json" };

/** The file with the types. */
export const TYPES_FILE = new URL("../src/api_client/openapi_types.ts", import.meta.url);

const HEADER = "// Generated from contract/openapi.json by scripts/generate_types.ts. Don't edit this file.\n\n";

/**
 * Generates the types for `contract/openapi.json`, formatted by `deno fmt`.
 *
 * @returns The expected text of `src/api_client/openapi_types.ts`.
 * @throws {Error} If the document isn't valid OpenAPI.
 */
export async function generateTypes(): Promise<string> {
  // A copy, because the bundler changes its argument.
  const nodes = await openapiTS(JSON.stringify(document));
  return await format(HEADER + astToString(nodes));
}

async function format(source: string): Promise<string> {
  const formatter = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext", "ts", "-"],
    cwd: new URL("..", import.meta.url),
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const [output] = await Promise.all([
    formatter.output(),
    new Blob([source]).stream().pipeTo(formatter.stdin),
  ]);
  if (!output.success) throw new Error("deno fmt can't format the generated types");
  return new TextDecoder().decode(output.stdout);
}

if (import.meta.main) {
  const types = await generateTypes();
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(TYPES_FILE, types);
  } else if (await Deno.readTextFile(TYPES_FILE).catch(() => "") !== types) {
    console.error("src/api_client/openapi_types.ts is outdated. Run `deno task generate`.");
    Deno.exit(1);
  }
}
