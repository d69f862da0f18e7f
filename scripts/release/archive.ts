/**
 * Archives that come out the same, byte for byte, of the same files: sorted, all of one time, of no user.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { packTar } from "modern-tar";

/** A file for an archive. */
export interface ArchiveFile {
  /** Its path in the archive, with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly executable?: boolean;
}

/** Of a gzip header: the system that wrote it, which nobody needs to know. */
const SYSTEM = { at: 9, unknown: 255 };
/** Unix, as the system that a zip's file modes are of. */
const UNIX = 3;

/**
 * @param files What to put into it.
 * @param time The time that each file is of.
 * @returns A `.tar.gz`.
 */
export async function tarGz(files: readonly ArchiveFile[], time: Date): Promise<Uint8Array> {
  const entries = sorted(files).map(({ path, bytes, executable }) => ({
    header: { name: path, size: bytes.length, mode: modeOf(executable), mtime: time, uid: 0, gid: 0 },
    body: bytes,
  }));
  const gzip = gzipSync(await packTar(entries), { level: 9 });
  gzip[SYSTEM.at] = SYSTEM.unknown;
  return new Uint8Array(gzip);
}

/**
 * @param files What to put into it.
 * @param time On whose day, in UTC, each file is of: a zip tells local time, and noon is there in every zone.
 * @returns A `.zip`.
 */
export function zip(files: readonly ArchiveFile[], time: Date): Uint8Array {
  const mtime = new Date(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate(), 12);
  const entries = sorted(files).map(({ path, bytes, executable }) =>
    [path, [bytes, { os: UNIX, attrs: (0o100000 | modeOf(executable)) << 16, level: 9, mtime }]] as const
  );
  return zipSync(Object.fromEntries(entries) as Parameters<typeof zipSync>[0]);
}

function sorted(files: readonly ArchiveFile[]): ArchiveFile[] {
  return files.toSorted((a, b) => a.path < b.path ? -1 : 1);
}

function modeOf(executable = false): number {
  return executable ? 0o755 : 0o644;
}
