import type { Context } from "../context.ts";

/** The placeholder for the URL in a program's arguments; without it, the URL becomes the last argument. */
const PLACEHOLDER = "%s";

type Opener = readonly [program: string, ...args: string[]];

/** Tries to open a page in a browser. Returns whether one was started. */
export function openBrowser(context: Context, page: URL): boolean {
  // In a CI job nobody would see it.
  if (context.env("CI")) return false;
  for (const [program, ...args] of openersOf(context)) {
    try {
      const template = args.some((it) => it.includes(PLACEHOLDER)) ? args : [...args, PLACEHOLDER];
      context.launch(program, template.map((it) => it.replaceAll(PLACEHOLDER, () => page.href)));
      return true;
    } catch {
      // The next one may be installed.
    }
  }
  return false;
}

function openersOf(context: Context): readonly Opener[] {
  const own = context.env("BROWSER")?.trim();
  if (own === "none") return [];
  if (own) {
    // By convention, a list of programs with arguments.
    const separator = context.system.os === "windows" ? ";" : ":";
    return own.split(separator).map((it) => it.trim().split(/\s+/) as [string]).filter(([it]) => it);
  }
  switch (context.system.os) {
    case "darwin":
      return [["open"]];
    case "windows":
      // Unlike `start`, it needs no shell.
      return [["rundll32", "url.dll,FileProtocolHandler"]];
    default:
      if (context.env("WSL_DISTRO_NAME")) return [["wslview"], ["xdg-open"]];
      return context.env("DISPLAY") || context.env("WAYLAND_DISPLAY") ? [["xdg-open"]] : [];
  }
}
