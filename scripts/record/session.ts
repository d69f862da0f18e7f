/**
 * The documentation's example session, run by the compiled program in a real terminal. With the documented date and key,
 * recordings are reproducible.
 *
 * @module
 */
import { fixedClock } from "../../tests/support/clock.ts";
import { DOCUMENTED_KEY, fillPlatform } from "../../tests/support/platform.ts";
import { servePlatform } from "../../tests/support/program.ts";
import { Terminal } from "../../tests/support/terminal.ts";

const DAY = "2024-01-22 12:00:00";

/**
 * Runs the session.
 *
 * @returns The final screen, with colours as escape sequences.
 */
export async function recordSession(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "fluxloop-record-" });
  const clock = fixedClock(DAY);
  fillPlatform(`${folder}/data`);
  const platform = await servePlatform(["--data", `${folder}/data`], { env: clock });
  await Deno.mkdir(`${folder}/home`);
  const terminal = await Terminal.open({ ...clock, HOME: `${folder}/home`, FLUXLOOP_API_URL: platform.url });
  try {
    await enter(terminal, "clear");
    await terminal.waitFor(/^\$ $/);
    await enter(terminal, "fluxloop auth login");
    await terminal.waitFor(/hidden\.\)\n> /);
    await enter(terminal, DOCUMENTED_KEY);
    await terminal.waitFor(/Organizations: .*\n\$/);
    await enter(terminal, "fluxloop auth status");
    await terminal.waitFor(/Manage projects\n\$/);
    return (await terminal.screen(true)).replace(/\n[^\n]*\$ ?$/, "");
  } finally {
    await terminal.close();
    await platform.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

async function enter(terminal: Terminal, line: string): Promise<void> {
  await terminal.type(line);
  await terminal.press("Enter");
}
