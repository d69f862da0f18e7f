/**
 * `fluxloop auth doctor`, as text and as JSON. The report is made to be pasted into a public issue: it holds no whole key,
 * no password, and nobody's address.
 *
 * @module
 */
import { type Check, type Diagnosis, type Finding, isEndingSoon, TOLERATED_SKEW } from "../auth/diagnose.ts";
import type { PeerCertificate } from "../context.ts";
import type { FluxloopError } from "../errors.ts";
import { expiryText } from "../text/expiry.ts";
import { rotationReason } from "../auth/key_age.ts";
import { messageOf } from "./failure.ts";
import { redact } from "../text/mask.ts";
import { printable } from "../text/printable.ts";
import { rotateCommand, rotationReasonText } from "./warnings.ts";

const TITLES: Readonly<Record<Finding["name"], string>> = {
  configuration: "Configuration",
  key: "Key",
  store: "Credentials file",
  rotation: "Rotation",
  proxy: "Proxy",
  resolution: "Name",
  connection: "Connection",
  tls: "TLS",
  clock: "Clock",
  acceptance: "Acceptance",
  expiry: "Expiry",
  permissions: "Permissions",
  files: ".env files",
};
const SIGNS = { ok: "✅", warning: "⚠️ ", failure: "❌" } as const;

/**
 * @param diagnosis What was found.
 * @param now The current time.
 * @returns A line for each link, and below it what to do where that is anything.
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
    ? "What comes after this was not tried."
    : isWhole
    ? "Everything is in order."
    : "It works, with what is named above.";
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
      return fine(finding.hasAuthorities ? "authorities of your own are trusted beside the system's" : "can be read");
    case "key":
      return fine(
        `${finding.masked}, from ${finding.source === "profile" ? `profile ${finding.origin}` : finding.origin}`,
      );
    case "store":
      if (finding.file === null) return fine("there is no home folder for one, and none is needed");
      if (finding.looseMode !== null) {
        const mode = finding.looseMode.toString(8).padStart(4, "0");
        return { message: `${finding.file} can be read by others (mode ${mode})`, remedy: `chmod 600 ${finding.file}` };
      }
      return fine(finding.isUsed ? finding.file : `${finding.file}, not used for this key`);
    case "rotation":
      return {
        message: `profile ${finding.profile} has one that is not finished`,
        remedy: `run: ${rotateCommand(finding.profile)}`,
      };
    case "proxy":
      return fine(finding.proxy === null ? `none for ${finding.host}` : `${finding.proxy} for ${finding.host}`);
    case "resolution":
      return fine(`${finding.host} is known`);
    case "connection":
      return fine(`${finding.host} takes connections on port ${finding.port}`);
    case "tls":
      return tlsSaying(finding.isPlain, finding.certificate, now);
    case "clock":
      return clockSaying(finding.skew, finding.status);
    case "acceptance":
      return fine("the platform takes the key");
    case "expiry": {
      const reason = rotationReason(finding.expires, finding.created, now);
      const text = expiryText(finding.expires, now);
      if (reason === null) return fine(text);
      const remedy = finding.profile === null
        ? "make a new key, and set it there"
        : `run: ${rotateCommand(finding.profile)}`;
      return { message: `${text}. ${rotationReasonText(reason)}`, remedy };
    }
    case "permissions": {
      const { permissions } = finding;
      if (permissions === null) return fine("the platform does not tell");
      const list = permissions.map(printable).join(", ");
      return list === "" ? { message: "none", remedy: "make a key that may do something" } : fine(list);
    }
    case "files": {
      const places = finding.exposed.map(({ path, line }) => `${printable(path)}:${line}`).join(", ");
      if (places === "") return fine("the key is in none that git would take");
      return {
        message: `the key is in ${places}, which git would commit`,
        remedy: "add them to .gitignore, and rotate the key",
      };
    }
  }
}

function tlsSaying(isPlain: boolean, certificate: PeerCertificate | null, now: Date): Saying {
  if (isPlain) return { message: "not needed on this machine itself", remedy: null };
  if (certificate === null) return { message: "the certificate is good", remedy: null };
  const { issuer, expires } = certificate;
  const message = `the certificate is good, signed by ${redact(printable(issuer))} until ${expiryText(expires, now)}`;
  const remedy = isEndingSoon(certificate, now) ? "tell whoever runs the platform to renew it" : null;
  return { message, remedy };
}

function clockSaying(skew: number | null, status: number): Saying {
  const answered = `the platform answers (HTTP ${status})`;
  if (skew === null) return { message: `${answered} without telling the time`, remedy: null };
  if (Math.abs(skew) <= TOLERATED_SKEW) {
    return { message: `${answered}, and its clock and this one agree`, remedy: null };
  }
  const minutes = Math.round(Math.abs(skew) / 60);
  const way = skew > 0 ? "behind" : "ahead of";
  return { message: `${answered}; this clock is ${minutes} minutes ${way} its clock`, remedy: "set the clock (NTP)" };
}

function remedyOf(failure: FluxloopError): string {
  switch (failure.code) {
    case "not_logged_in":
      return "run: fluxloop auth login";
    case "not_found":
      return "name one that is there, or log in to this one";
    case "network":
      return "see that the name is right, the network is up, and a proxy or certificate authority is named where there is one";
    case "platform":
      return "try again later; where it stays, ask whoever runs the platform or the proxy in between";
    case "permission_denied":
      return "make a key with this permission";
    case "usage":
    case "configuration":
    case "system":
      return "change what the line above names";
    default:
      return "make a new key on the platform's page of API keys, and log in with it";
  }
}
