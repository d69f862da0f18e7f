/**
 * Examples of each kind of error, each warning and each of the doctor's findings.
 *
 * @module
 */
import type { Check, Finding } from "../../src/auth/diagnose.ts";
import type { RotationReport } from "../../src/auth/rotate.ts";
import type * as Errors from "../../src/errors.ts";
import {
  BrowserLoginError,
  ConfigurationError,
  type FluxloopError,
  InterruptedError,
  InvalidKeyError,
  InvalidLoginError,
  KeyExpiresSoonError,
  LoginRefusedError,
  MistakesError,
  NetworkError,
  NotFoundError,
  NotLoggedInError,
  PermissionDeniedError,
  PlatformError,
  ProgramError,
  ReleaseError,
  SystemError,
  UnknownProfileError,
  UsageError,
} from "../../src/errors.ts";
import { diagnosisText } from "../../src/output/diagnosis.ts";
import { failureText } from "../../src/output/failure.ts";
import {
  abandonedWarning,
  orphanedKeysWarning,
  pendingText,
  rotationLine,
  unfinishedWarning,
} from "../../src/output/rotation.ts";
import { selectHint } from "../../src/output/session.ts";
import { styleFor } from "../../src/output/style.ts";
import { keptText } from "../../src/output/test_report.ts";
import { upgradeText } from "../../src/output/upgrade.ts";
import * as warnings from "../../src/output/warnings.ts";
import { approvalText, postponedText, waitingText } from "../../src/output/web_login.ts";
import { DOCUMENTED_DAY, removeTestHomes, world } from "../support/world.ts";

const API = new URL("https://api.fluxloop.ai");
const NOW = DOCUMENTED_DAY;
const SOON = new Date("2024-01-25T00:00:00Z");

/** Examples of each error class; a new class without an example fails the type check. */
const ERRORS: Readonly<Record<Exclude<keyof typeof Errors, "FluxloopError">, readonly FluxloopError[]>> = {
  UsageError: [new UsageError("--all can't be combined with --profile")],
  ConfigurationError: [
    new ConfigurationError("~/.fluxloop/credentials.new exists but wasn't created by fluxloop. Remove it."),
  ],
  MistakesError: [
    new MistakesError([{ file: "fluxloop.yaml", line: 3, column: 5, path: "runner.http.url", message: "missing" }]),
    new MistakesError(Array.from({ length: 101 }, (_, index) => ({
      ...{ file: "fluxloop.yaml", line: index + 1, column: 1, path: "x", message: "unknown field" },
    }))),
  ],
  BrowserLoginError: [new BrowserLoginError("default"), new BrowserLoginError("work")],
  NotLoggedInError: [new NotLoggedInError(), new NotLoggedInError(["work", "home"])],
  InvalidKeyError: [new InvalidKeyError("invalid_api_key", API)],
  InvalidLoginError: [new InvalidLoginError("default"), new InvalidLoginError("work")],
  LoginRefusedError: [new LoginRefusedError("login_denied", "work"), new LoginRefusedError("login_expired", "work")],
  PermissionDeniedError: [
    new PermissionDeniedError("upload_results", ["read_scenarios"]),
    new PermissionDeniedError(undefined, []),
    new PermissionDeniedError(undefined, undefined),
  ],
  KeyExpiresSoonError: [
    new KeyExpiresSoonError("2024-01-25 (3 days remaining)", { profile: "default", origin: "default", apiUrl: API }),
    new KeyExpiresSoonError("2024-01-25 (3 days remaining)", {
      profile: null,
      origin: "FLUXLOOP_API_KEY",
      apiUrl: API,
    }),
  ],
  NetworkError: [
    new NetworkError(API, { reason: "no route", isSpecific: false, step: "connection" }),
    new NetworkError(
      API,
      { reason: "connection refused", isSpecific: true, step: "connection" },
      { proxy: "http://proxy:8080", to: "the release server" },
    ),
  ],
  NotFoundError: [new NotFoundError('There is no folder "results"')],
  UnknownProfileError: [
    new UnknownProfileError("work", "--profile", ["default"]),
    new UnknownProfileError("work", "FLUXLOOP_PROFILE", []),
  ],
  PlatformError: [new PlatformError("api.fluxloop.ai responded to GET /api/auth/me with HTTP 500. Try again later.")],
  ReleaseError: [new ReleaseError("fluxloop.tar.gz is damaged: its checksum doesn't match. Try again.")],
  SystemError: [new SystemError("Can't write to standard output: no space left on device")],
  ProgramError: [new ProgramError(127, "npm"), new ProgramError(126, "./notes.txt")],
  InterruptedError: [new InterruptedError()],
};

