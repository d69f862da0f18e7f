/**
 * `fluxloop completions`: the group of its commands (design: "Commands"). The shells ask `completions profiles` for names;
 * that is answered in `run.ts`, without the command tree.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";
import { showHelp } from "../help.ts";

/** The shells, and how each gets its script. */
const SHELLS = {
  bash: {
    now: "source <(fluxloop completions bash)",
    always: "fluxloop completions bash > ~/.local/share/bash-completion/completions/fluxloop",
    note:
      "The latter needs the package bash-completion. Without it, and with the bash 3.2 of macOS, put into ~/.bashrc:\n" +
      'eval "$(fluxloop completions bash)"',
  },
  zsh: {
    now: "source <(fluxloop completions zsh)",
    always: 'fluxloop completions zsh > "${fpath[1]}/_fluxloop"',
    note: "It needs `autoload -U compinit; compinit` in ~/.zshrc, above a line that sources it.",
  },
  fish: {
    now: "fluxloop completions fish | source",
    always: "fluxloop completions fish > ~/.config/fish/completions/fluxloop.fish",
    note: "Fish finds a script in that folder by itself.",
  },
} as const;

type Shell = keyof typeof SHELLS;

/**
 * @param context The outside world.
 * @param colour Whether help may be in colour.
 * @param tree Makes the whole command tree, of which a script is made.
 */
export function completionsCommand(context: Context, colour: boolean, tree: () => AnyCommand): AnyCommand {
  const group = new Command<GlobalOptions>()
    .description("Make the script with which a shell completes commands, options and profiles.")
    .example("In this shell, bash", SHELLS.bash.now)
    .example("From now on, fish", SHELLS.fish.always)
    .action(function () {
      showHelp(context, this, colour);
    });
  for (const shell of Object.keys(SHELLS) as Shell[]) {
    group.command(shell, shellCommand(context, shell, tree));
  }
  return group;
}

function shellCommand(context: Context, shell: Shell, tree: () => AnyCommand): AnyCommand {
  const { now, always, note } = SHELLS[shell];
  return new Command<GlobalOptions>()
    .description(
      `Write the completion script for ${shell} to standard output.\n\n` +
        "It knows all commands and options. Profiles are read from the credentials file when one is completed; the network\n" +
        `is not touched.\n\n${note}`,
    )
    .env("FLUXLOOP_HOME=<folder:string>", "Folder of the credentials file whose profiles are completed.")
    .example("In this shell", now)
    .example("From now on", always)
    .action(async () => {
      const { completionScript } = await import("./script.ts");
      context.stdout.write(completionScript(shell, tree()));
    });
}
