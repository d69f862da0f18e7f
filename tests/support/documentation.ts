/**
 * The output blocks in the documentation of `fluxloop auth`, which the page shows without indentation.
 *
 * @module
 */

/** @returns The text as the page shows it: without indentation and trailing spaces. */
export function withoutIndentation(text: string): string {
  return text.replaceAll(/^ +| +$/gm, "");
}

/** The 403 response that produces {@linkcode DOCUMENTED}'s `permissionDenied`. */
export const PERMISSION_DENIAL = {
  code: "permission_denied",
  required_permission: "upload_results",
  permissions: ["read_scenarios"],
};

/** The page's output blocks. */
export const DOCUMENTED = {
  login: `$ fluxloop auth login

Welcome to FluxLoop!

Please enter your API key:
> flux_dev_abc123def456ghi789jkl012mno34

✅ Successfully authenticated!
✅ Credentials saved to ~/.fluxloop/credentials

Your account: john@example.com
Organizations: Acme Inc, Personal
`,
  status: `✅ Authenticated

Profile: default
Account: john@example.com
Organizations:
• Acme Inc (owner)
• Personal (member)

API Key: flux_dev_abc1...mno34
Expires: 2024-04-15 (84 days remaining)
Scopes: All Projects
Permissions:
✅ Read scenarios
✅ Upload results
✅ Create scenarios
❌ Delete scenarios
❌ Manage projects
`,
  whoami: `john@example.com

Organizations:
• Acme Inc (owner)
• Personal (member)

Projects:
• customer-support-bot
• sales-assistant
• analytics-agent

API Access: Enabled
Plan: Team (1,000 runs/month)
Usage this month: 234 / 1,000 runs
`,
  invalidKey: `❌ Error: Invalid API key

Please check that:
1. The API key is correct (no typos)
2. The key hasn't been revoked or expired
3. You have network connectivity

Generate a new key at: https://app.fluxloop.ai/settings/api-keys
`,
  permissionDenied: `❌ Error: Permission denied

Your API key doesn't have permission to perform this action.

Required permission: upload_results
Your permissions: read_scenarios
`,
  network: `❌ Error: Unable to connect to FluxLoop API

Failed to connect to api.fluxloop.ai

Please check your internet connection and try again.
`,
  credentials: `profiles:
default:
api_key: flux_dev_abc123def456ghi789jkl012mno34
account: john@example.com
expires: "2024-04-15"
`,
} as const;
