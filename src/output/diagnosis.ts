/**
 * `fluxloop auth doctor`, as text and as JSON. The report is made to be pasted into a public issue: it holds no whole key,
 * no password, and nobody's address.
 *
 * @module
 */
import { type Check, type Diagnosis, type Finding, isExpiringSoon, TOLERATED_SKEW } from "../auth/diagnose.ts";
import type { PeerCertificate } from "../context.ts";
import type { InsecureFile } from "../credentials/credential_store.ts";
import type { FluxloopError } from "../errors.ts";
import { expiryText } from "../text/expiry.ts";
import { rotationReason } from "../auth/key_age.ts";
import { messageOf } from "./failure.ts";
import { redact } from "../text/mask.ts";
import { printable } from "../text/printable.ts";
import { profileCommand, rotationReasonText } from "./warnings.ts";

const TITLES: Readonly<Record<Finding["name"], string>> = {
  configuration: "Configuration",
  key: "API key",
  store: "Credentials file",
  rotation: "Rotation",
  proxy: "Proxy",
  resolution: "DNS",
  connection: "TCP",
  tls: "TLS",
  clock: "Clock",
  acceptance: "Authentication",
  expiry: "Expiry",
  permissions: "Permissions",
  files: "Exposed keys",
};
const SIGNS = { ok: "✅", warning: "⚠️ ", failure: "❌" } as const;

/**
 * @param diagnosis What was found.
 * @param now The current time.
 * @returns A line for each step, and below it how to fix what is wrong.
 */
export function diagnosisText({ checks }: Diagnosis, now: Date): string {
  const lines = checks.flatMap((check) => {
    const { message, remedy } = saying(check, now);
    return [
      `${SIGNS[check.verdict]} ${TITLES[check.name]}: ${message}`,
      ...(remedy === null ? [] : [`   → ${remedy}`]),
    ];
  });
  const isBroken = checks.some((it) => it.verdict === "failure");
  const isWhole = checks.every((it) => it.verdict === "ok");
  const sum = isBroken
    ? "Later checks were skipped."
    : isWhole
    ? "All checks passed."
    : "All checks passed, with the warnings above.";
  return `${lines.join("\n")}\n\n${sum}\n`;
}

/** @returns The JSON document. */
export function diagnosisJson({ checks }: Diagnosis, now: Date): unknown {
  const failure = checks.find((it) => it.failure !== null)?.failure ?? null;
  return {
    healthy: failure === null,
    exit_code: failure?.exitCode ?? 0,
    checks: checks.map((check) => ({ name: check.name, verdict: check.verdict, ...saying(check, now) })),
  };
}

interface Saying {
  readonly message: string;
  readonly remedy: string | null;
}

function saying({ finding, failure }: Check, now: Date): Saying {
  if (failure !== null) return { message: redact(printable(messageOf(failure))), remedy: remedyOf(failure) };
  return finding === null ? { message: "", remedy: null } : found(finding, now);
}

function found(finding: Finding, now: Date): Saying {
  const fine = (message: string): Saying => ({ message, remedy: null });
  switch (finding.name) {
    case "configuration":
      return fine(finding.hasAuthorities ? "valid, with extra CA certificates" : "valid");
    case "key":
      return fine(
        `${finding.masked}, from ${finding.source === "profile" ? `profile ${finding.origin}` : finding.origin}`,
      );
    case "store":
      if (finding.file === null) return fine("not needed");
      if (finding.insecure !== null) return insecureFileSaying(finding.insecure);
      return fine(finding.isUsed ? finding.file : `${finding.file} (not used for this key)`);
    case "rotation":
      return {
        message: `interrupted for profile ${finding.profile}`,
        remedy: `run: ${profileCommand("rotate", finding.profile)}`,
      };
    case "proxy":
      return fine(finding.proxy === null ? `none for ${finding.host}` : `${finding.proxy} for ${finding.host}`);
    case "resolution":
      return fine(`${finding.host} resolves`);
    case "connection":
      return fine(`connected to ${finding.host} port ${finding.port}`);
    case "tls":
      return tlsSaying(finding.isPlain, finding.certificate, now);
    case "clock":
      return clockSaying(finding.skew, finding.status);
    case "acceptance":
      return fine("the API key is valid");
    case "expiry": {
      const reason = rotationReason(finding.expires, finding.created, now);
      const text = expiryText(finding.expires, now);
      if (reason === null) return fine(text);
      const remedy = finding.profile === null
        ? "create a new key and set it there"
        : `run: ${profileCommand("rotate", finding.profile)}`;
      return { message: `${text}. ${rotationReasonText(reason)}`, remedy };
    }
    case "permissions": {
      const { permissions } = finding;
      if (permissions === null) return fine("unknown to the platform");
      const list = permissions.map(printable).join(", ");
      return list === "" ? { message: "none", remedy: "create a key with permissions" } : fine(list);
    }
    case "files": {
      const places = finding.exposed.map(({ path, line }) => `${printable(path)}:${line}`).join(", ");
      if (places === "") return fine("none in .env files that git would commit");
      return {
        message: `the API key is in ${places}, which git would commit`,
        remedy: "add the file to .gitignore and rotate the key",
      };
    }
  }
}

function insecureFileSaying({ shown, mode }: InsecureFile): Saying {
  if (mode === null) {
    const remedy = "set FLUXLOOP_HOME to a folder in your user profile";
    return { message: `${shown} is outside your user profile, so others may be able to read it`, remedy };
  }
  const octal = mode.toString(8).padStart(4, "0");
  return { message: `${shown} has insecure permissions (${octal})`, remedy: `chmod 600 ${shown}` };
}

function tlsSaying(isPlain: boolean, certificate: PeerCertificate | null, now: Date): Saying {
  if (isPlain) return { message: "not needed for the loopback address", remedy: null };
  if (certificate === null) return { message: "the certificate is valid", remedy: null };
  const { issuer, expires } = certificate;
  const message = `the certificate is valid, issued by ${redact(printable(issuer))}, expires ${
    expiryText(expires, now)
  }`;
  const remedy = isExpiringSoon(certificate, now) ? "ask the platform's operator to renew it" : null;
  return { message, remedy };
}

function clockSaying(skew: number | null, status: number): Saying {
  const answered = `the platform responds (HTTP ${status})`;
  if (skew === null) return { message: `${answered}, without a date`, remedy: null };
  if (Math.abs(skew) <= TOLERATED_SKEW) {
    return { message: `${answered}, and the clocks agree`, remedy: null };
  }
  const minutes = Math.round(Math.abs(skew) / 60);
  const way = skew > 0 ? "behind" : "ahead of";
  return {
    message: `${answered}; this machine's clock is ${minutes} minutes ${way} it`,
    remedy: "set this machine's clock",
  };
}

function remedyOf(failure: FluxloopError): string {
  switch (failure.code) {
    case "not_logged_in":
      return "run: fluxloop auth login";
    case "not_found":
      return "choose a saved profile, or log in to this one";
    case "network":
      return "check the host name, the network, and the proxy and CA certificate settings";
    case "platform":
      return "try again later; if it persists, contact the operator of the platform or the proxy";
    case "login_ended":
      return "log in again: fluxloop auth login --web";
    case "permission_denied":
      return "create a key with this permission";
    case "usage":
    case "configuration":
    case "system":
      return "fix the setting named above";
    default:
      return "create a new key on the platform's API keys page and log in with it";
  }
}
