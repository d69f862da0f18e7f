/**
 * The options that every command takes, and the type of a command.
 *
 * @module
 */
import type { Command } from "@cliffy/command";

/** As Cliffy parses them (`command_tree.ts`). A type, not an interface: Cliffy asks for an index signature. */
export type GlobalOptions = {
  readonly profile?: string;
  readonly apiUrl?: string;
  readonly timeout?: string;
  readonly caFile?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  /** False after `--no-color`. */
  readonly color?: boolean;
};

/** The options of a command that writes a result. */
export type JsonOptions = GlobalOptions & { readonly json?: boolean };

/** A command of whichever options: what a group holds. */
// deno-lint-ignore no-explicit-any -- Cliffy's own type for it
export type AnyCommand = Command<any>;
