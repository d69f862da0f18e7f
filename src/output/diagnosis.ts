/**
 * The report of `fluxloop auth doctor`. It is safe to paste into a public issue: it has no whole key, no password and no
 * email address.
 *
 * @module
 */
import { pageUrl } from "../api_client/api_url.ts";
import type { Check, Finding } from "../auth/diagnose.ts";
import { DEFAULT_PROFILE } from "../credentials/profile_name.ts";
import {
  type FluxloopError,
  InvalidKeyError,
  InvalidLoginError,
  NetworkError,
  NotLoggedInError,
  PermissionDeniedError,
  PlatformError,
  UnknownProfileError,
} from "../errors.ts";
import { expiryText } from "../text/expiry.ts";
import { redact } from "../text/mask.ts";
import { printable } from "../text/printable.ts";
import { messageOf } from "./failure.ts";
import { octal, profileCommand, ROTATION_REASONS } from "./phrases.ts";

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
/** What happened, then what to do. */
const WITH_REMEDY = /^(.+)(?:\. (?=[A-Z])|; )(.+?)\.?$/;
const SIGNS = { ok: "✅", warning: "⚠️ ", failure: "❌" } as const;

/** Renders a line for each step, and below it how to fix a problem. */
export function diagnosisText(checks: readonly Check[], now: Date): string {
  const newKeyUse = useOfNewKey(checks);
  const lines = checks.flatMap((check) => {
    const [message, remedy] = described(check, newKeyUse, now);
    const line = `${SIGNS[check.verdict]} ${TITLES[check.name]}: ${message}`;
    return remedy === undefined ? [line] : [line, `   → ${remedy}`];
  });
  const summary = checks.some((it) => it.verdict === "failure")
    ? "The remaining checks were skipped."
    : checks.every((it) => it.verdict === "ok")
    ? "All checks passed."
    : "All checks passed, with the warnings above.";
  return `${lines.join("\n")}\n\n${summary}\n`;
}

/** Renders the JSON document. Each step has its title's name: `api_key`, `dns`. */
export function diagnosisJson(checks: readonly Check[], now: Date): unknown {
  const newKeyUse = useOfNewKey(checks);
  const failure = checks.find((it) => it.failure !== null)?.failure ?? null;
  return {
    healthy: failure === null,
    exit_code: failure?.exitCode ?? 0,
    checks: checks.map((check) => {
      const [message, remedy = null] = described(check, newKeyUse, now);
      return { name: TITLES[check.name].toLowerCase().replaceAll(" ", "_"), status: check.verdict, message, remedy };
    }),
  };
}

/** Says what to do with a new key: put it where the old one came from. */
function useOfNewKey(checks: readonly Check[]): string {
  const key = checks.map((it) => it.finding).find((it) => it?.name === "key");
  if (key && key.source !== "profile") return `set it in ${key.origin}`;
  return `log in with it: ${profileCommand("login", key?.origin ?? DEFAULT_PROFILE)}`;
}

/** The result of a step, and how to fix a problem. */
type Description = readonly [message: string, remedy?: string];

function described({ finding, failure, verdict }: Check, newKeyUse: string, now: Date): Description {
  if (failure === null) return found(finding, verdict === "warning", newKeyUse, now);
  // `messageOf` would include the remedy.
  const hasOwnRemedy = failure instanceof InvalidLoginError || failure instanceof UnknownProfileError;
  const message = redact(printable(hasOwnRemedy ? failure.message : messageOf(failure)));
  const remedy = remedyOf(failure, newKeyUse);
  if (remedy !== null) return [message, redact(printable(remedy))];
  const isPlatform = failure instanceof PlatformError;
  // Without a period, a platform's error ends with the platform's own words, which aren't a remedy.
  const [, problem, next] = isPlatform && !message.endsWith(".") ? [] : WITH_REMEDY.exec(message) ?? [];
  if (next !== undefined) return [problem, next.replace(/^[A-Z](?=[a-z])/, (it) => it.toLowerCase())];
  return [message, isPlatform ? "contact the platform's operator" : "fix the problem, then run: fluxloop auth doctor"];
}

