/**
 * Questions on a terminal, which is in raw mode during the whole question, so that no part of a pasted secret is echoed
 * between two reads. Cliffy draws lists and lines. Each of its reads gets exactly one keystroke, because its versions read
 * pieces of different sizes and treat each piece as one keystroke.
 *
 * @module
 */
import { Input } from "@cliffy/prompt/input";
import { Select } from "@cliffy/prompt/select";
import type { PromptChoice, Prompts } from "../context.ts";
import { InterruptedError } from "../errors.ts";
import { withoutColour } from "../text/ansi.ts";
import { CTRL_C, CTRL_D, CTRL_U, CTRL_W, isBackspace, isEnter, isPrintable, KeyReader } from "./keys.ts";
import { untilAborted } from "./signals.ts";

const encoder = new TextEncoder();
/** The value of "Done" in a list of several choices; Cliffy treats an empty value as no answer. */
const DONE = "\0done";
/** Makes the terminal mark pasted text (bracketed paste). */
const BEGIN = "\x1b[?2004h";
const END = "\x1b[?2004l\x1b[?25h";
/** After an interruption: removes a list below the question, and starts a new line. */
const NEXT_LINE = "\x1b[J\n";
/** Control characters and sequences that every version of Cliffy parses; it would type the rest of any other sequence. */
// deno-lint-ignore no-control-regex -- terminals send it
const KNOWN_TO_CLIFFY = /^(?:[\x01-\x1a\x7f]|\x1bO[A-Za-z]|\x1b\[(?:(?:\d;)?\d)?[A-Za-z]|\x1b\[\d\d?(?:;\d)?~)$/;

/** Shared by all questions: a read may outlive its question. */
const keys = new KeyReader((buffer) => Deno.stdin.read(buffer));

type NextKey = () => Promise<string>;
/** What Cliffy reads from and writes to. */
type Streams = ReturnType<typeof streams>;

/**
 * Implements {@linkcode Context.prompts}.
 *
 * @param stopped Aborted when the program is told to stop.
 */
export function terminalPrompts(stopped: AbortSignal, colour: boolean): Prompts {
  const ask = <T>(question: (terminal: Streams) => Promise<T>) =>
    onRawTerminal(stopped, (nextKey) => question(streams(colour, nextKey)));
  const validate = (it: string) => it.trim() !== "" || "Enter at least one character";
  return {
    secret: (message) => onRawTerminal(stopped, (nextKey) => askSecret(message, nextKey)),
    choose: (...question) => ask((terminal) => Select.prompt<string>({ ...listOptions(...question), ...terminal })),
    chooseSeveral: (...question) => ask((terminal) => askSeveral(terminal, ...question)),
    text: (message) => ask((terminal) => WholeCharacterInput.prompt({ message, validate, ...terminal })),
  };
}

/** Replaces Cliffy's Secret, which draws after an interruption and in some versions can't delete a word or the line. */
async function askSecret(message: string, nextKey: NextKey): Promise<string> {
  write(`${message} `);
  let typed = "";
  for (let key = await nextKey(); !isEnter(key); key = await nextKey()) typed = edited(typed, key);
  write(typed === "" ? "\n" : "********\n");
  return typed;
}

function edited(typed: string, key: string): string {
  if (isBackspace(key)) return typed.replace(/.$/u, "");
  if (key === CTRL_W) return typed.replace(/\S*\s*$/, "");
  if (key === CTRL_U) return "";
  return isPrintable(key) ? typed + key : typed;
}

/** A list that disappears when it is answered, because the same question takes its place. */
class VanishingSelect extends Select<string> {
  protected override success(value: string): string | undefined {
    return value === DONE ? super.success(value) : undefined;
  }
}

/** Asks with a list in which Enter selects or deselects. Cliffy's Checkbox is missing from its builds on npm. */
async function askSeveral(
  terminal: Streams,
  ...[message, choices, preselected, minimum]: Parameters<Prompts["chooseSeveral"]>
): Promise<string[]> {
  const selected = new Set(preselected);
  for (let current: string = choices[0].value;;) {
    const lines = choices.map((it) => ({ ...it, label: `${selected.has(it.value) ? "[x]" : "[ ]"} ${it.label}` }));
    const done = selected.size >= minimum ? [{ value: DONE, label: "Done" }] : [];
    const question = `${message} (${selected.size} chosen)`;
    const options = listOptions(question, [...lines, ...done], current);
    current = await new VanishingSelect({ ...options, ...terminal }).prompt();
    if (current === DONE) return choices.map(({ value }) => value).filter((it) => selected.has(it));
    if (!selected.delete(current)) selected.add(current);
  }
}

function listOptions(message: string, choices: readonly PromptChoice[], current?: string) {
  const options = choices.map(({ value, label }) => ({ value, name: label }));
  const start = choices.some((it) => it.value === current) ? { default: current, hideDefault: true } : {};
  return { message, options, ...start };
}

/** Deletes whole characters; Cliffy deletes half of a surrogate pair. */
class WholeCharacterInput extends Input {
  protected override deleteChar(): void {
    if (/[\ud800-\udbff][\udc00-\udfff]$/.test(this.inputValue.slice(0, this.inputIndex))) super.deleteChar();
    super.deleteChar();
  }
}

function streams(colour: boolean, nextKey: NextKey) {
  const read = async (buffer: Uint8Array) => {
    let key = await nextKey();
    while (!isPrintable(key) && !KNOWN_TO_CLIFFY.test(key)) key = await nextKey();
    return encoder.encodeInto(key, buffer).written;
  };
  const writeSync = (bytes: Uint8Array) => {
    const text = new TextDecoder().decode(bytes);
    // Cliffy always colours questions.
    write(colour ? text : withoutColour(text));
    return bytes.length;
  };
  return { reader: { read, setRaw: () => {}, isTerminal: () => true }, writer: { writeSync } };
}

/** Asks a question with echo turned off, and restores the terminal. */
async function onRawTerminal<T>(stopped: AbortSignal, ask: (nextKey: NextKey) => Promise<T>): Promise<T> {
  // An interruption ends the wait for a key, so that nothing is drawn after it.
  const nextKey = async () => {
    // Reading fails if the terminal has hung up.
    const key = await untilAborted(keys.next().catch(() => null), stopped, new InterruptedError());
    // On Ctrl-C, Cliffy exits with the terminal still raw; at the end of input it asks forever.
    if (key === null || key === CTRL_C || key === CTRL_D) throw new InterruptedError();
    return key;
  };

  Deno.stdin.setRaw(true);
  // After Ctrl-Z and `fg`, the shell has turned echo on again. A hang-up sends this signal, too.
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
