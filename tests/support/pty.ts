/**
 * Runs the compiled program on a pseudo-terminal and sends keys in chunks of a given size.
 *
 * @module
 */
import { PROGRAM } from "./program.ts";

/** A step, run once the program has written `wait`. */
export interface Step {
  readonly wait: string;
  /** Keys to send. */
  readonly send?: string;
  /** Chunk size in bytes: the next chunk follows after the program has read the previous one. All at once by default. */
  readonly size?: number;
  readonly signal?: "SIGINT" | "SIGTERM" | "SIGHUP";
  /** Closes the terminal. */
  readonly hangUp?: boolean;
}

/** The outcome of a run. */
export interface PtyResult {
  readonly code: number;
  readonly output: string;
  /** Whether the terminal is in cooked mode with echo; `null` if it was closed. */
  readonly isCooked: boolean | null;
}

/** The maximum duration of a run, in seconds. */
const TIMEOUT = 10;

const DRIVER = `
import fcntl, json, os, pty, select, signal, struct, sys, termios, time
plan = json.load(sys.stdin)
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, plan["columns"], 0, 0))
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for n in range(3): os.dup2(slave, n)
    os.closerange(3, 64)
    os.execve(plan["argv"][0], plan["argv"], plan["env"])
output, seen, code, steps, open_ = b"", 0, None, plan["steps"], True
end = time.time() + ${TIMEOUT}
def unread():
    return struct.unpack("i", fcntl.ioctl(slave, termios.FIONREAD, b"\\0" * 4))[0]
def pump(seconds):
    global output
    while open_ and select.select([master], [], [], seconds)[0]: output += os.read(master, 65536)
def send(keys, size):
    for i in range(0, len(keys), size):
        os.write(master, keys[i:i + size])
        while unread() and os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None and time.time() < end: pump(0.001)
while code is None and time.time() < end:
    pump(0.01)
    if steps and steps[0]["wait"].encode() in output[seen:]:
        step = steps.pop(0)
        seen = output.index(step["wait"].encode(), seen) + len(step["wait"].encode())
        keys = step.get("send", "").encode()
        send(keys, step.get("size") or len(keys) or 1)
        if "signal" in step: os.kill(pid, signal.Signals[step["signal"]])
        if step.get("hangUp"):
            os.close(slave); os.close(master); open_ = False
    exited, status = os.waitpid(pid, os.WNOHANG)
    if exited: code = os.waitstatus_to_exitcode(status)
if code is None:
    os.kill(pid, 9); os.waitpid(pid, 0)
pump(0.01)
flags = termios.tcgetattr(slave)[3] if open_ else None
cooked = None if flags is None else bool(flags & termios.ECHO and flags & termios.ICANON)
print(json.dumps({"code": code, "output": output.decode(errors="replace"), "isCooked": cooked}))
`;

/**
 * Runs the program on a new terminal.
 *
 * @param env The program's whole environment, except `TERM`.
 * @param steps The steps, in order.
 * @param columns The terminal's width.
 */
export async function onPty(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  steps: readonly Step[],
  columns = 80,
): Promise<PtyResult> {
  const child = new Deno.Command("python3", { args: ["-c", DRIVER], stdin: "piped", stdout: "piped" }).spawn();
  const plan = { argv: [PROGRAM, ...args], env: { TERM: "xterm", ...env }, steps, columns };
  await new Blob([JSON.stringify(plan)]).stream().pipeTo(child.stdin);
  const { stdout } = await child.output();
  const result = JSON.parse(new TextDecoder().decode(stdout));
  if (result.code === null) throw new Error(`The program didn't exit. Its output:\n${result.output}`);
  return result;
}
