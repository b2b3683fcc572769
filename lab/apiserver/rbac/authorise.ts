/** The gate that every request passes: 403 with the real server's words, or nothing. */
import type { User } from "../auth.ts";
import { StatusError } from "../status.ts";
import type { Attributes, ResourceAttributes } from "./attributes.ts";
import type { Authoriser } from "./authoriser.ts";

/** Throws 403 unless the user may do it (k8s.io/apiserver, responsewriters/errors.go). */
export function authorise(authoriser: Authoriser, user: User, attributes: Attributes): void {
  const { allowed, reason } = authoriser.decide(user, attributes);
  if (!allowed) throw refusal(user, attributes, reason);
}

function refusal(user: User, attributes: Attributes, reason: string): StatusError {
  const quote = (value: string): string => JSON.stringify(value);
  const because = reason === "" ? "" : `: ${reason}`;
  const who = `User ${quote(user.username)} cannot ${attributes.verb}`;
  if ("path" in attributes)
    return new StatusError(403, "Forbidden", `forbidden: ${who} path ${quote(attributes.path)}${because}`, {
      subject: {},
    });
  const { group, resource, name } = attributes;
  const qualified = group === "" ? resource : `${resource}.${group}`;
  const named = name === "" ? qualified : `${qualified} ${quote(name)}`;
  const message = `${named} is forbidden: ${who} ${describe(attributes)}${because}`;
  const subject = { ...(name && { name }), ...(group && { group }), kind: resource };
  return new StatusError(403, "Forbidden", message, { subject });
}

function describe({ group, resource, subresource, namespace }: ResourceAttributes): string {
  const what = subresource === "" ? resource : `${resource}/${subresource}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
  return `resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`;
}
