import type { Context } from "../../context.ts";
import { type AnyCommand, newCommand, newGroup } from "../command.ts";

/** How each shell loads its script. */
const SHELLS = {
  bash: {
    now: 'eval "$(fluxloop completions bash)"',
    always: `echo 'eval "$(fluxloop completions bash)"' >> ~/.bashrc`,
    note: "It works with bash 3.2 (macOS) and later.",
  },
  zsh: {
    now: "source <(fluxloop completions zsh)",
    always: 'fluxloop completions zsh > "${fpath[1]}/_fluxloop"',
    note: "zsh's completion system must be on: `autoload -U compinit; compinit` in ~/.zshrc.",
  },
  fish: {
    now: "fluxloop completions fish | source",
    always: "fluxloop completions fish > ~/.config/fish/completions/fluxloop.fish",
    note: "fish loads the scripts in ~/.config/fish/completions automatically.",
  },
  powershell: {
    now: "fluxloop completions powershell | Out-String | Invoke-Expression",
    always: "fluxloop completions powershell >> $PROFILE",
    name: "PowerShell",
    note: "PowerShell runs $PROFILE each time it starts.",
  },
} as const;

/** Declares `fluxloop completions`. The scripts call the hidden `fluxloop __complete` (`run.ts`). */
export function completionsCommand(context: Context): AnyCommand {
  const shells = Object.keys(SHELLS) as (keyof typeof SHELLS)[];
  return newGroup(context, Object.fromEntries(shells.map((it) => [it, () => shellCommand(context, it)])))
    .description("Generate shell completion scripts.")
    .example("Complete in this bash session", SHELLS.bash.now)
    .example("Complete in every fish session", SHELLS.fish.always);
}

function shellCommand(context: Context, shell: keyof typeof SHELLS): AnyCommand {
  const { name, now, always, note } = { name: shell, ...SHELLS[shell] };
  return newCommand(["FLUXLOOP_HOME"])
    .description(
      `Generate the completion script for ${name}. It completes commands, options, values, profiles and paths, and ` +
        `makes no requests. ${note}`,
    )
    .example("In this session", now)
    .example("In every session", always)
    .action(async () => context.stdout.write((await import("./scripts.ts")).SCRIPTS[shell]));
}
