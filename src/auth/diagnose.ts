/**
 * Use case: walk the chain from the key to the platform, link by link, and find the one that is broken (design: "fluxloop
 * auth doctor"). It changes nothing.
 *
 * @module
 */
import type { Context, PeerCertificate } from "../context.ts";
import { looseFile } from "../credentials/credential_store.ts";
import { credentialsLocation } from "../credentials/location.ts";
import { FluxloopError, InterruptedError, NetworkError, SystemError } from "../errors.ts";
import { daysRemaining, type Expiry } from "../text/expiry.ts";
import { maskKey } from "../text/mask.ts";
import { connectionFailure } from "../api_client/connection_failure.ts";
import { identify } from "../api_client/client.ts";
import type { Identity } from "../api_client/identity.ts";
import { type Proxy, proxyFor } from "../api_client/proxy.ts";
import type { PlatformResponse, RequestOptions } from "../api_client/transport.ts";
import { type ExposedKey, findExposedKeys } from "./exposed_keys.ts";
import { rotationReason } from "./key_age.ts";
import { type Credential, credentialFor, type KeyOptions, type KeySource } from "./resolve_credential.ts";

/** What was found out about one link of the chain from the key to the platform. */
export type Finding =
  | { readonly name: "configuration"; readonly hasAuthorities: boolean }
  | { readonly name: "key"; readonly masked: string; readonly source: KeySource; readonly origin: string }
  | {
    readonly name: "store";
    readonly file: string | null;
    readonly isUsed: boolean;
    readonly looseMode: number | null;
  }
  /** Of the profile that the key is of; not there where all is well. */
  | { readonly name: "rotation"; readonly profile: string }
  | { readonly name: "proxy"; readonly proxy: string | null; readonly host: string }
  | { readonly name: "resolution"; readonly host: string }
  | { readonly name: "connection"; readonly host: string; readonly port: number }
  | { readonly name: "tls"; readonly isPlain: boolean; readonly certificate: PeerCertificate | null }
  | { readonly name: "clock"; readonly status: number; readonly skew: number | null }
  | { readonly name: "acceptance" }
  /** `profile` is where the key is saved, and `null` for one from elsewhere. */
  | {
    readonly name: "expiry";
    readonly expires: Expiry;
    readonly created: Date | null;
    readonly profile: string | null;
  }
  | { readonly name: "permissions"; readonly permissions: readonly string[] | null }
  | { readonly name: "files"; readonly exposed: readonly ExposedKey[] };

/** One link, and whether it holds. */
export interface Check {
  readonly name: Finding["name"];
  readonly verdict: "ok" | "warning" | "failure";
  /** What was found; `null` where the link broke before anything could be. */
  readonly finding: Finding | null;
  /** Why it broke; its exit code is the command's. */
  readonly failure: FluxloopError | null;
}

/** The links in order, up to the first that is broken. */
export interface Diagnosis {
  readonly checks: readonly Check[];
}

/** A clock may be off by so many seconds before it is named. */
export const TOLERATED_SKEW = 120;

/** A certificate is renewed by somebody else, who may have forgotten: told within so many days. */
const CERTIFICATE_SOON = 14;

/** @returns Whether a certificate ends so soon that it is worth a word. */
export function isEndingSoon({ expires }: PeerCertificate, now: Date): boolean {
  return daysRemaining(expires, now) <= CERTIFICATE_SOON;
}

/** How long the whole may take, in milliseconds: the 15 seconds that are promised, less what the program itself takes. */
const PATIENCE = 14_000;
/** How much of it the key may take, which may have to come from the system's store or to be renewed. */
const KEY_PATIENCE = 5_000;
/** How much of it a bare connection may take. */
const CONNECTION_PATIENCE = 3_000;
/** How much of it each of the platform's answers may take. */
const ANSWER_PATIENCE = 6_000;

/** Breaks off the walk; what was found until then is the diagnosis. */
class BrokenLink extends Error {}

/**
 * Walks the chain.
 *
 * @param context The outside world.
 * @param options What the command line says of the key.
 * @param requestsOf How requests are made, as far as that can be told; their deadline is at most 6 seconds.
 * @returns Each link up to the first that is broken, within 15 seconds whatever the network does.
 * @throws {InterruptedError} When the program is told to stop.
 */
export async function diagnose(
  context: Context,
  options: KeyOptions,
  requestsOf: () => RequestOptions,
): Promise<Diagnosis> {
  const checks: Check[] = [];
  try {
    await walk(context, options, requestsOf, checks);
  } catch (error) {
    if (!(error instanceof BrokenLink)) throw error;
  }
  return { checks };
}

