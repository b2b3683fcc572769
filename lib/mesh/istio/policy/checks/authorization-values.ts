/** Values of rules of AuthorizationPolicies, as Istio's pkg/config/security takes them; the functions named here are its own. */
import { isSubnet } from "./forms.ts";
import { short } from "./odd-draft.ts";

type Problem = (value: string) => string | null;

/** (ValidatePorts) */
const port: Problem = (text) => (/^\d{1,10}$/.test(text) && Number(text) <= 65_535 ? null : "It is no port’s number.");

const wild: Problem = (value) => {
  const stars = value.split("*").length - 1;
  if (stars > 1) return "There is one wildcard at most.";
  return stars === 1 && !value.startsWith("*") && !value.endsWith("*") ? "A wildcard is the first or the last." : null;
};

/** (CheckTrustDomainValues) */
const trustDomain: Problem = (value) => wild(value) ?? (value.includes("/") ? "A trust domain has no slash." : null);

const LONGEST_ACCOUNT = 320;
/** (CheckServiceAccount) */
const account: Problem = (value) => {
  if (value.includes("*")) return "An account is named whole, without wildcards.";
  if (value.length > LONGEST_ACCOUNT) return `It has more than ${LONGEST_ACCOUNT} characters.`;
  const parts = value.split("/");
  return parts.length > 2 || parts.includes("") ? "An account is written name, or namespace/name." : null;
};

/** What Envoy takes as a part of a path between slashes. */
const LITERAL = /^[a-zA-Z0-9\-._~%!$&'()+,;:@=]+$/;

/** (CheckValidPathTemplate) `{*}` stands for a part, `{**}` for all that follows. */
const pathTemplate: Problem = (value) => {
  const isTemplate = value.includes("{*}") || value.includes("{**}");
  let all = false;
  for (const part of trimmed(value).split("/")) {
    const operator = part === "{*}" || part === "{**}";
    if (operator && all) return "Behind {**} there is no other operator.";
    all ||= part === "{**}";
    if (operator) continue;
    if (/[{}]/.test(part)) return `${short(part)} has braces that are neither {*} nor {**}.`;
    if (isTemplate && !LITERAL.test(part))
      return `${part === "" ? "An empty part" : short(part)} can’t stand beside {*} and {**}.`;
  }
  return null;
};

/** Without slashes around it; no expression, as there may be many. */
function trimmed(text: string): string {
  let [from, to] = [0, text.length];
  while (text[from] === "/") from += 1;
  while (to > from && text[to - 1] === "/") to -= 1;
  return text.slice(from, to);
}

const address: Problem = (value) => (isSubnet(value) ? null : "It is neither an address nor a range of them.");

/** By field of a source or an operation, what its values have to be. */
export const VALUES: Readonly<Record<string, Problem>> = {
  ...{ serviceAccounts: account, notServiceAccounts: account },
  ...{ trustDomains: trustDomain, notTrustDomains: trustDomain },
  ...{ paths: pathTemplate, notPaths: pathTemplate, ports: port, notPorts: port },
  ...{ ipBlocks: address, notIpBlocks: address, remoteIpBlocks: address, notRemoteIpBlocks: address },
};
/** More are refused of a field, whatever they are. (CheckServiceAccount) */
export const MOST_ACCOUNTS = 16;

/** Attributes of conditions, by what their values have to be; null: any text. */
const ATTRIBUTES: ReadonlyMap<string, Problem | null> = new Map([
  ...["source.ip", "remote.ip", "destination.ip"].map((key) => [key, address] as const),
  ["source.serviceAccount", account],
  ["source.trustDomain", wild],
  ["destination.port", port],
  ...[
    ...["source.namespace", "source.principal", "request.auth.principal", "request.auth.audiences"],
    ...["request.auth.presenter", "connection.sni"],
  ].map((key) => [key, null] as const),
]);
/** What they name stands in brackets. */
const MAPS = ["request.headers", "request.auth.claims", "experimental.envoy.filters."];

/** (ValidateAttribute) What is wrong with a condition's key; null: nothing. */
export function keyProblem(key: string): string | null {
  if (ATTRIBUTES.has(key)) return null;
  if (MAPS.some((each) => key.startsWith(each))) {
    const open = key.indexOf("[");
    return key.endsWith("]") && open > 0 && open < key.length - 2 ? null : "What it names stands in brackets: a[b].";
  }
  return /^destination\.(namespace|labels)/.test(key)
    ? "Which workloads it is for the selector says."
    : "No call has such an attribute.";
}

/** What is wrong with a value of a condition. */
export const conditionProblem = (key: string, value: string): string | null => ATTRIBUTES.get(key)?.(value) ?? null;
