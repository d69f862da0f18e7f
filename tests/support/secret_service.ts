/**
 * A private Secret Service: GNOME Keyring on its own D-Bus, with an empty keyring in a temporary home. The bus activates
 * no other services, so no unlock dialog ever appears.
 *
 * @module
 */

/** The time limit for starting a process, in milliseconds. */
const START_TIMEOUT = 15_000;
const PASSWORD = "only for tests";
const LOGIN_KEYRING = "/org/freedesktop/secrets/collection/login";

/** A running Secret Service. */
export interface SecretService {
  /** The environment for programs that use it, with an empty `HOME`. */
  readonly env: Readonly<Record<string, string>>;
  /** Locks the keyring. */
  lock(): Promise<void>;
  /** Restarts the service with the keyring locked, as after a login without a password. */
  restartLocked(): Promise<void>;
  /** Restarts the service with the keyring unlocked. */
  restartUnlocked(): Promise<void>;
  /** Stops the service, but not the bus. */
  stopDaemon(): Promise<void>;
  /** Stops the service and the bus, and removes the home. */
  stop(): Promise<void>;
}

/** Starts a Secret Service with an unlocked keyring. */
export async function startSecretService(): Promise<SecretService> {
  const folder = await Deno.makeTempDir({ prefix: "fluxloop-keyring-" });
  const home = `${folder}/home`;
  const runtime = `${folder}/run`;
  for (const path of [home, runtime]) await Deno.mkdir(path, { mode: 0o700 });
  const env = {
    PATH: "/usr/bin:/bin",
    HOME: home,
    XDG_RUNTIME_DIR: runtime,
    XDG_DATA_HOME: `${home}/.local/share`,
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${runtime}/bus`,
  };

  let daemon: Deno.ChildProcess | undefined;
  const bus = await startBus(folder, env);
  async function startDaemon(...options: string[]): Promise<void> {
    daemon = await startKeyring(env, options);
  }
  async function stopDaemon(): Promise<void> {
    if (daemon !== undefined) await kill(daemon);
    daemon = undefined;
  }
  async function stop(): Promise<void> {
    await stopDaemon();
    await kill(bus);
    await Deno.remove(folder, { recursive: true });
  }
  try {
    await startDaemon("--unlock");
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    env,
    async lock() {
      const service = ["--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"];
      await dbusSend(env, ...service, "org.freedesktop.Secret.Service.Lock", `array:objpath:${LOGIN_KEYRING}`);
    },
    async restartLocked() {
      await stopDaemon();
      await startDaemon();
    },
    async restartUnlocked() {
      await stopDaemon();
      await startDaemon("--unlock");
    },
    stopDaemon,
    stop,
  };
}

async function startBus(folder: string, env: Record<string, string>): Promise<Deno.ChildProcess> {
  // No service folder: the system's folder would start desktop programs on this bus.
  const configuration = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>${env.DBUS_SESSION_BUS_ADDRESS}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`;
  await Deno.writeTextFile(`${folder}/bus.conf`, configuration);
  const bus = new Deno.Command("dbus-daemon", {
    args: [`--config-file=${folder}/bus.conf`, "--nofork", "--nopidfile", "--print-address=1"],
    clearEnv: true,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  // It prints its address once it listens, and nothing else.
  for await (const _ of bus.stdout) return bus;
  await kill(bus);
  throw new Error("dbus-daemon didn't start");
}

async function startKeyring(env: Record<string, string>, options: string[]): Promise<Deno.ChildProcess> {
  const daemon = new Deno.Command("gnome-keyring-daemon", {
    args: ["--foreground", "--components=secrets", `--control-directory=${env.XDG_RUNTIME_DIR}/keyring`, ...options],
    clearEnv: true,
    env,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await new Blob([PASSWORD]).stream().pipeTo(daemon.stdin).catch(() => {});

  const query = ["--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner"];
  const deadline = performance.now() + START_TIMEOUT;
  // No delay needed: each query starts a process.
  while (!(await dbusSend(env, ...query, "string:org.freedesktop.secrets")).includes("true")) {
    if (performance.now() < deadline) continue;
    await kill(daemon);
    throw new Error("gnome-keyring-daemon didn't start");
  }
  return daemon;
}

async function dbusSend(env: Record<string, string>, ...args: string[]): Promise<string> {
  const options = { args: ["--session", "--print-reply=literal", ...args], clearEnv: true, env };
  const output = await new Deno.Command("dbus-send", { ...options, stdout: "piped", stderr: "piped" }).output();
  if (output.success) return new TextDecoder().decode(output.stdout);
  throw new Error(`dbus-send: ${new TextDecoder().decode(output.stderr)}`);
}

/** Kills a process and waits for it to exit. */
async function kill(process: Deno.ChildProcess): Promise<void> {
  try {
    process.kill("SIGKILL");
  } catch {
    // It has already exited.
  }
  await process.status;
}
