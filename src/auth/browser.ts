/**
 * Opening a page in the person's browser, where there is one.
 *
 * @module
 */
import type { Context } from "../context.ts";

/** Where the address stands among a program's arguments; behind them, where it is in none. */
const PLACE = "%s";

/** A program and its arguments. */
type Opener = readonly [program: string, ...args: string[]];

/**
 * Opens a page. It never fails: the address is shown as well, and a person can take it from there.
 *
 * @param context Its environment tells `BROWSER`, `CI` and whether there is a screen.
 * @param page An https address, or one of this machine itself; the caller has seen to that.
 * @returns Whether a browser was started.
 */
export function openBrowser(context: Context, page: URL): boolean {
  // In a CI job there is nobody to look at it.
  if (context.env("CI")) return false;
  for (const [program, ...args] of openersOf(context)) {
    try {
      const isPlaced = args.some((it) => it.includes(PLACE));
      context.launch(program, (isPlaced ? args : [...args, PLACE]).map((it) => it.replaceAll(PLACE, () => page.href)));
      return true;
    } catch {
      // The next one may be installed.
    }
  }
  return false;
}

function openersOf(context: Context): readonly Opener[] {
  const own = context.env("BROWSER")?.trim();
  // A list between colons, as others that know the variable take it; what is behind a blank is an argument.
  if (own && own !== "none") {
    const separator = context.system.os === "windows" ? ";" : ":";
    return own.split(separator).map((it) => it.trim().split(/\s+/) as [string]).filter(([it]) => it);
  }
  if (own === "none") return [];
  switch (context.system.os) {
    case "darwin":
      return [["open"]];
    case "windows":
      // `start` is a command of a shell; this one opens an address without any.
      return [["rundll32", "url.dll,FileProtocolHandler"]];
    default:
      if (context.env("WSL_DISTRO_NAME")) return [["wslview"], ["xdg-open"]];
      return context.env("DISPLAY") || context.env("WAYLAND_DISPLAY") ? [["xdg-open"]] : [];
  }
}
