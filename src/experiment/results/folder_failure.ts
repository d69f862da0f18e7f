/**
 * What people are told where results cannot be written or read.
 *
 * @module
 */
import { ConfigurationError, FluxloopError, SystemError } from "../../errors.ts";

/**
 * @param path What was to be written.
 * @param cause What the system said.
 * @returns The error to throw.
 */
export function unwritable(path: string, cause: unknown): FluxloopError {
  return cause instanceof FluxloopError ? cause : new SystemError(`${path} cannot be written: ${reasonOf(cause)}`, {
    cause,
  });
}

/**
 * @param path What was to be read.
 * @param cause What the system said.
 * @returns The error to throw.
 */
export function unreadable(path: string, cause: unknown): FluxloopError {
  return cause instanceof FluxloopError ? cause : new ConfigurationError(`${path} cannot be read: ${reasonOf(cause)}`, {
    cause,
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk's quota is used up",
  EROFS: "the file system is read-only",
  ENOENT: "there is no such file",
  ENOTDIR: "a part of its path is no folder",
  EISDIR: "it is a folder",
  EEXIST: "something of this name is there already",
  EACCES: "the system does not allow it",
  EPERM: "the system does not allow it",
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return REASONS[code] ?? "the system refuses it";
}
