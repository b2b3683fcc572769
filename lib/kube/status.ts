/** What was asked of an API server, and its Status answer. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */

/** What was asked, for sentences. */
export interface Asked {
  readonly cluster: string;
  readonly verb: "get" | "list" | "watch" | "create" | "patch" | "delete";
  /** As kubectl calls it, group included. */
  readonly resource: string;
  readonly namespace: string | undefined;
  /** The one object that is meant. */
  readonly objectName?: string;
  /** A user's token speaks, not the console's: when it is refused, the user has to sign in again. */
  readonly user?: boolean;
}

/** Does this verb change anything? */
export const isWrite = ({ verb }: Asked): boolean => verb === "create" || verb === "patch" || verb === "delete";

/** A Status object as far as it is read. */
export interface Status {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly causes: readonly Cause[];
}

/** One entry of Status.details.causes. */
export interface Cause {
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

/** Reads a metav1.Status; null for anything else. */
export function statusOf(json: unknown): Status | null {
  if (typeof json !== "object" || json === null) return null;
  const { kind, code, reason, message, details } = json as Record<string, unknown>;
  if (kind !== "Status") return null;
  return {
    code: typeof code === "number" ? code : 0,
    reason: typeof reason === "string" ? reason : "",
    message: typeof message === "string" ? message : "",
    causes: causesOf(details),
  };
}

function causesOf(details: unknown): readonly Cause[] {
  const { causes } = (typeof details === "object" && details !== null ? details : {}) as { causes?: unknown };
  if (!Array.isArray(causes)) return [];
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  return causes.flatMap((cause: unknown) => {
    if (typeof cause !== "object" || cause === null) return [];
    const { reason, field, message } = cause as Record<string, unknown>;
    return [{ reason: text(reason), field: text(field), message: text(message) }];
  });
}
