/** What an API server's refusal of a write means. https://kubernetes.io/docs/reference/using-api/api-concepts/ */
import { MeshscopeError } from "#lib/errors.ts";
import { quoted } from "#lib/upstream/failure.ts";
import type { Asked, Cause, Status } from "./status.ts";
import type { FieldConflict } from "./writing.ts";

const MOST_CAUSES = 8;
const CAUSE_LENGTH = 200;

/** The authorizer's own words end in "cannot VERB resource": another 403 is an admission plugin's. */
const NO_RIGHT = /^.{0,600} cannot (create|get|list|watch|patch|update|delete|deletecollection|impersonate) /s;
/** https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/ */
const DENIED = /^admission webhook ".{1,300}?" denied the request|^ValidatingAdmissionPolicy '.{1,300}?' /s;

/** Server-side apply answers 500 for what doesn't fit the schema. https://github.com/kubernetes/kubernetes/issues/122480 */
const UNTYPED = /^failed to create typed patch object /;

/** The error of a write that isn't also one of a reading; null where those words fit. */
export function writeRefusal(http: number, status: Status | null, asked: Asked): MeshscopeError | null {
  if (status === null) return null;
  const { cluster, verb } = asked;
  if (http === 500 && UNTYPED.test(status.message)) {
    const why = `Cluster "${cluster}" refuses to ${verb} ${named(asked)}: ${fields(status)}`;
    return new MeshscopeError("invalid_object", sentence(why));
  }
  if (http < 400 || http >= 500) return null;
  const said = quoted(unwrapped(status.message), [], 600);
  const denied = DENIED.test(unwrapped(status.message));
  if (denied) return new MeshscopeError("admission_refused", sentence(`Cluster "${cluster}": ${said}`));
  const object = named(asked);
  switch (http) {
    case 400:
    case 422:
      return new MeshscopeError(
        "invalid_object",
        sentence(`Cluster "${cluster}" refuses to ${verb} ${object}: ${fields(status)}`),
      );
    case 403:
      if (NO_RIGHT.test(status.message) || status.message === "") return null;
      // A right that is missing names who lacks it; quotas, Pod Security and terminating namespaces say something else.
      if (!/ is forbidden: |because it is being terminated/.test(status.message)) return null;
      return new MeshscopeError(
        "admission_refused",
        sentence(`Cluster "${cluster}" refuses to ${verb} ${object}: ${said}`),
      );
    case 404:
      return new MeshscopeError(
        "not_found",
        sentence(`Cluster "${cluster}" can't ${verb} ${object}: ${said || "it isn't there"}`),
      );
    case 409:
      if (status.reason === "AlreadyExists") {
        return new MeshscopeError("already_exists", `Cluster "${cluster}" has ${object} already.`);
      }
      return new MeshscopeError(
        "conflict",
        sentence(`Somebody changed ${object} of cluster "${cluster}" in between, so nothing was written: ${said}`),
      );
    case 413:
      return new MeshscopeError("too_large", `The object is larger than cluster "${cluster}" takes.`);
    default:
      return null;
  }
}

/** Fields that other managers own, of a 409 to an apply; null for another 409. */
export function fieldConflicts(http: number, status: Status | null): readonly FieldConflict[] | null {
  if (http !== 409 || status === null) return null;
  const causes = status.causes.filter(({ reason }) => reason === "FieldManagerConflict");
  if (causes.length === 0) return null;
  return causes.slice(0, 500).map((cause) => ({ manager: managerOf(cause), field: quoted(cause.field, [], 500) }));
}

/** `conflict with "kubectl" using v1`, the name quoted as Go does. */
function managerOf({ message }: Cause): string {
  const name = /^conflict with "((?:[^"\\]|\\.)*)"/.exec(message)?.[1];
  return name === undefined ? "another manager" : quoted(name.replace(/\\(["\\])/g, "$1"), [], 128);
}

/** The causes, field by field; the message where there are none. */
function fields({ causes, message, reason }: Status): string {
  if (causes.length === 0) return quoted(unwrapped(message), [], 600) || reason;
  const lines = causes.slice(0, MOST_CAUSES).map(({ field, message }) => {
    const at = quoted(field, [], CAUSE_LENGTH);
    const why = quoted(message, [], CAUSE_LENGTH);
    return at === "" || at === "<nil>" ? why : `${at}: ${why}`;
  });
  const more = causes.length - lines.length;
  return `${lines.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}

/** A dry run or an apply may wrap a webhook's words: `error when applying …: admission webhook …`. */
function unwrapped(message: string): string {
  const at = message.indexOf('admission webhook "');
  return at > 0 && at < 600 ? message.slice(at) : message;
}

function named({ resource, namespace, objectName }: Asked): string {
  const name = objectName === undefined ? "" : ` ${namespace === undefined ? "" : `${namespace}/`}${objectName}`;
  return `${resource}${name}`;
}

const sentence = (text: string): string => (/[.…]$/.test(text) ? text : `${text}.`);
