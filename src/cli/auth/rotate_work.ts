/**
 * What `fluxloop auth rotate` does, in one module: it is loaded when it runs, and by no other command.
 *
 * @module
 */
export { forgetShownKey, rotateKeys } from "../../auth/rotate.ts";
export {
  leftOverWarning,
  leftText,
  rotationJson,
  rotationLine,
  rotationText,
  shownText,
  stillValidText,
} from "../../output/rotation.ts";
export { overrideWarning } from "../../output/warnings.ts";
