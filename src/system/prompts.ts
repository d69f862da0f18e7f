/**
 * Questions on a real terminal, asked by Cliffy's prompts. This module keeps what they leave to chance: the terminal is
 * raw from the first to the last key, so that nothing of a pasted key is echoed between two reads, and it is restored
 * whatever ends the question.
 *
 * @module
 */
import { Input } from "@cliffy/prompt/input";
import { Secret } from "@cliffy/prompt/secret";
import { Select } from "@cliffy/prompt/select";
import type { PromptChoice } from "../context.ts";
import { InterruptedError } from "../errors.ts";
import { withoutColour } from "../output/ansi.ts";

const CTRL_C = 0x03;
const CTRL_D = 0x04;
const encoder = new TextEncoder();
const SHOW_CURSOR = encoder.encode("\x1b[?25h");
const PREVIOUS_LINE = encoder.encode("\x1b[1A\x1b[2K");
/** Stands for the end of a list's choices. An empty value would be taken for no answer. */
const DONE = "\0done";
/** The cursor stands behind the question, and a list below it; what follows an interruption belongs on a line of its own. */
const NEXT_LINE = encoder.encode("\x1b[J\n");

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
  return await onRawTerminal(
    stopped,
    () => Secret.prompt({ message, prefix: "", pointer: "", hidden: true, ...streams(colour) }),
  );
}

/**
 * Asks for one of several. Call it only where standard input is a terminal.
 *
 * @param message What stands above the list.
 * @param choices One or more.
 * @param current The value that is chosen at first.
 * @param colour Whether colour may be used.
 * @param stopped Aborted when the program is told to stop.
 * @throws {InterruptedError} As {@linkcode askSecret}.
 */
export async function askChoice(
  message: string,
  choices: readonly PromptChoice[],
  current: string | undefined,
  colour: boolean,
  stopped: AbortSignal,
): Promise<string> {
  const options = choices.map(({ value, label }) => ({ value, name: label }));
  const isThere = choices.some((it) => it.value === current);
  return await onRawTerminal(
    stopped,
    () =>
      Select.prompt<string>({
        message,
        options,
        ...(isThere ? { default: current, hideDefault: true } : {}),
        ...streams(colour),
      }),
  );
}

/**
 * Asks for several of a list: Enter takes one in or out, until it is done. As {@linkcode askChoice} for the rest.
 *
 * @param chosen The values that are chosen at first.
 * @param least How many have to be chosen before it can be done.
 */
export async function askSeveral(
  message: string,
  choices: readonly PromptChoice[],
  chosen: readonly string[],
  least: number,
  colour: boolean,
  stopped: AbortSignal,
): Promise<string[]> {
  const taken = new Set(chosen);
  for (let current: string = choices[0].value;;) {
    const lines = choices.map(({ value, label }) => ({ value, label: `${taken.has(value) ? "[x]" : "[ ]"} ${label}` }));
    const done = taken.size >= least ? [{ value: DONE, label: "Done" }] : [];
    const answer = await askChoice(`${message} (${taken.size} chosen)`, [...lines, ...done], current, colour, stopped);
    if (answer === DONE) return choices.map(({ value }) => value).filter((it) => taken.has(it));
    if (!taken.delete(answer)) taken.add(answer);
    // The answered question's line makes place for the same question.
    Deno.stderr.writeSync(PREVIOUS_LINE);
    current = answer;
  }
}

/** As {@linkcode askSecret}, for a text that may be seen. */
export async function askText(message: string, colour: boolean, stopped: AbortSignal): Promise<string> {
  const validate = (it: string) => it.trim() !== "" || "Type one character or more";
  return await onRawTerminal(stopped, () => Input.prompt({ message, validate, ...streams(colour) }));
}

function streams(colour: boolean) {
  return {
    reader: { read: readKeys, setRaw: () => {}, isTerminal: () => true },
    writer: colour ? Deno.stderr : { writeSync: writeWithoutColour },
  };
}

/** Runs a question on a terminal that shows nothing of what is typed, and gives it back as it was. */
async function onRawTerminal<T>(stopped: AbortSignal, ask: () => Promise<T>): Promise<T> {
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
    return await Promise.race([ask(), stop.promise]);
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
