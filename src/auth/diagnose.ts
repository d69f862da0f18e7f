/**
 * Checks each step from the key to the platform, and finds the one that fails (`fluxloop auth doctor`). It changes nothing,
 * except that it refreshes tokens that expire soon.
 *
 * @module
 */
import { identify } from "../api_client/client.ts";
import { connectionFailure } from "../api_client/connection_failure.ts";
import type { Identity } from "../api_client/identity.ts";
import { type Proxy, proxyFor } from "../api_client/proxy.ts";
import type { PlatformResponse, RequestOptions } from "../api_client/transport.ts";
import type { Context, PeerCertificate } from "../context.ts";
import { findInsecureFile, type InsecureFile } from "../credentials/credential_store.ts";
import { credentialsLocation } from "../credentials/location.ts";
import { FluxloopError, InterruptedError, NetworkError, SystemError } from "../errors.ts";
import { daysRemaining, type Expiry } from "../text/expiry.ts";
import { maskKey } from "../text/mask.ts";
import { type ExposedKey, findExposedKeys } from "./exposed_keys.ts";
import { type RotationReason, rotationReason } from "./key_age.ts";
import { type Credential, credentialFor, type KeyOptions, type KeySource } from "./resolve_credential.ts";

/** The result of a step that didn't fail. */
export type Finding = Readonly<
  | { name: "configuration"; hasAuthorities: boolean }
  | { name: "key"; masked: string; source: KeySource; origin: string }
  | { name: "store"; file: string | null; isUsed: boolean; insecure: InsecureFile | null }
  /** Reported only if the profile's rotation is unfinished. */
  | { name: "rotation"; profile: string }
  | { name: "proxy"; proxy: string | null; host: string }
  | { name: "resolution"; host: string }
  | { name: "connection"; host: string; port: number }
  | { name: "tls"; isPlain: boolean; certificate: PeerCertificate | null }
  | { name: "clock"; host: string; status: number; skew: number | null }
  | { name: "acceptance" }
  /** Here and below, `profile` is the profile with the key, or `null`. */
  | { name: "expiry"; expires: Expiry; reason: RotationReason | null; profile: string | null }
  | { name: "permissions"; permissions: readonly string[] | null }
  | { name: "files"; exposed: readonly ExposedKey[]; profile: string | null }
>;

/** A step and its result; the command exits with the failure's exit code. */
export type Check = Readonly<
  | { name: Finding["name"]; verdict: "ok" | "warning"; finding: Finding; failure: null }
  | { name: Finding["name"]; verdict: "failure"; finding: null; failure: FluxloopError }
>;

/** By how many seconds a clock may be off without being reported. */
const TOLERATED_SKEW = 120;
/** A certificate that expires within this many days is reported: its operator may have forgotten it. */
const CERTIFICATE_DAYS = 14;

/** How long all steps may take, in milliseconds: the documented 15 seconds minus the program's start. */
const TIMEOUT = 14_000;
/** How long reading the key may take, including the keychain or a refresh. */
const KEY_TIMEOUT = 5_000;
const CONNECTION_TIMEOUT = 3_000;
const RESPONSE_TIMEOUT = 6_000;

/** The steps so far. */
class Steps {
  readonly checks: Check[] = [];
  /** The current step, to which an error belongs. */
  current: Finding["name"] = "configuration";

  /** Adds a step that didn't fail. */
  add(finding: Finding, isFine = true): void {
    this.checks.push({ name: finding.name, verdict: isFine ? "ok" : "warning", finding, failure: null });
  }
}

/**
 * Checks each step in order, up to the first that fails, within 15 seconds whatever the network does.
 *
 * @param requestsOf Returns the options of requests; throws if they are invalid.
 */
export async function diagnose(
  context: Context,
  options: KeyOptions,
  requestsOf: () => RequestOptions,
): Promise<readonly Check[]> {
  const steps = new Steps();
  try {
    await check(context, options, requestsOf, steps);
  } catch (error) {
    if (!(error instanceof FluxloopError) || error instanceof InterruptedError) throw error;
    steps.checks.push({ name: steps.current, verdict: "failure", finding: null, failure: error });
  }
  return steps.checks;
}

