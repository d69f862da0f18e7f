/**
 * Runs agents, each in its own session and process group, and kills those that are still running when this program exits,
 * even by SIGKILL.
 *
 * @module
 */
import type { ProgramGroups, RunningProgram } from "../context.ts";
import { KEY_VARIABLES } from "../text/key_variables.ts";
import { unlessExited } from "./processes.ts";
import { withVariables } from "./runtime_variables.ts";

const IS_WINDOWS = Deno.build.os === "windows";
const NO_KEYS = Object.fromEntries(KEY_VARIABLES.map((it) => [it, undefined]));
const PIPES = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
/** The environment variable that marks all processes of an agent, even those that have left its group and session. */
const MARK = "FLUXLOOP_AGENT";

/**
 * A shell script that reads from its standard input which process groups to watch (`+ 123`, `- 123`). When the input ends,
 * by {@linkcode ProgramGroups.close} or because this program has exited or was killed, it kills the remaining groups.
 *
 * On Linux it also kills processes that have left their group and session: those in a control group that it creates (cgroup
 * v2, as root or where one is delegated), which each program enters with its children, and those with the mark in their
 * environment. It searches for marks twice, because a process may have started another one during the first search.
 */
const WATCHDOG = `
trap '' HUP INT QUIT TERM
exec 2>/dev/null
own=$(sed -n 's/^0:://p' /proc/self/cgroup)
for mount in /sys/fs/cgroup /sys/fs/cgroup/unified; do
  box="$mount\${own%/}/fluxloop-$2"
  [ -f "$mount/cgroup.procs" ] && mkdir "$box" && break
  box=
done
enter() {
  echo "$1" >"$box/cgroup.procs"
  for child in $(cat /proc/$1/task/*/children); do enter "$child"; done
}
groups=' '
while read -r what group; do
  case $what in
    +) groups="$groups$group "; [ -n "$box" ] && enter "$group" ;;
    -) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
if [ -n "$box" ]; then
  for turn in 1 2 3 4 5; do
    echo 1 >"$box/cgroup.kill" || kill -s KILL $(cat "$box/cgroup.procs")
    rmdir "$box" && break
    sleep 0.1
  done
fi
if [ -r /proc/self/environ ]; then
  for turn in 1 2; do
    for file in $(grep -alsF "$1=$2" /proc/[0-9]*/environ); do
      process=\${file#/proc/}
      kill -s KILL "\${process%/environ}"
    done
  done
fi`;

/** Implements {@linkcode Context.programGroups}. */
export function programGroups(): ProgramGroups {
  const mark = crypto.randomUUID();
  let watchdog: Watchdog | undefined;
  return {
    start(program, { args, cwd, env }) {
      watchdog ??= IS_WINDOWS ? undefined : startWatchdog(mark);
      const options = { args: [...args], cwd, env: { [MARK]: mark, ...env }, detached: true, ...PIPES };
      const child = withVariables(NO_KEYS, () => new Deno.Command(program, options).spawn());
      watchdog?.send(`+ ${child.pid}\n`);
      const { stdin, stdout, stderr, status: ended } = child;
      return { stdin, stdout, stderr, ended, kill: killerOf(child, watchdog) };
    },
    async close() {
      await watchdog?.close();
    },
  };
}

/**
 * On Windows, the runtime has 4 threads per processor for the pipes of child processes. A running program occupies two of
 * them, and two are reserved for writing to programs.
 *
 * @returns How many programs can run at the same time.
 */
export function maxPrograms(os = Deno.build.os, processors = navigator.hardwareConcurrency): number {
  return os === "windows" ? Math.max(1, 2 * processors - 1) : Infinity;
}

/** Returns the function that sends signals, until SIGKILL: then another group may get the same number. */
function killerOf(child: Deno.ChildProcess, watchdog: Watchdog | undefined): RunningProgram["kill"] {
  let isOver = false;
  return (signal) => {
    if (isOver) return;
    if (IS_WINDOWS) return killTree(child);
    isOver = signal === "SIGKILL";
    unlessExited(() => Deno.kill(-child.pid, signal));
    if (isOver) watchdog?.send(`- ${child.pid}\n`);
  };
}

/**
 * Kills a program and its descendants on Windows, which has no process groups.
 *
 * @param tool If it fails, only the program itself is killed.
 */
export function killTree(child: Pick<Deno.ChildProcess, "pid" | "kill">, tool = "taskkill"): void {
  const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
  const killChild = () => unlessExited(() => child.kill("SIGKILL"));
  try {
    const { status } = new Deno.Command(tool, { args: ["/T", "/F", "/PID", `${child.pid}`], ...streams }).spawn();
    void status.then(killChild);
  } catch {
    killChild();
  }
}

type Watchdog = ReturnType<typeof startWatchdog>;

/** Starts the watchdog; without a shell, there is none, and agents only notice the end of their input. */
function startWatchdog(mark: string) {
  const args = ["-c", WATCHDOG, "sh", MARK, mark];
  const options = { args, cwd: "/", detached: true, stdin: "piped", stdout: "null", stderr: "null" } as const;
  let child: Deno.ChildProcess;
  try {
    child = withVariables(NO_KEYS, () => new Deno.Command("/bin/sh", options).spawn());
  } catch {
    return undefined;
  }
  const encoder = new TextEncoder();
  const writer = child.stdin.getWriter();
  return {
    send(line: string) {
      writer.write(encoder.encode(line)).catch(() => {});
    },
    async close() {
      await writer.close().catch(() => {});
      await child.status;
    },
  };
}
