/**
 * Git work trees with a credentials file, which may be ignored.
 *
 * @module
 */

/** A work tree, and whether git ignores the credentials file in it. */
export interface Layout {
  readonly what: string;
  /** Files to write, relative to the work tree; `~` is the home folder. */
  readonly files: Readonly<Record<string, string>>;
  /** The credentials file, relative to the work tree. */
  readonly file?: string;
  /** The expected line for `.gitignore`; `null` if the file is ignored. */
  readonly line: string | null;
}

/** Work trees with and without rules that ignore the file. */
export const LAYOUTS: readonly Layout[] = [
  { what: "nothing is ignored", files: {}, line: "/.fluxloop/" },
  { what: "the folder is nested in others", files: {}, file: "a/b/.fluxloop/credentials", line: "/a/b/.fluxloop/" },
  { what: "the folder has another name", files: {}, file: "home/credentials", line: "/home/credentials*" },
  { what: "the file is at the top", files: {}, file: "credentials", line: "/credentials*" },
  { what: "the folder is ignored", files: { ".gitignore": ".fluxloop/\n" }, line: null },
  { what: "the folder is ignored only at the top", files: { ".gitignore": "/.fluxloop/\n" }, line: null },
  {
    what: "a folder of this name is ignored elsewhere",
    files: { ".gitignore": "/.fluxloop/\n" },
    file: "a/.fluxloop/credentials",
    line: "/a/.fluxloop/",
  },
  { what: "the file is ignored by name", files: { ".gitignore": "credentials\n" }, line: null },
  { what: "the file is ignored by pattern", files: { ".gitignore": "**/cred*\n" }, line: null },
  { what: "everything is ignored", files: { ".gitignore": "*\n" }, line: null },
  {
    what: "everything is ignored, and the file is re-included but not its folder",
    files: { ".gitignore": "*\n!credentials\n" },
    line: null,
  },
  {
    what: "the folder's content is ignored and the file re-included",
    files: { ".gitignore": ".fluxloop/*\n!.fluxloop/credentials\n" },
    line: "/.fluxloop/",
  },
  { what: "the folder is named only in a comment", files: { ".gitignore": "# .fluxloop/\n" }, line: "/.fluxloop/" },
  { what: "the folder's own .gitignore ignores everything", files: { ".fluxloop/.gitignore": "*\n" }, line: null },
  {
    what: "a deeper .gitignore re-includes what a higher one ignores",
    files: { ".gitignore": "credentials\n", ".fluxloop/.gitignore": "!credentials\n" },
    line: "/.fluxloop/",
  },
  { what: "the folder is ignored in .git/info/exclude", files: { ".git/info/exclude": ".fluxloop\n" }, line: null },
  {
    what: "the work tree re-includes what the user's configuration ignores",
    files: { "~/.config/git/ignore": "credentials\n", ".gitignore": "!credentials\n" },
    line: "/.fluxloop/",
  },
];

/** Writes a file, and the folders above it. */
export function write(path: string, text: string): void {
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  Deno.writeTextFileSync(path, text);
}

/** Writes a layout's files. */
export function layOut({ files, file = ".fluxloop/credentials" }: Layout, tree: string, home: string): void {
  for (const [path, text] of Object.entries(files)) {
    write(path.startsWith("~") ? home + path.slice(1) : `${tree}/${path}`, text);
  }
  write(`${tree}/${file}`, "profiles:\n");
}
