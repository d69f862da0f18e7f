/**
 * The result of `fluxloop auth rotate`, and warnings about unfinished rotations.
 *
 * @module
 */
import type { AbandonedRotation } from "../auth/abandoned_rotation.ts";
import type { RotationReport } from "../auth/rotate.ts";
import { InterruptedError } from "../errors.ts";
import { expiryText } from "../text/expiry.ts";
import { redact } from "../text/mask.ts";
import { printable } from "../text/printable.ts";
import { errorJson, messageOf } from "./failure.ts";
import { profileCommand, timeJson } from "./phrases.ts";

const HOW_TO_DELETE =
  "Delete the ones you don't use: run fluxloop apikeys delete <id>, or open the platform's API keys page.\n";

/** Renders the rotation of one profile. */
export function rotationText(report: RotationReport, now: Date): string {
  const { profile, outcome, newKey, oldKey, savedTo, alsoIn } = report;
  if (outcome === "rotated_elsewhere") {
    return `✅ Another process has just rotated profile "${profile}". It was not rotated again.\n`;
  }
  if (newKey === null) return "";
  const others = alsoIn.length === 0 ? "" : `, ${alsoInText(alsoIn)}`;
  return [
    outcome === "finished"
      ? `✅ Finished the interrupted rotation of profile "${profile}". New key: ${newKey.masked}`
      : `✅ Profile "${profile}" has a new key: ${newKey.masked}`,
    ...(savedTo === null ? [] : [`✅ Saved to ${printable(savedTo)}${others}`]),
    ...(oldKey === null || oldKey.state === "valid" ? [] : [`✅ The ${oldKeyText(oldKey)}`]),
    `Expires: ${expiryText(newKey.expiresAt, now)}`,
  ].join("\n") + "\n";
}

/** Renders the rotation of one of several profiles in a line. */
export function rotationLine(report: RotationReport): string {
  const { profile, outcome, newKey, oldKey, failure, alsoIn } = report;
  if (failure !== null) {
    const reason = failure instanceof InterruptedError
      ? "interrupted"
      : redact(printable(messageOf(failure))).replace(/\.$/, "");
    const next = report.pending === null ? "" : ` ${pendingSentence(report)}`;
    return `❌ ${printable(profile)}: ${reason}.${next}\n`;
  }
  if (outcome === "skipped") {
    return `➖ ${printable(profile)}: logged in through the browser; tokens are refreshed automatically\n`;
  }
  if (outcome === "rotated_elsewhere") return `✅ ${profile}: another process has just rotated it\n`;
  const others = alsoIn.length === 0 ? "" : ` (${alsoInText(alsoIn)})`;
  const old = oldKey === null ? "" : `; the ${oldKeyText(oldKey)}`;
  return `✅ ${profile}: new key ${newKey?.masked ?? ""}${others}${old}\n`;
}

function alsoInText(profiles: readonly string[]): string {
  const names = profiles.map((it) => `"${printable(it)}"`);
  return `also in profile${names.length === 1 ? "" : "s"} ${new Intl.ListFormat("en").format(names)}`;
}

function oldKeyText({ masked, state, expiresAt }: NonNullable<RotationReport["oldKey"]>): string {
  if (state !== "expiring" || expiresAt === null) {
    return `old key ${masked} is ${state === "revoked" ? "revoked" : "still valid"}`;
  }
  return `old key ${masked} is valid until ${expiresAt.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Renders what remains to be done after a failed rotation, for standard error. */
export function pendingText(report: RotationReport): string {
  return report.pending === null ? "" : `⚠️  ${pendingSentence(report)}\n`;
}

function pendingSentence({ profile, pending }: RotationReport): string {
  const command = profileCommand("rotate", profile);
  return pending === "revoke_old_key"
    ? `The new key is saved and in use, but the old key is still valid. To revoke it and finish the rotation, run: ${command}`
    : `The old key is still saved and valid, but an unused new key may have been created. To revoke the new key and rotate again, run: ${command}`;
}

/** Warns that keys of an earlier rotation may still be valid. */
export function orphanedKeysWarning({ orphanedKeys }: RotationReport): string {
  const keys = orphanedKeys.map(printable).join(", ");
  return `⚠️  Keys from an earlier rotation may still be valid: ${keys}. ${HOW_TO_DELETE}`;
}

/** Warns that a rotation was interrupted, or is running in another process. */
export function unfinishedWarning(profile: string): string {
  const command = profileCommand("rotate", profile);
  return `⚠️  The rotation of profile "${printable(profile)}" isn't finished. Finish it: ${command}\n`;
}

/** Warns that a rotation can no longer be finished; empty if it leaves no key. */
export function abandonedWarning({ profile, keys, hasUnknownKey }: AbandonedRotation): string {
  const all = [...keys.map(printable), ...(hasUnknownKey ? ["a new key that the rotation may have created"] : [])];
  if (all.length === 0) return "";
  return `⚠️  The unfinished rotation of profile "${
    printable(profile)
  }" was abandoned. These keys may still be valid: ` +
    `${new Intl.ListFormat("en").format(all)}. ${HOW_TO_DELETE}`;
}

/** Renders the rotation of one profile as JSON. */
export function rotationJson(report: RotationReport): unknown {
  const { profile, outcome, newKey, oldKey, savedTo, alsoIn, orphanedKeys, pending, failure } = report;
  return {
    profile,
    outcome,
    saved: savedTo !== null,
    api_key: newKey && { id: newKey.id, masked: newKey.masked, expires_at: timeJson(newKey.expiresAt) },
    old_api_key: oldKey && {
      id: oldKey.id,
      masked: oldKey.masked,
      state: oldKey.state,
      expires_at: timeJson(oldKey.expiresAt),
    },
    also_saved_to: alsoIn,
    orphaned_keys: orphanedKeys,
    pending_action: pending && { action: pending, command: profileCommand("rotate", profile) },
    ...(failure === null ? {} : { error: errorJson(failure) }),
  };
}
