/**
 * Questions on a real terminal. The terminal is raw from the first to the last key, so that nothing of a pasted key is
 * echoed between two reads, and it is restored whatever ends the question. Cliffy draws lists and lines; it gets one whole
 * key per read, because its versions read pieces of different sizes and take each piece for a key.
 *
 * @module
 */
import { Input } from "@cliffy/prompt/input";
import { Select } from "@cliffy/prompt/select";
import { type PromptChoice, unlessStopped } from "../context.ts";
import { InterruptedError } from "../errors.ts";
import { withoutColour } from "../text/ansi.ts";
import { CTRL_C, CTRL_D, CTRL_U, CTRL_W, isBackspace, isEnter, isPrintable, KeyReader } from "./keys.ts";

const encoder = new TextEncoder();
/** Stands for the end of a list's choices. An empty value would be taken for no answer. */
const DONE = "\0done";
/** The terminal marks what is pasted (bracketed paste). */
const BEGIN = "\x1b[?2004h";
const END = "\x1b[?2004l\x1b[?25h";
/** The cursor is behind the question, with a list below it; what follows an interruption belongs on its own line. */
const NEXT_LINE = "\x1b[J\n";
/** Control characters and sequences that every version of Cliffy parses; of others it would type the tail. */
// deno-lint-ignore no-control-regex -- terminals send it
const KNOWN_TO_CLIFFY = /^(?:[\x01-\x1a\x7f]|\x1bO[A-Za-z]|\x1b\[(?:(?:\d;)?\d)?[A-Za-z]|\x1b\[\d\d?(?:;\d)?~)$/;

/** One for all questions: it may hold a read that outlives a question. */
const keys = new KeyReader((buffer) => Deno.stdin.read(buffer));

/** Waits for a key that is meant for the question. */
type NextKey = () => Promise<string>;

/**
 * Asks for a secret. Call it only where standard input is a terminal. Ours instead of Cliffy's Secret, which hides the
 * cursor at each key, draws after the question was interrupted, and can't delete a line or a word in all its versions.
 *
 * @param message What stands before the place where it is typed.
 * @param stopped Aborted when the program is told to stop.
 * @returns What was typed or pasted up to Enter.
 * @throws {InterruptedError} On Ctrl-C, Ctrl-D, the end of input, or when `stopped`.
 */
export async function askSecret(message: string, stopped: AbortSignal): Promise<string> {
  return await onRawTerminal(stopped, async (nextKey) => {
    write(`${message} `);
    let typed = "";
    for (let key = await nextKey(); !isEnter(key); key = await nextKey()) typed = edited(typed, key);
    write(typed === "" ? "\n" : "********\n");
    return typed;
  });
}

function edited(typed: string, key: string): string {
  if (isBackspace(key)) return typed.replace(/.$/u, "");
  if (key === CTRL_W) return typed.replace(/\S*\s*$/, "");
  if (key === CTRL_U) return "";
  return isPrintable(key) ? typed + key : typed;
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
  return await onRawTerminal(
    stopped,
    (nextKey) => Select.prompt<string>(listOptions(message, choices, current, colour, nextKey)),
  );
}

/** A list that vanishes once it is answered: the same question takes its place. */
class VanishingSelect extends Select<string> {
  protected override success(value: string): string | undefined {
    return value === DONE ? super.success(value) : undefined;
  }
}

/**
 * Asks for several of a list: Enter adds or removes one, until it is done. As {@linkcode askChoice} for the rest.
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
  return await onRawTerminal(stopped, async (nextKey) => {
    for (let current: string = choices[0].value;;) {
      const lines = choices.map((it) => ({ ...it, label: `${taken.has(it.value) ? "[x]" : "[ ]"} ${it.label}` }));
      const done = taken.size >= least ? [{ value: DONE, label: "Done" }] : [];
      const question = `${message} (${taken.size} chosen)`;
      const list = new VanishingSelect(listOptions(question, [...lines, ...done], current, colour, nextKey));
      current = await list.prompt();
      if (current === DONE) return choices.map(({ value }) => value).filter((it) => taken.has(it));
      if (!taken.delete(current)) taken.add(current);
    }
  });
}

function listOptions(
  message: string,
  choices: readonly PromptChoice[],
  current: string | undefined,
  colour: boolean,
  nextKey: NextKey,
) {
  const options = choices.map(({ value, label }) => ({ value, name: label }));
  const start = choices.some((it) => it.value === current) ? { default: current, hideDefault: true } : {};
  return { message, options, ...start, ...streams(colour, nextKey) };
}

/** Deletes a character as a whole: Cliffy deletes half of one that UTF-16 writes as a pair. */
class WholeCharacterInput extends Input {
  protected override deleteChar(): void {
    if (/[\ud800-\udbff][\udc00-\udfff]$/.test(this.inputValue.slice(0, this.inputIndex))) super.deleteChar();
    super.deleteChar();
  }
}

/** As {@linkcode askChoice}, for a line of text that may be seen. */
export async function askText(message: string, colour: boolean, stopped: AbortSignal): Promise<string> {
  const validate = (it: string) => it.trim() !== "" || "Enter at least one character";
  return await onRawTerminal(
    stopped,
    (nextKey) => WholeCharacterInput.prompt({ message, validate, ...streams(colour, nextKey) }),
  );
}

function streams(colour: boolean, nextKey: NextKey) {
  const read = async (buffer: Uint8Array) => {
    let key = await nextKey();
    while (!isPrintable(key) && !KNOWN_TO_CLIFFY.test(key)) key = await nextKey();
    return encoder.encodeInto(key, buffer).written;
  };
  const writeSync = (bytes: Uint8Array) => {
    const text = new TextDecoder().decode(bytes);
    // Cliffy paints the question whatever it is told.
    write(colour ? text : withoutColour(text));
    return bytes.length;
  };
  return { reader: { read, setRaw: () => {}, isTerminal: () => true }, writer: { writeSync } };
}

/** Runs a question on a terminal that shows nothing of what is typed, and restores the terminal. */
async function onRawTerminal<T>(stopped: AbortSignal, ask: (nextKey: NextKey) => Promise<T>): Promise<T> {
  // It is the wait for a key that ends: whoever draws the question must not go on with it.
  const nextKey = async () => {
    // A terminal that has hung up gives no more keys.
    const key = await unlessStopped(keys.next().catch(() => null), stopped);
    // Cliffy exits on Ctrl-C with the terminal still raw, and asks for ever at the end of input.
    if (key === null || key === CTRL_C || key === CTRL_D) throw new InterruptedError();
    return key;
  };

  Deno.stdin.setRaw(true);
  // A shell that had the terminal in between leaves it with its echo on. A hang-up sends this signal, too.
  const hideAgain = () => setRawUnlessHungUp(true);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGCONT", hideAgain);
  try {
    write(BEGIN);
    return await ask(nextKey);
  } catch (error) {
    write(NEXT_LINE);
    throw error;
  } finally {
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGCONT", hideAgain);
    write(END);
    setRawUnlessHungUp(false);
  }
}

function setRawUnlessHungUp(isRaw: boolean): void {
  try {
    Deno.stdin.setRaw(isRaw);
  } catch {
    // The terminal has hung up.
  }
}

function write(text: string): void {
  try {
    for (let rest = encoder.encode(text); rest.length > 0;) rest = rest.subarray(Deno.stderr.writeSync(rest));
  } catch {
    // The terminal has hung up.
  }
}
