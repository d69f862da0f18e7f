/**
 * `fluxloop auth rotate`, and what other commands say about an unfinished rotation, as text and as JSON.
 *
 * @module
 */
import type { AbandonedRotation } from "../auth/abandoned_rotation.ts";
import type { RotationReport } from "../auth/rotation_report.ts";
import { InterruptedError } from "../errors.ts";
import { expiryText, utcTime } from "../text/expiry.ts";
import { redact } from "../text/mask.ts";
import { printable } from "../text/printable.ts";
import { errorJson, messageOf } from "./failure.ts";
import { profileCommand } from "./warnings.ts";

/** @returns The text for standard output. */
export function rotationText(report: RotationReport, now: Date): string {
  const { profile, outcome, newKey, oldKey, savedTo, alsoIn } = report;
  if (outcome === "rotated_elsewhere") {
    return `✅ Another process has just rotated profile ${profile}; it was not rotated a second time.\n`;
  }
  if (newKey === null) return "";
  const others = alsoIn.length === 0 ? "" : `, also in ${alsoIn.map(printable).join(", ")}`;
  const first = outcome === "finished"
    ? `✅ Finished the interrupted rotation of profile ${profile}; its key is ${newKey.masked}`
    : `✅ Profile ${profile} has a new key: ${newKey.masked}`;
  return [
    first,
    ...(savedTo === null ? [] : [`✅ Saved to ${printable(savedTo)}${others}`]),
    ...(oldKey === null || oldKey.state === "valid" ? [] : [`✅ ${sentence(oldKeyText(oldKey))}`]),
    `Expires: ${expiryText(newKey.expiresAt, now)}`,
  ].join("\n") + "\n";
}

/** @returns One line for one of several profiles. */
export function rotationLine(report: RotationReport): string {
  const { profile, outcome, newKey, oldKey, failure, alsoIn } = report;
  if (failure !== null) {
    const todo = report.pending === null ? "" : ` ${pendingSentence(report)}`;
    const reason = failure instanceof InterruptedError ? "interrupted" : redact(printable(messageOf(failure)));
    return `❌ ${printable(profile)}: ${reason}.${todo}\n`;
  }
  if (outcome === "skipped") {
    return `➖ ${printable(profile)}: signed in through the browser; its tokens renew themselves\n`;
  }
  if (outcome === "rotated_elsewhere") return `✅ ${profile}: another process has just rotated it\n`;
  const others = alsoIn.length === 0 ? "" : ` (also in ${alsoIn.map(printable).join(", ")})`;
  const old = oldKey === null ? "" : `; ${oldKeyText(oldKey)}`;
  return `✅ ${profile}: new key ${newKey?.masked ?? ""}${others}${old}\n`;
}

function oldKeyText({ masked, state, expiresAt }: NonNullable<RotationReport["oldKey"]>): string {
  if (state === "expiring" && expiresAt !== null) return `the old key ${masked} works until ${minute(expiresAt)}`;
  return `the old key ${masked} is ${state === "revoked" ? "revoked" : "still valid"}`;
}

function sentence(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}

function minute(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** @returns What is still to be done after a rotation that failed, for standard error; empty if nothing is. */
export function pendingText(report: RotationReport): string {
  return report.pending === null ? "" : `⚠️  ${pendingSentence(report)}\n`;
}

function pendingSentence({ profile, pending }: RotationReport): string {
  const command = profileCommand("rotate", profile);
  return pending === "revoke_old_key"
    ? `The new key is saved and in use; the old one is still valid. Revoke it: ${command}`
    : `The saved key is the old one and still works; an unused new key may exist. Remove it and rotate: ${command}`;
}

/** @returns A warning that keys of an earlier rotation may still be valid. */
export function orphanedKeysWarning({ orphanedKeys }: RotationReport): string {
  return `⚠️  Keys from an earlier rotation may still be valid: ${orphanedKeys.map(printable).join(", ")}. ` +
    `Delete those you don't use: fluxloop apikeys delete <id>, or the platform's page of API keys\n`;
}

/** @returns A warning that a profile's rotation was interrupted, or is under way in another process. */
export function unfinishedWarning(profile: string): string {
  return `⚠️  The rotation of profile ${printable(profile)} is not finished. Finish it: ${
    profileCommand("rotate", profile)
  }\n`;
}

/** @returns A warning that nobody will finish a rotation any more. */
export function abandonedWarning({ profile, keys, hasUnknownKey }: AbandonedRotation): string {
  const all = [...keys.map(printable), ...(hasUnknownKey ? ["a key that it may have created"] : [])];
  if (all.length === 0) return "";
  return `⚠️  The unfinished rotation of profile ${printable(profile)} is abandoned. These may still be valid: ` +
    `${all.join(", ")}. Delete those you don't use: fluxloop apikeys list, or the platform's page of API keys\n`;
}

/** @returns The JSON document of one profile's rotation. */
export function rotationJson(report: RotationReport): unknown {
  const { profile, outcome, newKey, oldKey, savedTo, alsoIn, orphanedKeys, pending, failure } = report;
  return {
    profile,
    outcome,
    saved: savedTo !== null,
    api_key: newKey === null ? null : {
      id: newKey.id,
      masked: newKey.masked,
      expires_at: newKey.expiresAt instanceof Date ? utcTime(newKey.expiresAt) : null,
    },
    old_api_key: oldKey === null ? null : {
      id: oldKey.id,
      masked: oldKey.masked,
      state: oldKey.state,
      expires_at: oldKey.expiresAt && utcTime(oldKey.expiresAt),
    },
    also_saved_to: alsoIn,
    orphaned_keys: orphanedKeys,
    pending_action: pending === null ? null : { action: pending, command: profileCommand("rotate", profile) },
    ...(failure === null ? {} : { error: errorJson(failure) }),
  };
}
