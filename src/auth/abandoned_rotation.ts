import type { Profile } from "../credentials/profile.ts";
import { maskKey } from "../text/mask.ts";

/** The keys that an unfinished rotation may leave on the platform when its profile is removed or replaced. */
export interface AbandonedRotation {
  readonly profile: string;
  /** Keys that may still be valid, as the platform's page shows them. */
  readonly keys: readonly string[];
  /** Whether there may be another key, whose ID is unknown. */
  readonly hasUnknownKey: boolean;
}

/** Finds the keys that a profile's rotation may leave, except `knownId`; `null` if no rotation is unfinished. */
export function abandonedRotation(
  { name, secret, keyId, rotation }: Profile,
  knownId: string | null,
): AbandonedRotation | null {
  if (rotation === null) return null;
  const title = (id: string, key: string | null) => key === null ? id : `${maskKey(key)} (${id})`;
  const own = secret.kind === "api_key" ? secret.key : null;
  const keys: [string | null, string | null][] = rotation.phase === "requested"
    ? [[rotation.keyId, own]]
    : [[rotation.id, rotation.key], [keyId, own]];
  return {
    profile: name,
    keys: keys.filter(([id]) => id !== null && id !== knownId).map(([id, key]) => title(id!, key)),
    hasUnknownKey: rotation.phase === "requested",
  };
}