function found(finding: Finding, isWarning: boolean, newKeyUse: string, now: Date): Description {
  switch (finding.name) {
    case "configuration":
      return [finding.hasAuthorities ? "valid, with extra CA certificates" : "valid"];
    case "key":
      return [
        `${finding.masked}, from ${finding.source === "profile" ? `profile "${finding.origin}"` : finding.origin}`,
      ];
    case "store": {
      const { file, insecure, isUsed } = finding;
      if (file === null) return ["not needed"];
      if (insecure === null) return [isUsed ? file : `${file} (not used for this key)`];
      const { shown, mode } = insecure;
      if (mode !== null) return [`${shown} has insecure permissions (${octal(mode)})`, `run: chmod 600 ${shown}`];
      return [
        `${shown} is outside your user profile, so others may be able to read it`,
        "set FLUXLOOP_HOME to a folder in your user profile",
      ];
    }
    case "rotation":
      return [`not finished for profile "${finding.profile}"`, `run: ${profileCommand("rotate", finding.profile)}`];
    case "proxy":
      return [`${finding.proxy ?? "none"} for ${finding.host}`];
    case "resolution":
      return [`${finding.host} resolves`];
    case "connection":
      return [`connected to ${finding.host} port ${finding.port}`];
    case "tls": {
      const { isPlain, certificate } = finding;
      if (isPlain) return ["not needed for the loopback address"];
      if (certificate === null) return ["the certificate is valid"];
      const issuer = redact(printable(certificate.issuer));
      const message = `the certificate is valid, issued by ${issuer}, expires ${expiryText(certificate.expires, now)}`;
      return isWarning ? [message, "ask the platform's operator to renew it"] : [message];
    }
    case "clock": {
      const { host, skew, status } = finding;
      const response = `${host} responded with HTTP ${status}`;
      if (skew === null) return [`${response} and no date`];
      if (!isWarning) return [`${response}, and the clocks agree`];
      const minutes = Math.round(Math.abs(skew) / 60);
      const direction = skew > 0 ? "behind" : "ahead of";
      return [`${response}; this machine's clock is ${minutes} minutes ${direction} it`, "set this machine's clock"];
    }
    case "acceptance":
      return ["the API key is valid"];
    case "expiry": {
      const { expires, reason, profile } = finding;
      if (reason === null) return [expiryText(expires, now)];
      return [`${expiryText(expires, now)}. ${ROTATION_REASONS[reason]}`, replacement(profile, newKeyUse)];
    }
    case "permissions": {
      if (finding.permissions === null) return ["not reported by the platform"];
      const list = finding.permissions.map(printable).join(", ");
      return list === ""
        ? ["none", `on the platform's API keys page, create a key with permissions, then ${newKeyUse}`]
        : [list];
    }
    case "files": {
      const places = finding.exposed.map(({ path, line }) => `${printable(path)}:${line}`).join(", ");
      if (places === "") return ["none in .env files that Git would commit"];
      return [
        `the API key is in ${places}, which Git would commit`,
        `add the file to .gitignore, then ${replacement(finding.profile, newKeyUse)}`,
      ];
    }
  }
}

function replacement(profile: string | null, newKeyUse: string): string {
  return profile === null
    ? `create a new key with fluxloop apikeys create, then ${newKeyUse}`
    : `run: ${profileCommand("rotate", profile)}`;
}

/** Returns what to do about a failure, unless its message says it. */
function remedyOf(failure: FluxloopError, newKeyUse: string): string | null {
  if (failure instanceof InvalidLoginError) return `run: ${profileCommand("login --web", failure.profile)}`;
  if (failure instanceof InvalidKeyError) {
    return `create a key at ${pageUrl(failure.apiUrl, "/settings/api-keys")} and ${newKeyUse}`;
  }
  if (failure instanceof NotLoggedInError) {
    const [saved] = failure.saved;
    return saved === undefined ? "run: fluxloop auth login" : `run: fluxloop auth switch ${saved}`;
  }
  if (failure instanceof PermissionDeniedError) {
    const { required } = failure;
    const needed = required === undefined ? "more permissions" : `the permission ${required}`;
    return `on the platform's API keys page, create a key with ${needed}, then ${newKeyUse}`;
  }
  if (failure instanceof UnknownProfileError) {
    return `choose another profile with --profile, or create this one: fluxloop auth login --profile ${failure.profile}`;
  }
  if (!(failure instanceof NetworkError)) return null;
  const { step } = failure.failure;
  if (step === "tls") return "check the API URL and the extra CA certificates (FLUXLOOP_CA_FILE)";
  if (failure.proxy !== undefined) return "check the proxy and its settings (HTTPS_PROXY, ALL_PROXY, NO_PROXY)";
  return step === "resolution"
    ? "check the host name in the API URL, and the network's DNS"
    : "check the API URL, the network, and whether the platform is running";
}
