/**
 * `fluxloop auth rotate`, and what other commands say of a rotation that was broken off, as text and as JSON.
 *
 * @module
 */
import type { OldKey, RotationReport } from "../auth/rotate_model.ts";
import { InterruptedError } from "../errors.ts";
import { expiryText } from "../text/expiry.ts";
import { errorJson, messageOf } from "./failure.ts";
import { redact } from "../text/mask.ts";
import { printable } from "../text/printable.ts";
import { rotateCommand } from "./warnings.ts";

/** @returns The text for standard output. */
export function rotationText(report: RotationReport, now: Date): string {
  const { profile, outcome, newKey, oldKey, savedTo, alsoIn } = report;
  if (outcome === "rotated_elsewhere") {
    return `✅ Profile ${profile} was given a new key by another process just now; it was not rotated a second time.\n`;
  }
  if (outcome === "passed_over") return `${passedOver(profile)}\n`;
  if (newKey === null) return "";
  const others = alsoIn.length === 0 ? "" : `, and to what else had the old one: ${alsoIn.map(printable).join(", ")}`;
  const first = outcome === "finished"
    ? `✅ The rotation of profile ${profile} that was broken off is finished; its key is ${newKey.masked}`
    : `✅ Profile ${profile} has a new key: ${newKey.masked}`;
  return [
    first,
    ...(savedTo === null ? [] : [`✅ Saved to ${printable(savedTo)}${others}`]),
    ...(oldKey === null || oldKey.state === "valid" ? [] : [`✅ ${sentence(fate(oldKey))}`]),
    `Expires: ${expiryText(newKey.expiresAt, now)}`,
  ].join("\n") + "\n";
}

/** @returns What stands on standard error above a key that is shown once. */
export function shownText({ profile }: RotationReport): string {
  return `✅ A key to take the place of profile ${profile}'s was made. This is the only time that it is shown:\n`;
}

/** @returns What stands on standard error below it. */
export function stillValidText({ profile, oldKey }: RotationReport): string {
  if (oldKey === null) return "";
  return `Profile ${profile} keeps its key ${oldKey.masked}, which goes on to work. ` +
    `Once the new one is in its place: fluxloop apikeys delete ${printable(oldKey.id)}\n`;
}

/** @returns One line for one of several profiles. */
export function rotationLine(report: RotationReport): string {
  const { profile, outcome, newKey, oldKey, failure, alsoIn } = report;
  if (failure !== null) {
    const todo = report.left === null ? "" : ` ${leftSentence(report)}`;
    const reason = failure instanceof InterruptedError ? "interrupted" : redact(printable(messageOf(failure)));
    return `❌ ${printable(profile)}: ${reason}.${todo}\n`;
  }
  if (outcome === "passed_over") return `➖ ${passedOver(profile)}\n`;
  if (outcome === "rotated_elsewhere") return `✅ ${profile}: given a new key by another process just now\n`;
  const others = alsoIn.length === 0 ? "" : ` (also in ${alsoIn.map(printable).join(", ")})`;
  const old = oldKey === null ? "" : `; ${fate(oldKey)}`;
  return `✅ ${profile}: new key ${newKey?.masked ?? ""}${others}${old}\n`;
}

function passedOver(profile: string): string {
  return `${printable(profile)}: signed in through the browser; its tokens renew themselves`;
}

function fate({ masked, state, endsAt }: OldKey): string {
  if (state === "ending" && endsAt !== null) return `the old key ${masked} works until ${minute(endsAt)}`;
  if (state === "revoked") return `the old key ${masked} is not taken any more`;
  return `the old key ${masked} goes on to work`;
}

function sentence(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}

function minute(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** @returns What is left to do after a rotation that failed, for standard error; empty where nothing is. */
export function leftText(report: RotationReport): string {
  return report.left === null ? "" : `⚠️  ${leftSentence(report)}\n`;
}

function leftSentence({ profile, left }: Pick<RotationReport, "profile" | "left">): string {
  return left === "end_old_key"
    ? `The new key is saved and in use, and the old one is still taken. End it: ${rotateCommand(profile)}`
    : `The saved key is the old one and works as before; a new one may have been made that nobody has. ` +
      `Remove it and rotate: ${rotateCommand(profile)}`;
}

/** @returns A warning that keys of an earlier rotation may still be there. */
export function leftOverWarning({ leftOver }: RotationReport): string {
  return `⚠️  Of a rotation before this one, ${leftOver.map(printable).join(" and ")} may still be taken. ` +
    `Delete what you do not use: fluxloop apikeys delete <id>, or the platform's page of API keys\n`;
}

/** @returns The JSON document of one profile's rotation. */
export function rotationJson(report: RotationReport): unknown {
  const { profile, outcome, newKey, oldKey, key, savedTo, alsoIn, leftOver, left, failure } = report;
  return {
    profile,
    outcome,
    saved: savedTo !== null,
    api_key: newKey === null ? null : {
      id: newKey.id,
      masked: newKey.masked,
      ...(key === null ? {} : { key }),
      expires_at: newKey.expiresAt instanceof Date ? timeJson(newKey.expiresAt) : null,
    },
    old_api_key: oldKey === null ? null : {
      id: oldKey.id,
      masked: oldKey.masked,
      state: oldKey.state,
      ends_at: oldKey.endsAt && timeJson(oldKey.endsAt),
    },
    also_saved_to: alsoIn,
    left_over: leftOver,
    left_to_do: left === null ? null : { what: left, command: rotateCommand(profile) },
    ...(failure === null ? {} : { error: errorJson(failure) }),
  };
}

function timeJson(time: Date): string {
  return time.toISOString().replace(".000Z", "Z");
}
