/** How the users of a cluster get at it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { roles, type Tokens } from "./auth.ts";

/** What a client needs to know of a server. */
interface Access {
  readonly url: string;
  readonly caPem: string;
  readonly tokens: Tokens;
  readonly consoleToken: string;
}

/** Writes ca.crt and a kubeconfig for each user and the console, readable by their owner alone because they hold tokens. */
export function writeAccess(dir: string, { url, caPem, tokens, consoleToken }: Access): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "ca.crt"), caPem, { mode: 0o600 });
  const users = [...roles.map((role) => [role, tokens[role]] as const), ["console", consoleToken] as const];
  for (const [user, token] of users)
    writeFileSync(join(dir, `${user}.kubeconfig`), kubeconfigText(url, caPem, user, token), { mode: 0o600 });
}

/** A kubeconfig for one user of a server: YAML text; JSON strings are YAML scalars, so nothing in it can break out of its place. */
export function kubeconfigText(server: string, caPem: string, user: string, token: string): string {
  const quote = (value: string): string => JSON.stringify(value);
  return [
    "apiVersion: v1",
    "kind: Config",
    "clusters:",
    "- name: lab",
    "  cluster:",
    `    server: ${quote(server)}`,
    `    certificate-authority-data: ${quote(Buffer.from(caPem).toString("base64"))}`,
    "users:",
    `- name: ${quote(user)}`,
    "  user:",
    `    token: ${quote(token)}`,
    "contexts:",
    "- name: lab",
    "  context:",
    "    cluster: lab",
    `    user: ${quote(user)}`,
    "current-context: lab",
    "",
  ].join("\n");
}
