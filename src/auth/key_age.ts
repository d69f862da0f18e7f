import { daysRemaining, type Expiry } from "../text/expiry.ts";

/** A key that expires within this many days should be replaced. */
const SOON_DAYS = 14;
/** Keys are rotated every 90 days (hosted documentation: "Protecting Your API Key"). */
export const ROTATION_DAYS = 90;

/** Why a key should be replaced now. */
export type RotationReason = "expired" | "expires_soon" | "old";

/** Returns why the key should be replaced, or `null`. */
export function rotationReason(expires: Expiry, created: Date | null, now: Date): RotationReason | null {
  if (expires instanceof Date && daysRemaining(expires, now) <= SOON_DAYS) {
    return daysRemaining(expires, now) < 0 ? "expired" : "expires_soon";
  }
  return created !== null && -daysRemaining(created, now) > ROTATION_DAYS ? "old" : null;
}
