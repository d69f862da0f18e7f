/**
 * Downloads a package version with npm, using its settings, and verifies the hash.
 *
 * @module
 */

/** A package version on npm and the SHA-512 hash of its tarball. */
export interface PinnedPackage {
  /** `name@version`. */
  readonly spec: string;
  /** `sha512-` and the Base64 digest of the tarball, as in npm's `integrity` fields. */
  readonly integrity: string;
}

const NPM = Deno.build.os === "windows" ? "npm.cmd" : "npm";

/**
 * Downloads a package with `npm pack`, verifies its hash and unpacks it.
 *
 * @param into An existing folder, in which a folder for the package is created.
 * @returns The unpacked package's root folder.
 * @throws {Error} If npm can't download the package, or its hash differs.
 */
export async function unpackFromNpm(pinned: PinnedPackage, into: string): Promise<string> {
  const folder = `${into}/${pinned.spec.replaceAll(/[^\w.-]/g, "_")}`;
  await Deno.mkdir(folder);
  const pack = await run(NPM, ["pack", "--silent", pinned.spec], folder);
  const tarball = `${folder}/${pack.trim().split(/\r?\n/).at(-1)}`;

  const digest = await crypto.subtle.digest("SHA-512", await Deno.readFile(tarball));
  const integrity = `sha512-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
  if (integrity !== pinned.integrity) {
    throw new Error(`The hash of ${pinned.spec} from npm is ${integrity}, not ${pinned.integrity}`);
  }

  await run("tar", ["-xzf", tarball.slice(folder.length + 1)], folder);
  await Deno.remove(tarball);
  return `${folder}/package`;
}

/**
 * Runs a command and waits for it to exit, with any exit code.
 *
 * @throws {Error} With a message for the user, if it isn't installed.
 */
export async function outputOf(command: string, options: Deno.CommandOptions): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command(command, { ...options, stdin: "null", stdout: "piped", stderr: "piped" }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Error(`${command} isn't installed`, { cause: error });
    throw error;
  }
}

async function run(command: string, args: string[], cwd: string): Promise<string> {
  const output = await outputOf(command, { args, cwd });
  if (!output.success) {
    const message = new TextDecoder().decode(output.stderr).trim();
    throw new Error(`\`${command} ${args.join(" ")}\` failed with code ${output.code}: ${message}`);
  }
  return new TextDecoder().decode(output.stdout);
}
