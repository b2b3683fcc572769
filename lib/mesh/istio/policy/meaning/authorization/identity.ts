/**
 * Identities that mutual TLS proves, `TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT`, as policies match them.
 * https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source
 */
import { fits, globs } from "./text.ts";

const LOCAL = "cluster.local";

/** The mesh's trust domain, then its aliases. null: the mesh's configuration isn't read. */
export type TrustDomains = readonly string[] | null;

/**
 * A principal as it is written, with the mesh's own trust domain and each alias in its place where it names one of them, or
 * `cluster.local`, which stands for them all. (pilot/pkg/security/trustdomain/bundle.go)
 * https://istio.io/latest/docs/tasks/security/authorization/authz-td-migration/
 */
export function spellings(principal: string, domains: readonly string[]): readonly string[] {
  const [domain = "", ...rest] = principal.split("/");
  if (rest.length !== 4 || domain === "*") return [principal];
  const own = domain === LOCAL || domains.some((each) => fits(domain, each));
  return own ? domains.map((each) => (fits(domain, each) ? principal : [each, ...rest].join("/"))) : [principal];
}

/** Whether the trust domains decide how a principal is read. */
export function needsDomains(principal: string): boolean {
  const [domain, ...rest] = principal.split("/");
  return rest.length === 4 && domain !== "*";
}

/** Of an identity in whatever form; null: none. */
function part(principal: string, key: "ns" | "sa"): string | null {
  const segments = principal.split("/");
  const at = segments.indexOf(key, 1);
  return at < 0 ? null : (segments[at + 1] ?? null);
}

export const trustDomainOf = (principal: string): string => principal.split("/", 1)[0] ?? "";

/** istiod makes an expression of it in which each `*` of the value is any text. */
export function inNamespace(value: string, principal: string): boolean {
  const namespace = part(principal, "ns");
  return namespace !== null && part(principal, "sa") !== null && globs(value, namespace);
}

/** `account`, of the policy's own namespace, or `namespace/account`. No wildcards. */
export function isAccount(value: string, policyNamespace: string, principal: string): boolean {
  const slash = value.indexOf("/");
  const [namespace, account] = slash < 0 ? [policyNamespace, value] : [value.slice(0, slash), value.slice(slash + 1)];
  return part(principal, "ns") === namespace && part(principal, "sa") === account;
}
