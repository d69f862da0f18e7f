/**
 * Upgrades the program to another release.
 *
 * @module
 */
import { VERSION } from "../build_info.ts";
import type { Context } from "../context.ts";
import { ConfigurationError, NotFoundError, ReleaseError } from "../errors.ts";
import { WITHOUT_KEYS } from "../text/key_variables.ts";
import { unpackProgram, verifiedSums } from "./archive.ts";
import { download, type DownloadOptions, latestVersion } from "./download.ts";
import { homebrewCommand, type ReleaseSource } from "./source.ts";
import { replaceProgram, requireReplaceable } from "./replace.ts";
import { isNewer } from "./version.ts";

/** An installed executable. */
export interface Installation {
  /** Its absolute path, links resolved. */
  readonly path: string;
  /** As `deno compile --target` names it. */
  readonly target: string;
}

export interface UpgradePlan {
  /** The version to install; by default the latest one, if it's newer. */
  readonly version?: string;
  /** Only look for a newer version. */
  readonly checkOnly?: boolean;
}

export interface UpgradeResult {
  /** The release's version. */
  readonly version: string;
  /** This program's version. */
  readonly current: string;
  readonly isNewer: boolean;
  readonly isUpgraded: boolean;
  /** The executable's path. */
  readonly path: string;
  /** Homebrew's command, if Homebrew installed the executable. */
  readonly command: string | null;
}

/** The largest list of checksums and the largest archive, in bytes. */
const SUMS_LIMIT = 256 * 1024;
const ARCHIVE_LIMIT = 384 * 1024 * 1024;
/** How long the new program may take to print its version, in milliseconds. */
const TRIAL = 30_000;

/** Finds the running executable. @throws {ConfigurationError} If the program runs from source, or its file is gone. */
export function thisInstallation(): Installation {
  if (!Deno.build.standalone) {
    throw new ConfigurationError("fluxloop runs from source here. Upgrade with git pull.");
  }
  try {
    return { path: Deno.realPathSync(Deno.execPath()), target: Deno.build.target };
  } catch (cause) {
    throw new ConfigurationError(
      "The running fluxloop's file was replaced or removed. Try again; if it is gone, install fluxloop again.",
      { cause },
    );
  }
}

/**
 * Upgrades the program unless there is nothing to do.
 *
 * @throws {ConfigurationError} If the program can't be replaced.
 * @throws {NotFoundError} If there is no such release, or none for this machine.
 * @throws {ReleaseError} If the release is invalid; the old program is kept.
 * @throws {NetworkError} If the releases can't be reached.
 */
export async function upgrade(
  context: Context,
  { path, target }: Installation,
  releases: ReleaseSource,
  plan: UpgradePlan,
  options: DownloadOptions = {},
): Promise<UpgradeResult> {
  const { url, publicKey } = releases;
  const command = homebrewCommand(path);
  if (!plan.checkOnly) {
    if (command !== null) throw new ConfigurationError(`Homebrew installed ${path}. Run: ${command}`);
    if (publicKey === null) {
      throw new ConfigurationError(
        `This build can't verify releases: it has no public key. Install a release from ${url}`,
      );
    }
    requireReplaceable(path);
  }
  const version = plan.version ?? await latestVersion(context, releases, options);
  const result = { version, current: VERSION, path, isNewer: isNewer(version, VERSION), command };
  const isWanted = plan.version === undefined ? result.isNewer : version !== VERSION;
  if (plan.checkOnly || publicKey === null || !isWanted) return { ...result, isUpgraded: false };

  const program = await signedProgram(context, target, { url, publicKey }, version, options);
  await replaceProgram(path, program, (newPath) => requireRunning(context, newPath, version));
  return { ...result, isUpgraded: true };
}

/** Returns a release's program for this machine after verifying that the signature covers it. */
async function signedProgram(
  context: Context,
  target: string,
  { url, publicKey }: { readonly url: string; readonly publicKey: string },
  version: string,
  { onProgress, ...requests }: DownloadOptions,
): Promise<Uint8Array> {
  const get = (name: string, limit: number, more: DownloadOptions = {}) =>
    download(context, new URL(`${url}/download/v${version}/${name}`), limit, { ...requests, ...more });

  const sums = await get("SHA256SUMS", SUMS_LIMIT);
  if (sums === null) throw new NotFoundError(`Release ${version} doesn't exist at ${url}`);
  const signature = await get("SHA256SUMS.sig", SUMS_LIMIT);
  if (signature === null) throw new ReleaseError(`Release ${version} isn't signed. Nothing was installed.`);
  const files = await verifiedSums(sums, signature, publicKey);

  // The signature covers the name, which contains the version: an old release can't pass for a new one.
  const name = `fluxloop-${version}-${target}.${target.includes("windows") ? "zip" : "tar.gz"}`;
  const sum = files.get(name);
  if (sum === undefined) {
    if ([...files.keys()].some((it) => it.startsWith(`fluxloop-${version}-`))) {
      throw new NotFoundError(`Release ${version} has no build for this machine (${target})`);
    }
    throw new ReleaseError(
      `The files of release ${version} at ${url} belong to another release. Nothing was installed.`,
    );
  }
  const archive = await get(name, ARCHIVE_LIMIT, { onProgress });
  if (archive === null) throw new ReleaseError(`Release ${version} is missing ${name}. Try again later.`);
  return await unpackProgram(archive, name, sum);
}

/** Runs the new program before it replaces the old one: it may need a library that this machine doesn't have. */
async function requireRunning(context: Context, program: string, version: string): Promise<void> {
  let output = "";
  let cause: unknown;
  try {
    const signal = AbortSignal.any([context.stopped, AbortSignal.timeout(TRIAL)]);
    const options = { args: ["--version"], input: "", env: WITHOUT_KEYS, signal };
    const { code, stdout } = await context.runProgram(program, options);
    if (code === 0) output = stdout;
  } catch (error) {
    cause = error;
  }
  const found = /^fluxloop (\S+)/.exec(output)?.[1];
  if (found === version) return;
  throw new ReleaseError(
    found === undefined
      ? `fluxloop ${version} doesn't run on this machine. The current version was kept.`
      : `The program of release ${version} reports another version. The current version was kept.`,
    { cause },
  );
}
