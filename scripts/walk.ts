/**
 * Compiles the program and walks through all its commands, as a user would. With `--target <triple>` it does so for another
 * machine: for Windows in Wine, and for Linux on arm64 in qemu, which it installs if run as root on Debian. The last line is
 * `N passed, N failed`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { bundle } from "./compile/bundle.ts";
import { compileExecutable } from "./compile/executable.ts";
import { outputOf } from "./setup/npm_tarball.ts";
import { machineFor } from "./walk/machines.ts";
import { Program } from "./walk/program.ts";
import { walk } from "./walk/steps.ts";

const { values } = parseArgs({ args: Deno.args, options: { target: { type: "string" } } });
const { target = Deno.build.target } = values;
const folder = await Deno.makeTempDir({ prefix: "fluxloop-walk-" });
const count = { passed: 0, failed: 0 };
try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  count.failed++;
} finally {
  await Deno.remove(folder, { recursive: true });
}
console.log(`${count.passed} passed, ${count.failed} failed`);
Deno.exit(count.failed === 0 ? 0 : 1);

async function main(): Promise<void> {
  const extension = target.includes("windows") ? ".exe" : "";
  const [compiled, agent] = ["fluxloop", "agent"].map((it) => `${folder}/${it}${extension}`);
  const [machine] = await Promise.all([machineFor(target, folder), compile(agent)]);
  await Deno.copyFile(`dist/${target}/fluxloop${extension}`, compiled);
  for (const it of [compiled, agent]) await machine.prepare(it);
  for (const it of [machine.home, `${folder}/work`]) await Deno.mkdir(it, { recursive: true });

  const program = new Program(compiled, machine, `${folder}/work`);
  const inStep = (name: string, work: () => Promise<void>) => step(name, work, machine.exceptions[name]);
  await walk({ program, home: machine.home, agent: machine.command(agent), step: inStep }, target);
}

/** Compiles the program into `dist/<target>/`, and the agent. */
async function compile(agent: string): Promise<void> {
  const { success, stderr } = await outputOf(Deno.execPath(), {
    args: ["run", "-A", "scripts/compile.ts", "--target", target],
  });
  console.error(new TextDecoder().decode(stderr).trim());
  if (!success) throw new Error("Can't compile the program.");
  const scripts = `${folder}/agent-source`;
  await bundle("scripts/walk/agent.ts", scripts);
  await compileExecutable({ folder: scripts, script: "agent.js", output: agent, target });
}

async function step(name: string, work: () => Promise<void>, exception: string | undefined): Promise<void> {
  if (exception !== undefined) return console.log(`- ${name}: skipped, because ${exception}`);
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  try {
    await work();
    count.passed++;
    console.log(`✓ ${name} (${seconds()})`);
  } catch (error) {
    count.failed++;
    console.log(`✗ ${name} (${seconds()})\n${error instanceof Error ? error.message : error}`);
  }
}
