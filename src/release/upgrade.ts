/**
 * Use case: another release of the program in its place. What is run afterwards was signed by the project, is the version
 * that it says, is for this machine, and has run here once.
 *
 * @module
 */
import { VERSION } from "../build_info.ts";
import type { Context } from "../context.ts";
import { ConfigurationError, NotFoundError, ReleaseError } from "../errors.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import { download } from "./download.ts";
import { WITHOUT_KEYS } from "../text/key_variables.ts";
import { BREW_UPGRADE, type Installation, isFromHomebrew } from "./installation.ts";
import { latestVersion } from "./latest.ts";
import type { ReleaseSource } from "./public_key.ts";
import { replaceProgram, requireReplaceable } from "./replace.ts";
import { unpackProgram } from "./unpack.ts";
import { requireSum, verifiedSums } from "./verify.ts";
import { isNewer } from "./version.ts";

/** The result of an upgrade. */
export interface UpgradeResult {
  /** The release that was looked at. */
  readonly version: string;
  /** The version of this program. */
  readonly current: string;
  /** Whether the release is newer than this program. */
  readonly isNewer: boolean;
  readonly isUpgraded: boolean;
  /** The executable. */
  readonly path: string;
  /** Homebrew's command, where Homebrew has installed it. */
  readonly command: string | null;
}

/** What is wanted. */
export interface UpgradePlan {
  /** The version; `undefined`: the latest one, and none that is older than this. */
  readonly version?: string;
  /** Whether to say what there is, and leave it at that. */
  readonly checkOnly?: boolean;
}

/** How it goes about it. */
export interface UpgradeOptions extends RequestOptions {
  readonly onProgress?: (done: number, of: number | null) => void;
}

/** The most that a list of checksums and an archive may have, in bytes; the largest archive has an eighth. */
const SUMS_LIMIT = 256 * 1024;
const ARCHIVE_LIMIT = 384 * 1024 * 1024;
/** How long the new program may take to say its version, in milliseconds. */
const TRIAL = 30_000;

/**
 * Upgrades the program, or says that there is nothing to do.
 *
 * @param context The outside world.
 * @param installation The executable that is replaced.
 * @param releases Where releases come from.
 * @param plan What is wanted.
 * @param options How requests are made.
 * @returns What came of it.
 * @throws {ConfigurationError} When the program is not its own to replace.
 * @throws {NotFoundError} When there is no such release, or none for this machine.
 * @throws {ReleaseError} When the release is not what it has to be; the old program stays.
 * @throws {NetworkError} When the releases cannot be reached.
 */
export async function upgrade(
  context: Context,
  installation: Installation,
  releases: ReleaseSource,
  plan: UpgradePlan,
  options: UpgradeOptions = {},
): Promise<UpgradeResult> {
  const { path } = installation;
  const command = isFromHomebrew(path) ? BREW_UPGRADE : null;
  if (!plan.checkOnly) {
    if (command !== null) throw new ConfigurationError(`Homebrew installed ${path}. Run: ${command}`);
    if (releases.publicKey === null) {
      throw new ConfigurationError(
        `This build can't verify releases: it has no public key. Install a release from ${releases.url}`,
      );
    }
    requireReplaceable(path);
  }
  const version = plan.version ?? await latestVersion(context, releases, options);
  const result = { version, current: VERSION, path, isNewer: isNewer(version, VERSION), command };
  const isWanted = plan.version === undefined ? result.isNewer : version !== VERSION;
  if (plan.checkOnly || releases.publicKey === null || !isWanted) return { ...result, isUpgraded: false };

  const program = await signedProgram(
    context,
    installation.target,
    { url: releases.url, publicKey: releases.publicKey },
    version,
    options,
  );
  await replaceProgram(path, program, (fresh) => requireRunning(context, fresh, version));
  return { ...result, isUpgraded: true };
}

/** @returns The program of a release for this machine, every byte of which the project's signature covers. */
async function signedProgram(
  context: Context,
  target: string,
  { url, publicKey }: { readonly url: string; readonly publicKey: string },
  version: string,
  options: UpgradeOptions,
): Promise<Uint8Array> {
  const { onProgress, ...requests } = options;
  const get = (name: string, limit: number, progress?: typeof onProgress) =>
    download(context, new URL(`${url}/download/v${version}/${name}`), { ...requests, limit, onProgress: progress });

  const sums = await get("SHA256SUMS", SUMS_LIMIT);
  if (sums === null) throw new NotFoundError(`Release ${version} doesn't exist at ${url}`);
  const signature = await get("SHA256SUMS.sig", SUMS_LIMIT);
  if (signature === null) throw new ReleaseError(`Release ${version} isn't signed. Nothing was installed.`);
  const files = await verifiedSums(sums, signature, publicKey);

  // Its name holds the version, and the signature covers the name: an old release does not pass for a new one.
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
  const archive = await get(name, ARCHIVE_LIMIT, onProgress);
  if (archive === null) throw new ReleaseError(`Release ${version} is missing ${name}. Try again later.`);
  await requireSum(archive, sum, name);
  return await unpackProgram(archive, name);
}

/** Runs the new program before it takes the place: a library may be missing here, or the folder let nothing run. */
async function requireRunning(context: Context, program: string, version: string): Promise<void> {
  let said = "";
  let cause: unknown;
  try {
    const signal = AbortSignal.any([context.stopped, AbortSignal.timeout(TRIAL)]);
    const options = { args: ["--version"], input: "", env: WITHOUT_KEYS, signal };
    const { code, stdout } = await context.runProgram(program, options);
    if (code === 0) said = stdout;
  } catch (error) {
    cause = error;
  }
  const [, found] = /^fluxloop (\S+)/.exec(said) ?? [];
  if (found === version) return;
  throw new ReleaseError(
    found === undefined
      ? `fluxloop ${version} doesn't run on this machine. The current version was kept.`
      : `The program of release ${version} reports another version. The current version was kept.`,
    { cause },
  );
}
