import type { Identity } from "../api_client/identity.ts";
import { UNKNOWN } from "../text/expiry.ts";
import { printable } from "../text/printable.ts";
import { organizationLines } from "./status.ts";

/** Renders the result of `fluxloop auth whoami` (hosted documentation: "fluxloop auth whoami"). */
export function whoamiText(identity: Identity): string {
  const { account, organizations, projects, apiAccess } = identity;
  return [
    printable(account?.email ?? `Account: ${UNKNOWN}`),
    "",
    ...organizationLines(organizations),
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
  return printable(plan.name) + (plan.runsPerMonth === null ? "" : ` (${grouped(plan.runsPerMonth)} runs/month)`);
}

function usageText({ plan, runsThisMonth }: Identity): string {
  if (runsThisMonth === null) return UNKNOWN;
  const limit = plan?.runsPerMonth ?? null;
  return `${grouped(runsThisMonth)}${limit === null ? "" : ` / ${grouped(limit)}`} runs`;
}

/** Formats a number as in the hosted documentation: `1,000`. `Intl` takes milliseconds to load. */
function grouped(count: number): string {
  return Number.isSafeInteger(count) ? String(count).replace(/\B(?=(?:\d{3})+$)/g, ",") : String(count);
}

/** Renders the result as JSON; unknown values are `null`. */
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
