/**
 * Reproducible archives: the same files give the same bytes. Files are sorted, with one time and no owner.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { packTar } from "modern-tar";

export interface ArchiveFile {
  /** Its path in the archive, with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly executable?: boolean;
}

/** The byte of a gzip header that tells the system that wrote it (RFC 1952). */
const SYSTEM = { at: 9, unknown: 255 };
/** The system whose file modes a zip contains. */
const UNIX = 3;

/** @returns A `.tar.gz`, in which each file has this modification time, compressed at this level. */
export async function tarGz(files: readonly ArchiveFile[], time: Date, level = 9): Promise<Uint8Array> {
  const entries = sorted(files).map(({ path, bytes, executable }) => ({
    header: { name: path, size: bytes.length, mode: modeOf(executable), mtime: time, uid: 0, gid: 0 },
    body: bytes,
  }));
  const gzip = gzipSync(await packTar(entries), { level });
  gzip[SYSTEM.at] = SYSTEM.unknown;
  return new Uint8Array(gzip);
}

/** @returns A `.zip`, in which each file is of this day at noon: a zip has local times, and every zone has a noon. */
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