async function check(
  context: Context,
  options: KeyOptions,
  requestsOf: () => RequestOptions,
  steps: Steps,
): Promise<void> {
  const end = context.monotonic() + TIMEOUT;
  const given = requestsOf();
  steps.add({ name: "configuration", hasAuthorities: (given.caCerts ?? []).length > 0 });
  // Evaluated for each request: the time that remains.
  const requests: RequestOptions = {
    ...given,
    get deadline() {
      return Math.max(1, Math.min(given.deadline ?? RESPONSE_TIMEOUT, RESPONSE_TIMEOUT, end - context.monotonic()));
    },
  };
  steps.current = "key";
  const credential = await withinKeyTimeout(
    credentialFor(context, { ...options, requests }, { acceptsExpired: true }),
  );
  const { key, source, origin, apiUrl, profile } = credential;
  steps.add({ name: "key", masked: maskKey(key), source, origin });
  steps.current = "store";
  const location = credentialsLocation(context);
  const insecure = findInsecureFile(location);
  const store = { file: location?.shown ?? null, isUsed: profile !== null, insecure };
  steps.add({ name: "store", ...store }, insecure === null);
  if (profile !== null && profile.rotation !== null) steps.add({ name: "rotation", profile: profile.name }, false);

  steps.current = "proxy";
  const proxy = proxyFor(context, apiUrl);
  steps.add({ name: "proxy", proxy: proxy?.shown ?? null, host: apiUrl.host });
  await checkConnection(context, apiUrl, proxy, steps);
  const { key: info } = await checkPlatform(context, { ...credential, requests }, proxy, steps);
  steps.add({ name: "acceptance" });
  const expires = info?.expiresAt ?? null;
  const reason = rotationReason(expires, info?.createdAt ?? null, context.now());
  steps.add({ name: "expiry", expires, reason, profile: profile?.name ?? null }, reason === null);
  const permissions = info?.permissions ?? null;
  steps.add({ name: "permissions", permissions }, permissions === null || permissions.length > 0);
  const exposed = findExposedKeys(context, key, end);
  steps.add({ name: "files", exposed, profile: profile?.name ?? null }, exposed.length === 0);
}

/** Limits the time for reading the key: a keychain may wait for the user to unlock it. */
async function withinKeyTimeout<T>(work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const span = `${KEY_TIMEOUT / 1000} seconds`;
  const message = `Timed out after ${span} while reading the key. Unlock the keychain and try again.`;
  AbortSignal.timeout(KEY_TIMEOUT).addEventListener("abort", () => reject(new SystemError(message)));
  return await Promise.race([work, late]);
}

/** Opens a connection, to the proxy if there is one, to distinguish an unknown name from a refused connection. */
async function checkConnection(context: Context, apiUrl: URL, proxy: Proxy | null, steps: Steps): Promise<void> {
  const url = proxy === null ? apiUrl : new URL(proxy.url);
  const host = hostOf(url);
  const port = Number(url.port) || ({ "http:": 80, "https:": 443 }[url.protocol] ?? 1080);
  steps.current = "resolution";
  try {
    await context.connect(host, port, AbortSignal.any([AbortSignal.timeout(CONNECTION_TIMEOUT), context.stopped]));
  } catch (error) {
    if (context.stopped.aborted) throw new InterruptedError();
    const failure = connectionFailure(error, proxy !== null);
    if (failure.step !== "resolution") {
      steps.add({ name: "resolution", host });
      steps.current = "connection";
    }
    throw new NetworkError(apiUrl, failure, { proxy: proxy?.shown, cause: error });
  }
  steps.add({ name: "resolution", host });
  steps.add({ name: "connection", host, port });
}

/** Makes the request that checks TLS, clock and key. */
async function checkPlatform(
  context: Context,
  { requests, ...credential }: Credential & { readonly requests: RequestOptions },
  proxy: Proxy | null,
  steps: Steps,
): Promise<Identity> {
  const { apiUrl } = credential;
  let response: PlatformResponse | undefined;
  const onResponse = (it: PlatformResponse) => response ??= it;
  // Not a copy: the deadline is evaluated for each request.
  const observed: RequestOptions = Object.create(requests, { onResponse: { value: onResponse } });
  const outcome = await identify(context, { ...credential, requests: observed }).catch((error) => {
    if (!(error instanceof FluxloopError) || error instanceof InterruptedError) throw error;
    return error;
  });
  steps.current = "tls";
  const isPlain = apiUrl.protocol === "http:";
  // Without a response, it is unknown whether the certificate is valid.
  if (outcome instanceof NetworkError && !isPlain) throw outcome;
  const isDirect = !isPlain && proxy === null;
  const certificate = isDirect ? await certificateOf(context, apiUrl, requests) : null;
  const days = certificate === null ? Infinity : daysRemaining(certificate.expires, context.now());
  steps.add({ name: "tls", isPlain, certificate }, days > CERTIFICATE_DAYS);
  steps.current = "clock";
  if (outcome instanceof NetworkError) throw outcome;
  if (response !== undefined) {
    const date = Date.parse(response.headers.get("date") ?? "");
    const skew = Number.isNaN(date) ? null : Math.round((date - context.now().getTime()) / 1000);
    const isFine = skew === null || Math.abs(skew) <= TOLERATED_SKEW;
    steps.add({ name: "clock", host: apiUrl.host, status: response.status, skew }, isFine);
  }
  steps.current = "acceptance";
  if (outcome instanceof FluxloopError) throw outcome;
  return outcome;
}

/** Reads the platform's certificate; returns `null` if that fails or takes too long. */
async function certificateOf(context: Context, url: URL, requests: RequestOptions): Promise<PeerCertificate | null> {
  const timeout = AbortSignal.timeout(Math.min(requests.deadline ?? CONNECTION_TIMEOUT, CONNECTION_TIMEOUT));
  try {
    const signal = AbortSignal.any([timeout, context.stopped]);
    return await context.peerCertificate(hostOf(url), Number(url.port) || 443, signal);
  } catch {
    if (context.stopped.aborted) throw new InterruptedError();
    return null;
  }
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}
