/**
 * Reproducible archives: the same files give the same bytes. Files are sorted, and all have the same time and no owner.
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

/** The operating system byte of a gzip header (RFC 1952). */
const SYSTEM = { at: 9, unknown: 255 };
/** The operating system code for zips with Unix file modes. */
const UNIX = 3;

/** @returns A `.tar.gz` whose files all have this modification time. */
export async function tarGz(files: readonly ArchiveFile[], time: Date, level = 9): Promise<Uint8Array> {
  const entries = sorted(files).map(({ path, bytes, executable }) => ({
    header: { name: path, size: bytes.length, mode: modeOf(executable), mtime: time, uid: 0, gid: 0 },
    body: bytes,
  }));
  const gzip = gzipSync(await packTar(entries), { level });
  gzip[SYSTEM.at] = SYSTEM.unknown;
  return new Uint8Array(gzip);
}

/** @returns A `.zip` whose files are dated this day at noon: zips have local times, and noon exists in every time zone. */
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