const ROTATION: RotationReport = {
  profile: "work",
  outcome: "rotated",
  newKey: { id: "key_2", masked: "flux_dev_new1...mno34", expiresAt: SOON },
  oldKey: { id: "key_1", masked: "flux_dev_abc1...mno34", state: "revoked", expiresAt: null },
  savedTo: "~/.fluxloop/credentials",
  alsoIn: [],
  orphanedKeys: ["key_3", "key_4"],
  pending: null,
  failure: null,
};
const FAILED: RotationReport = { ...ROTATION, failure: new SystemError("The disk is full"), pending: "revoke_old_key" };
const APPROVAL = {
  userCode: "WDJB-MJHT",
  verificationUrl: new URL("https://app.fluxloop.ai/activate"),
  expiresAt: SOON,
};

/** Examples of each function in `warnings.ts`. */
const WARNINGS: Readonly<Record<keyof typeof warnings, readonly string[]>> = {
  insecureFileWarning: [warnings.insecureFileWarning("~/.fluxloop/credentials", 0o644)],
  staleEntryWarning: [
    warnings.staleEntryWarning("https://api.fluxloop.ai/fluxloop/8c1f0a2b3d4e/work", "the macOS Keychain"),
  ],
  gitWarning: [warnings.gitWarning({ workTree: "/home/john", line: "/.fluxloop/credentials" })],
  overrideWarning: [warnings.overrideWarning("FLUXLOOP_API_KEY")],
  stillSignedInWarning: [warnings.stillSignedInWarning("FLUXLOOP_API_KEY")],
  pinWarning: [warnings.pinWarning("/home/john/bot/.fluxloop/config.yaml")],
  profileOverrideWarning: [warnings.profileOverrideWarning("FLUXLOOP_API_KEY", "work")],
};

const FURTHER = [
  unfinishedWarning("work"),
  abandonedWarning({ profile: "work", keys: ["key_1"], hasUnknownKey: true }),
  orphanedKeysWarning(ROTATION),
  pendingText(FAILED),
  pendingText({ ...FAILED, pending: "remove_orphaned_key" }),
  rotationLine(FAILED),
  rotationLine({ ...FAILED, failure: new InterruptedError(), pending: null }),
  rotationLine({ ...ROTATION, outcome: "skipped" }),
  rotationLine({ ...ROTATION, outcome: "rotated_elsewhere" }),
  selectHint("work"),
  keptText("experiments/exp_1"),
  upgradeText({ version: "1.3.0", current: "1.2.3", isNewer: true, isUpgraded: false, path: "", command: null }),
  waitingText(APPROVAL, new Date(SOON.getTime() - 90_000)),
  postponedText(APPROVAL, "work"),
];

/** A finding with the doctor's verdict on it, by default "ok". */
type Example = Finding & { readonly verdict?: "warning" };

/** Examples of each finding. */
const FINDINGS: { readonly [Name in Finding["name"]]: readonly (Example & { name: Name })[] } = {
  configuration: [{ name: "configuration", hasAuthorities: false }, { name: "configuration", hasAuthorities: true }],
  key: [
    { name: "key", masked: "flux_dev_abc1...mno34", source: "environment", origin: "FLUXLOOP_API_KEY" },
    { name: "key", masked: "flux_dev_abc1...mno34", source: "profile", origin: "default" },
  ],
  store: [
    { name: "store", file: "~/.fluxloop/credentials", isUsed: true, insecure: null },
    { name: "store", file: "~/.fluxloop/credentials", isUsed: false, insecure: null },
    {
      name: "store",
      file: "~/.fluxloop/credentials",
      isUsed: true,
      insecure: { shown: "~/.fluxloop/credentials", mode: 0o644 },
      verdict: "warning",
    },
    {
      name: "store",
      file: "D:\\keys\\credentials",
      isUsed: true,
      insecure: { shown: "D:\\keys\\credentials", mode: null },
      verdict: "warning",
    },
    { name: "store", file: null, isUsed: false, insecure: null },
  ],
  rotation: [{ name: "rotation", profile: "work", verdict: "warning" }],
  proxy: [
    { name: "proxy", proxy: null, host: "api.fluxloop.ai" },
    { name: "proxy", proxy: "http://proxy.example.com:8080", host: "api.fluxloop.ai" },
  ],
  resolution: [{ name: "resolution", host: "api.fluxloop.ai" }],
  connection: [{ name: "connection", host: "api.fluxloop.ai", port: 443 }],
  tls: [
    { name: "tls", isPlain: true, certificate: null },
    { name: "tls", isPlain: false, certificate: null },
    { name: "tls", isPlain: false, certificate: { issuer: "Example CA", expires: new Date("2024-06-01") } },
    { name: "tls", isPlain: false, certificate: { issuer: "Example CA", expires: SOON }, verdict: "warning" },
  ],
  clock: [
    { name: "clock", host: "api.fluxloop.ai", status: 200, skew: 1 },
    { name: "clock", host: "api.fluxloop.ai", status: 200, skew: null },
    { name: "clock", host: "api.fluxloop.ai", status: 200, skew: 3600, verdict: "warning" },
    { name: "clock", host: "api.fluxloop.ai", status: 200, skew: -3600, verdict: "warning" },
  ],
  acceptance: [{ name: "acceptance" }],
  expiry: [
    { name: "expiry", expires: new Date("2024-04-15"), reason: null, profile: "default" },
    { name: "expiry", expires: SOON, reason: "expires_soon", profile: "work", verdict: "warning" },
    { name: "expiry", expires: "never", reason: "old", profile: null, verdict: "warning" },
    { name: "expiry", expires: null, reason: null, profile: null },
  ],
  permissions: [
    { name: "permissions", permissions: ["read_scenarios", "upload_results"] },
    { name: "permissions", permissions: [], verdict: "warning" },
    { name: "permissions", permissions: null },
  ],
  files: [
    { name: "files", exposed: [], profile: null },
    { name: "files", exposed: [{ path: "bot/.env", line: 3 }], profile: "work", verdict: "warning" },
  ],
};