async function walk(
  context: Context,
  options: KeyOptions,
  requestsOf: () => RequestOptions,
  checks: Check[],
): Promise<void> {
  const end = context.monotonic() + PATIENCE;
  const note = (finding: Finding, isFine = true) => {
    checks.push({ name: finding.name, verdict: isFine ? "ok" : "warning", finding, failure: null });
  };
  const link = async <T>(name: Finding["name"], work: () => Promise<T> | T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof FluxloopError) || error instanceof InterruptedError) throw error;
      checks.push({ name, verdict: "failure", finding: null, failure: error });
      throw new BrokenLink();
    }
  };

  const given = await link("configuration", requestsOf);
  note({ name: "configuration", hasAuthorities: (given.caCerts ?? []).length > 0 });
  // Asked for at each request: what is left of the whole by then.
  const requests: RequestOptions = {
    ...given,
    get deadline() {
      return Math.max(1, Math.min(given.deadline ?? ANSWER_PATIENCE, ANSWER_PATIENCE, end - context.monotonic()));
    },
  };
  const credential = await link(
    "key",
    () => soonEnough(credentialFor(context, options, { requests, acceptsExpired: true })),
  );
  const { key, source, origin, apiUrl } = credential;
  note({ name: "key", masked: maskKey(key), source, origin });
  const location = credentialsLocation(context);
  const loose = await link("store", () => looseFile(location));
  const isUsed = credential.profile !== null;
  note({ name: "store", file: location?.shown ?? null, isUsed, looseMode: loose?.mode ?? null }, loose === null);
  if (credential.profile !== null && credential.profile.rotation !== null) {
    note({ name: "rotation", profile: credential.profile.name }, false);
  }

  const proxy = await link("proxy", () => proxyFor(context, apiUrl));
  note({ name: "proxy", proxy: proxy?.shown ?? null, host: apiUrl.host });
  await reach(context, credential, proxy, note, link);

  const identity = await askPlatform(context, credential, proxy, requests, note, link);
  note({ name: "acceptance" });
  const info = identity.key;
  const expires = info?.expiresAt ?? null;
  const created = info?.createdAt ?? null;
  const profile = credential.profile?.name ?? null;
  note({ name: "expiry", expires, created, profile }, rotationReason(expires, created, context.now()) === null);
  const permissions = info?.permissions ?? null;
  note({ name: "permissions", permissions }, permissions === null || permissions.length > 0);
  const exposed = findExposedKeys(context, key, end);
  note({ name: "files", exposed }, exposed.length === 0);
}

/** A store that waits for a person must not be waited for. */
async function soonEnough(resolving: Promise<Credential>): Promise<Credential> {
  const waiting = Promise.withResolvers<never>();
  const late = () =>
    waiting.reject(
      new SystemError(`The key did not come within ${KEY_PATIENCE / 1000} seconds; is the system's store locked?`),
    );
  const timer = setTimeout(late, KEY_PATIENCE);
  try {
    return await Promise.race([resolving, waiting.promise]);
  } finally {
    clearTimeout(timer);
  }
}

type Note = (finding: Finding, isFine?: boolean) => void;
type Link = <T>(name: Finding["name"], work: () => Promise<T> | T) => Promise<T>;

/** A bare connection, to the proxy where there is one, tells a name that is not known from a host that does not listen. */
async function reach(
  context: Context,
  { apiUrl }: Credential,
  proxy: Proxy | null,
  note: Note,
  link: Link,
): Promise<void> {
  const url = proxy === null ? apiUrl : new URL(proxy.url);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port) || ({ "http:": 80, "https:": 443 }[url.protocol] ?? 1080);
  let failure: NetworkError | null = null;
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(CONNECTION_PATIENCE), context.stopped]);
    await context.connect(host, port, signal);
  } catch (error) {
    if (context.stopped.aborted) throw new InterruptedError();
    failure = new NetworkError(apiUrl, connectionFailure(error, proxy !== null), { proxy: proxy?.shown, cause: error });
  }
  await link("resolution", () => {
    if (failure?.link === "resolution") throw failure;
  });
  note({ name: "resolution", host });
  await link("connection", () => {
    if (failure !== null) throw failure;
  });
  note({ name: "connection", host, port });
}

async function askPlatform(
  context: Context,
  credential: Credential,
  proxy: Proxy | null,
  requests: RequestOptions,
  note: Note,
  link: Link,
): Promise<Identity> {
  let answer: PlatformResponse | undefined;
  const onResponse = (it: PlatformResponse) => answer ??= it;
  let outcome: Identity | FluxloopError;
  try {
    outcome = await identify(
      context,
      credential,
      Object.defineProperties({ onResponse }, Object.getOwnPropertyDescriptors(requests)),
    );
  } catch (error) {
    if (!(error instanceof FluxloopError) || error instanceof InterruptedError) throw error;
    outcome = error;
  }
  const failure = outcome instanceof FluxloopError ? outcome : null;
  await link("tls", () => {
    if (failure instanceof NetworkError && failure.link === "tls") throw failure;
  });
  const { apiUrl } = credential;
  const isPlain = apiUrl.protocol === "http:";
  const isSecure = !isPlain && failure?.code !== "network";
  const certificate = isSecure && proxy === null ? await certificateOf(context, apiUrl, requests) : null;
  note({ name: "tls", isPlain, certificate }, certificate === null || !isEndingSoon(certificate, context.now()));
  await link("clock", () => {
    if (failure instanceof NetworkError) throw failure;
  });
  if (answer !== undefined) {
    const date = Date.parse(answer.headers.get("date") ?? "");
    const skew = Number.isNaN(date) ? null : Math.round((date - context.now().getTime()) / 1000);
    note({ name: "clock", status: answer.status, skew }, skew === null || Math.abs(skew) <= TOLERATED_SKEW);
  }
  return await link("acceptance", () => {
    if (outcome instanceof FluxloopError) throw outcome;
    return outcome;
  });
}

/** @returns What the platform's certificate says; `null` where nothing can be told of it in time. */
async function certificateOf(
  context: Context,
  { hostname, port }: URL,
  { deadline }: RequestOptions,
): Promise<PeerCertificate | null> {
  const patience = AbortSignal.timeout(Math.min(deadline ?? CONNECTION_PATIENCE, CONNECTION_PATIENCE));
  const signal = AbortSignal.any([patience, context.stopped]);
  try {
    return await context.peerCertificate(hostname.replace(/^\[|\]$/g, ""), Number(port) || 443, signal);
  } catch {
    if (context.stopped.aborted) throw new InterruptedError();
    return null;
  }
}
