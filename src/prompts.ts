/**
 * Questions on a real terminal, asked by Cliffy's prompts. This module keeps what they leave to chance: the terminal is
 * raw from the first to the last key, so that nothing of a pasted key is echoed between two reads, and it is restored
 * whatever ends the question.
 *
 * @module
 */
import { Secret } from "@cliffy/prompt/secret";
import { InterruptedError } from "./errors.ts";
import { withoutColour } from "./output/ansi.ts";

const CTRL_C = 0x03;
const CTRL_D = 0x04;
const encoder = new TextEncoder();
const SHOW_CURSOR = encoder.encode("\x1b[?25h");
/** The cursor stands behind the question; what follows an interruption belongs on a line of its own. */
const NEXT_LINE = encoder.encode("\n");

/**
 * Asks for a secret. Call it only where standard input is a terminal.
 *
 * @param message What stands before the place where it is typed.
 * @param colour Whether colour may be used.
 * @param stopped Aborted when the program is told to stop.
 * @returns What was typed or pasted up to Enter.
 * @throws {InterruptedError} On Ctrl-C, Ctrl-D, the end of input, or when `stopped`.
 */
export async function askSecret(message: string, colour: boolean, stopped: AbortSignal): Promise<string> {
  const stop = Promise.withResolvers<never>();
  stop.promise.catch(() => {});
  const onStop = () => stop.reject(new InterruptedError());
  stopped.addEventListener("abort", onStop);
  if (stopped.aborted) onStop();

  const hide = () => Deno.stdin.setRaw(true);
  hide();
  // A shell that had the terminal in between leaves it with its echo on.
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGCONT", hide);
  try {
    const asking = Secret.prompt({
      message,
      prefix: "",
      pointer: "",
      hidden: true,
      reader: { read: readKeys, setRaw: () => {}, isTerminal: () => true },
      writer: colour ? Deno.stderr : { writeSync: writeWithoutColour },
    });
    return await Promise.race([asking, stop.promise]);
  } catch (error) {
    Deno.stderr.writeSync(NEXT_LINE);
    throw error;
  } finally {
    stopped.removeEventListener("abort", onStop);
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGCONT", hide);
    Deno.stdin.setRaw(false);
    Deno.stderr.writeSync(SHOW_CURSOR);
  }
}

/** Cliffy paints the question whatever it is told. */
function writeWithoutColour(bytes: Uint8Array): number {
  Deno.stderr.writeSync(encoder.encode(withoutColour(new TextDecoder().decode(bytes))));
  return bytes.length;
}

async function readKeys(buffer: Uint8Array): Promise<number | null> {
  const count = await Deno.stdin.read(buffer);
  // Cliffy exits on Ctrl-C with the terminal still raw, and asks for ever at the end of input.
  if (count === null) throw new InterruptedError();
  const keys = buffer.subarray(0, count);
  if (keys.includes(CTRL_C) || keys.includes(CTRL_D)) throw new InterruptedError();
  return count;
}