const REFUSED = { reason: "connection refused", isSpecific: true, step: "connection" } as const;

/** The failures that stop a diagnosis, each with the failed check. */
const FAILURES: readonly (readonly [Finding["name"], FluxloopError])[] = [
  ["key", new NotLoggedInError()],
  ["key", new UnknownProfileError("work", "--profile", ["default"])],
  ["key", new InvalidLoginError("work")],
  [
    "store",
    new ConfigurationError(
      "Can't read ~/.fluxloop/credentials: it is a folder. Move it to ~/.fluxloop/credentials.old.",
    ),
  ],
  ["resolution", new NetworkError(API, { reason: "can't resolve its name", isSpecific: false, step: "resolution" })],
  ["connection", new NetworkError(API, REFUSED)],
  ["connection", new NetworkError(API, REFUSED, { proxy: "http://proxy.example.com:8080" })],
  ["tls", new NetworkError(API, { reason: "its certificate is self-signed", isSpecific: true, step: "tls" })],
  ["acceptance", new PlatformError("api.fluxloop.ai responded to GET /api/auth/me with HTTP 500. Try again later.")],
  ["acceptance", new PlatformError("api.fluxloop.ai responded to GET /api/auth/me with HTTP 400: no. Run: rm *")],
  ["acceptance", new InvalidKeyError("revoked_api_key", API)],
  ["acceptance", new PermissionDeniedError("read_scenarios", [])],
];

/** @returns Examples of each kind of error, several if the text depends on the error's fields. */
export function errorMessages(): string[] {
  return Object.entries(ERRORS).map(([name, errors]) => {
    const [{ code }] = errors;
    const exitCodes = [...new Set(errors.map((it) => it.exitCode))].join(" or ");
    const texts = errors.map((it) => shortened(errorText(it)) || "(no message)\n");
    return `# ${name}: exit ${exitCodes}, "${code}" in JSON\n${texts.join("")}`;
  });
}

function errorText(error: FluxloopError): string {
  const { context } = world();
  removeTestHomes();
  return failureText(error, styleFor(context, context.stderr));
}

function shortened(text: string): string {
  const lines = text.split("\n");
  return lines.length < 20 ? text : [...lines.slice(0, 3), "[…]", ...lines.slice(-2)].join("\n");
}

/** @returns Examples of each warning. */
export function warningMessages(): string[] {
  const { context } = world();
  removeTestHomes();
  const style = styleFor(context, context.stderr);
  const approvals = [true, false].map((it) => approvalText(APPROVAL, it, style));
  return [...Object.values(WARNINGS).flat(), ...FURTHER, ...approvals];
}

/** @returns A report with all findings, and one for each failure. */
export function diagnosisMessages(): string[] {
  const found = Object.values(FINDINGS).flat().map(({ verdict, ...finding }: Example) => ({
    name: finding.name,
    verdict: verdict ?? "ok" as const,
    finding,
    failure: null,
  }));
  const failures = FAILURES.map(([name, failure]) => ({ name, verdict: "failure" as const, finding: null, failure }));
  const saved = {
    name: "key" as const,
    verdict: "ok" as const,
    finding: { name: "key", masked: "flux_dev_abc1...mno34", source: "profile", origin: "work" } as const,
    failure: null,
  };
  const rejected = failures.filter(({ failure }) =>
    failure instanceof InvalidKeyError || failure instanceof PermissionDeniedError
  );
  const reports: (readonly Check[])[] = [found, ...failures.map((it) => [it]), ...rejected.map((it) => [saved, it])];
  return reports.map((checks) => diagnosisText(checks, NOW));
}
