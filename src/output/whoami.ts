/**
 * `fluxloop auth whoami`, as text and as JSON (seed: "fluxloop auth whoami"; design: "whoami").
 *
 * @module
 */
import type { Identity } from "../api_client/identity.ts";
import { printable } from "../text/printable.ts";
import { UNKNOWN } from "../text/expiry.ts";
import { organizationLines } from "./status.ts";

/** @returns The text for standard output. */
export function whoamiText(identity: Identity): string {
  const { projects, apiAccess } = identity;
  return [
    printable(identity.account?.email ?? `Account: ${UNKNOWN}`),
    "",
    ...organizationLines(identity.organizations),
    "",
    ...(projects === null || projects.length === 0
      ? [`Projects: ${projects === null ? UNKNOWN : "none"}`]
      : ["Projects:", ...projects.map((it) => `  • ${printable(it.name)}`)]),
    "",
    `API Access: ${apiAccess === null ? UNKNOWN : apiAccess ? "Enabled" : "Disabled"}`,
    `Plan: ${planText(identity)}`,
    `Usage this month: ${usageText(identity)}`,
  ].join("\n") + "\n";
}

function planText({ plan }: Identity): string {
  if (plan === null) return UNKNOWN;
  const runs = plan.runsPerMonth === null ? "" : ` (${grouped(plan.runsPerMonth)} runs/month)`;
  return printable(plan.name) + runs;
}

function usageText({ plan, runsThisMonth }: Identity): string {
  if (runsThisMonth === null) return UNKNOWN;
  const limit = plan?.runsPerMonth ?? null;
  return grouped(runsThisMonth) + (limit === null ? "" : ` / ${grouped(limit)}`) + " runs";
}

/** The seed writes `1,000`, wherever the reader is. `Intl` would do it too, and takes milliseconds to start. */
function grouped(count: number): string {
  return Number.isSafeInteger(count) ? String(count).replace(/\B(?=(?:\d{3})+$)/g, ",") : String(count);
}

/** @returns The JSON document; `null` stands for what the platform does not tell. */
export function whoamiJson({ account, organizations, projects, apiAccess, plan, runsThisMonth }: Identity): unknown {
  const runsPerMonth = plan?.runsPerMonth ?? null;
  return {
    account,
    organizations,
    projects,
    api_access: apiAccess,
    plan: plan === null ? null : { name: plan.name, runs_per_month: runsPerMonth },
    usage: runsThisMonth === null ? null : { runs_this_month: runsThisMonth, runs_per_month: runsPerMonth },
  };
}
