import { describe } from "@std/testing/bdd";
import { itOnUnix } from "../support/systems.ts";
import { assertGolden } from "./golden.ts";
import { commandMessages } from "./command_messages.ts";
import { diagnosisMessages, errorMessages, warningMessages } from "./rendered_messages.ts";
import { withoutExample } from "./source_texts.ts";

const SECTIONS: readonly (readonly [string, () => readonly string[] | Promise<readonly string[]>])[] = [
  ["What commands report", commandMessages],
  ["Each kind of error", errorMessages],
  ["Warnings and notices", warningMessages],
  ["fluxloop auth doctor: every finding", diagnosisMessages],
];

describe("the errors and warnings", () => {
  // The golden file has the paths and modes of Linux.
  itOnUnix("match the golden file", async () => {
    let text = "";
    for (const [title, messages] of SECTIONS) text += section(title, await messages());
    text += section("All other texts in the source, with <placeholders>", withoutExample(text));
    await assertGolden("messages.txt", text);
  });
});

function section(title: string, messages: readonly string[]): string {
  const line = "=".repeat(80);
  return `${line}\n${title}\n${line}\n\n${messages.map((it) => it.trim()).join("\n\n")}\n\n`;
}
