/**
 * Failures as the Kubernetes API tells them: a Status object with a machine-readable reason.
 * https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#response-status-kind
 */
import type { Json } from "./json.ts";

/** One field that is wrong. `field` is a path like spec.http[0].route. */
export interface Cause {
  readonly reason:
    | "FieldValueRequired"
    | "FieldValueInvalid"
    | "FieldValueNotSupported"
    | "FieldValueTypeInvalid"
    | "FieldValueForbidden"
    | "FieldValueTooLong"
    | "FieldValueTooMany"
    | "FieldValueDuplicate"
    | "FieldManagerConflict"
    | "UnexpectedServerResponse"
    | "ResourceVersionTooLarge";
  readonly message: string;
  readonly field?: string;
}

/** What a failure is about; becomes Status.details. */
export interface Subject {
  readonly name?: string;
  readonly group?: string;
  /** The plural resource name, or for invalid objects the kind, as the real server has it. */
  readonly kind?: string;
  readonly uid?: string;
}

/** A failure that is answered as a Status object. */
export class StatusError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly subject: Subject | null;
  readonly causes: readonly Cause[];
  readonly retryAfterSeconds: number | null;
  readonly continueToken: string | null;

  constructor(
    code: number,
    reason: string,
    message: string,
    extra: {
      readonly subject?: Subject;
      readonly causes?: readonly Cause[];
      readonly retryAfterSeconds?: number;
      readonly continueToken?: string;
    } = {},
  ) {
    super(message);
    this.name = "StatusError";
    this.code = code;
    this.reason = reason;
    this.subject = extra.subject ?? null;
    this.causes = extra.causes ?? [];
    this.retryAfterSeconds = extra.retryAfterSeconds ?? null;
    this.continueToken = extra.continueToken ?? null;
  }

  /** The Status object, ready to be sent. */
  toStatus(): Json {
    const details = {
      ...this.subject,
      ...(this.causes.length > 0 ? { causes: this.causes.map((cause) => ({ ...cause })) } : {}),
      ...(this.retryAfterSeconds === null ? {} : { retryAfterSeconds: this.retryAfterSeconds }),
    };
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: this.continueToken === null ? {} : { continue: this.continueToken },
      status: "Failure",
      message: this.message,
      ...(this.reason === "" ? {} : { reason: this.reason }),
      ...(this.subject !== null || Object.keys(details).length > 0 ? { details } : {}),
      code: this.code,
    };
  }
}

/** The resource a failure is about. */
export interface Named {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

/** `virtualservices.networking.istio.io`, as the real server names resources in sentences. */
export function qualified(resource: Named): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

function subjectOf(resource: Named, name: string): Subject {
  return { name, ...(resource.group === "" ? {} : { group: resource.group }), kind: resource.plural };
}

/** 404: no object of that name. */
export function notFound(resource: Named, name: string): StatusError {
  return new StatusError(404, "NotFound", `${qualified(resource)} "${name}" not found`, {
    subject: subjectOf(resource, name),
  });
}

/** 404: no such resource or path. */
export function noSuchResource(): StatusError {
  return new StatusError(404, "NotFound", "the server could not find the requested resource", { subject: {} });
}

/** 409: the name is taken. */
export function alreadyExists(resource: Named, name: string): StatusError {
  return new StatusError(409, "AlreadyExists", `${qualified(resource)} "${name}" already exists`, {
    subject: subjectOf(resource, name),
  });
}

/** 409: a condition of the write no longer holds. */
export function conflict(resource: Named, name: string, why: string): StatusError {
  return new StatusError(409, "Conflict", `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`, {
    subject: subjectOf(resource, name),
  });
}

/** The sentence of a lost optimistic update. */
export const staleObject =
  "the object has been modified; please apply your changes to the latest version and try again";

/** 400. */
export function badRequest(message: string): StatusError {
  return new StatusError(400, "BadRequest", message);
}

/** 422: the object is well-formed but wrong; one cause a field. */
export function invalid(resource: Named, name: string, causes: readonly Cause[]): StatusError {
  const lines = causes.map((cause) => (cause.field === undefined ? cause.message : `${cause.field}: ${cause.message}`));
  const what = resource.group === "" ? resource.kind : `${resource.kind}.${resource.group}`;
  const detail = lines.length === 1 ? lines[0] : `[${lines.join(", ")}]`;
  return new StatusError(422, "Invalid", `${what} "${name}" is invalid: ${detail}`, {
    subject: {
      ...(name === "" ? {} : { name }),
      ...(resource.group === "" ? {} : { group: resource.group }),
      kind: resource.kind,
    },
    causes,
  });
}

/** 410: the version asked for is no longer in the history. */
export function tooOld(asked: number, oldest: number): StatusError {
  return new StatusError(410, "Expired", `too old resource version: ${asked} (${oldest})`);
}

/** 405. */
export function methodNotAllowed(): StatusError {
  return new StatusError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {
    subject: {},
  });
}

/** 415, naming what would be understood. */
export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  return new StatusError(
    415,
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`,
  );
}

/** 401. */
export function unauthorized(): StatusError {
  return new StatusError(401, "Unauthorized", "Unauthorized");
}
