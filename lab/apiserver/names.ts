/** Names of objects. https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
import { randomInt } from "node:crypto";
import type { Resource } from "./resource.ts";
import type { Cause } from "./status.ts";

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const label1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What fits between two slashes of a path: `system:discovery` is a role's name. */
const segment = /^(?!\.{1,2}$)[^/%]+$/;

const segmentRule = "may not be '.' or '..', and may not contain '/' or '%'";
const labelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const label1035Rule =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/** What is wrong with a name, or null. Namespaces are labels, roles anything that a path can hold, most others subdomains. */
export function nameProblem(resource: Resource, name: string): Cause | null {
  const [rule, limit, sentence] =
    resource.group === "rbac.authorization.k8s.io"
      ? [segment, Number.POSITIVE_INFINITY, segmentRule]
      : resource.plural === "namespaces" && resource.group === ""
        ? [label, 63, labelRule]
        : resource.plural === "services" && resource.group === ""
          ? [label1035, 63, label1035Rule]
          : [subdomain, 253, subdomainRule];
  const value = JSON.stringify(name);
  if (name.length > limit)
    return {
      reason: "FieldValueInvalid",
      message: `Invalid value: ${value}: must be no more than ${limit} characters`,
      field: "metadata.name",
    };
  if (!rule.test(name))
    return { reason: "FieldValueInvalid", message: `Invalid value: ${value}: ${sentence}`, field: "metadata.name" };
  return null;
}

/** No vowels and no digits that look like letters, so that no words come out (apimachinery/pkg/util/rand). */
const alphabet = "bcdfghjklmnpqrstvwxz2456789";

/** A name from a prefix and five random characters, cut to 63 characters as the real server does. */
export function generateName(prefix: string): string {
  let name = prefix.slice(0, 58);
  for (let i = 0; i < 5; i += 1) name += alphabet[randomInt(alphabet.length)] ?? "";
  return name;
}
