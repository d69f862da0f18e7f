/**
 * Measures what people have to download and to keep: the executable and its archive, beside the least that any program
 * compiled in the same way takes.
 *
 * @module
 */
import { tarGz } from "../release/archive.ts";

/** What an executable takes, in bytes. */
export interface SizeRow {
  readonly name: string;
  readonly executable: number;
  /** Packed as a release is, by itself. */
  readonly archive: number;
}

const MIB = 1024 * 1024;

/** @returns The sizes of executables, in their order. */
export async function measureSizes(executables: readonly { name: string; path: string }[]): Promise<SizeRow[]> {
  const rows: SizeRow[] = [];
  for (const { name, path } of executables) {
    const bytes = await Deno.readFile(path);
    const archive = await tarGz([{ path: "program", bytes, executable: true }], new Date(0));
    rows.push({ name, executable: bytes.length, archive: archive.length });
  }
  return rows;
}

/** @returns The sizes for people, and by how much each is larger than the first. */
export function sizeLines(rows: readonly SizeRow[]): string {
  const [least] = rows;
  const lines = rows.map(({ name, executable, archive }) =>
    `${name.padEnd(14)} executable ${mebibytes(executable)} (${difference(executable - least.executable)})  ` +
    `archive ${mebibytes(archive)} (${difference(archive - least.archive)})`
  );
  return lines.join("\n");
}

function mebibytes(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

function difference(bytes: number): string {
  return `${bytes < 0 ? "-" : "+"}${(Math.abs(bytes) / 1024).toFixed(0)} KiB`;
}
