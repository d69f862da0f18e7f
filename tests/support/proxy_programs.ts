/**
 * Real proxies from Debian packages, each on its own port: tinyproxy, squid, and microsocks for SOCKS5. They stop when the
 * test process exits, even if it is killed.
 *
 * @module
 */

import { setTimeout as delay } from "node:timers/promises";

/** How long to wait for a log entry, in milliseconds. */
const LOG_TIMEOUT = 30_000;

/** The credentials that a proxy requires. */
export interface ProxyUser {
  readonly name: string;
  readonly password: string;
}

/** A proxy's configuration. */
export interface ProxySetup {
  /** Requires these credentials; by default the proxy is open. */
  readonly user?: ProxyUser;
  /** Rejects every tunnel. */
  readonly refuses?: boolean;
}

/** A running proxy. */
export interface ProxyProgram {
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  /** @returns The proxy's log, which has the requested tunnels. */
  log(): string;
  /** Waits until the log contains the text: squid logs a tunnel only after closing it. */
  untilLogged(text: string): Promise<void>;
  stop(): Promise<void>;
}

/** The start function of each proxy. The proxy resolves names with the given hosts file. */
export const PROXY_PROGRAMS = { tinyproxy: startTinyproxy, squid: startSquid, microsocks: startMicrosocks } as const;

async function startTinyproxy(hosts: string, { user, refuses }: ProxySetup): Promise<ProxyProgram> {
  const port = freePort();
  const folder = await proxyFolder();
  const lines = [
    `Port ${port}`,
    "Listen 127.0.0.1",
    "Timeout 60",
    "LogLevel Connect",
    ...(user ? [`BasicAuth ${user.name} ${user.password}`] : []),
    ...(refuses ? ["ConnectPort 1"] : []),
  ];
  await Deno.writeTextFile(`${folder}/conf`, lines.join("\n") + "\n");
  return await startProxy(folder, hosts, port, `exec tinyproxy -d -c ${folder}/conf`);
}

async function startSquid(hosts: string, { user, refuses }: ProxySetup): Promise<ProxyProgram> {
  const port = freePort();
  const folder = await proxyFolder();
  const lines = [
    `http_port 127.0.0.1:${port}`,
    `hosts_file ${hosts}`,
    "pid_filename none",
    "cache deny all",
    `cache_log ${folder}/cache.log`,
    "visible_hostname proxy.example",
    "pinger_enable off",
    "logfile_rotate 0",
    `access_log stdio:${folder}/access.log`,
    `coredump_dir ${folder}`,
    "shutdown_lifetime 0 seconds",
    ...(refuses ? ["http_access deny all"] : []),
  ];
  if (user !== undefined) {
    const password = await new Deno.Command("openssl", { args: ["passwd", "-apr1", user.password] }).output();
    await Deno.writeTextFile(`${folder}/passwd`, `${user.name}:${new TextDecoder().decode(password.stdout)}`);
    lines.push(`auth_param basic program /usr/lib/squid/basic_ncsa_auth ${folder}/passwd`);
    lines.push("acl known proxy_auth REQUIRED", "http_access allow known", "http_access deny all");
  } else lines.push("http_access allow all");
  await Deno.writeTextFile(`${folder}/conf`, lines.join("\n") + "\n");
  return await startProxy(folder, hosts, port, `exec squid -N -f ${folder}/conf`);
}

async function startMicrosocks(hosts: string, { user }: ProxySetup): Promise<ProxyProgram> {
  const port = freePort();
  const folder = await proxyFolder();
  const options = user === undefined ? "" : ` -u ${user.name} -P ${user.password}`;
  return await startProxy(folder, hosts, port, `exec microsocks -i 127.0.0.1 -p ${port}${options}`);
}

/** Creates a folder open to all users: squid drops its privileges before it reads its files and writes its log. */
async function proxyFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "fluxloop-proxy-" });
  await Deno.chmod(folder, 0o777);
  return folder;
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** Starts a proxy with its own hosts file. It exits when its standard input closes, also if this process is killed. */
async function startProxy(folder: string, hosts: string, port: number, command: string): Promise<ProxyProgram> {
  const script = `
    mount --bind ${hosts} /etc/hosts
    exec 3<&0
    (${command}) </dev/null >${folder}/output 2>&1 &
    proxy=$!
    cat <&3 >/dev/null &
    wait -n
    kill $proxy $! 2>/dev/null
    wait`;
  const root = Deno.uid() === 0 ? [] : ["sudo", "-n"];
  const [program, ...args] = [...root, "unshare", "--mount", "/bin/bash", "-c", script];
  const child = new Deno.Command(program, { args, stdin: "piped", stdout: "null", stderr: "piped" }).spawn();
  const errors = new Response(child.stderr).text();
  let exited = false;
  void child.status.then(() => exited = true);
  while (!await isListening(port)) {
    if (exited) throw new Error(`${command} didn't start: ${await errors}${logIn(folder)}`);
    await delay(20);
  }
  return {
    address: `127.0.0.1:${port}`,
    log: () => logIn(folder),
    async untilLogged(text) {
      const timeout = AbortSignal.timeout(LOG_TIMEOUT);
      while (!logIn(folder).includes(text)) {
        if (timeout.aborted) throw new Error(`The proxy hasn't logged "${text}":\n${logIn(folder)}`);
        await delay(20);
      }
    },
    async stop() {
      await child.stdin.close();
      await errors;
      await child.status;
      const remove = [...root, "rm", "-rf", folder];
      await new Deno.Command(remove[0], { args: remove.slice(1) }).output();
    },
  };
}

/** @returns The proxy's log, which may be in its standard output or in a file. */
function logIn(folder: string): string {
  const isLog = (name: string) => name === "output" || name.endsWith(".log");
  const names = [...Deno.readDirSync(folder)].map((it) => it.name).filter(isLog);
  return names.map((it) => Deno.readTextFileSync(`${folder}/${it}`)).join("");
}

async function isListening(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}
