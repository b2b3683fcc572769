/** One structured line per attempt to change something: planned, applied, refused and failed ones. Never what was written. */
import { type ObjectRef, refText } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";

export interface AuditLog {
  info(fields: object, message: string): void;
}

export interface Attempt {
  readonly action: "plan" | "apply" | "revert" | "close";
  readonly outcome: "planned" | "applied" | "refused" | "failed";
  readonly objects: readonly { readonly op: string; readonly object: ObjectRef }[];
  readonly plan: string | null;
  readonly acknowledged?: readonly string[];
  /** A result per step, or the code of the refusal. */
  readonly results: readonly string[];
  readonly requestId: string | null;
}

const MOST_OBJECTS = 100;

/** A text as a log line may hold it: one line, short. */
export function plainText(text: string, longest = 300): string {
  const plain = text.replace(/\p{C}/gu, "�");
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain;
}

/** Writes the line. Who it was is what the clusters said of the token, never what a client claims. */
export function audit(log: AuditLog, credential: Credential, attempt: Attempt): void {
  const clusters = [...new Set(attempt.objects.map(({ object }) => object.cluster))];
  const names = clusters.length > 0 ? clusters : [...credential.clusters.keys()];
  log.info(
    {
      audit: {
        action: attempt.action,
        outcome: attempt.outcome,
        who: credential.user === null ? null : plainText(credential.user),
        role: credential.role,
        session: credential.session === null ? null : plainText(credential.session),
        identities: names.map((cluster) => ({
          cluster: plainText(cluster),
          user: plainText(credential.clusters.get(cluster)?.user ?? ""),
        })),
        objects: attempt.objects
          .slice(0, MOST_OBJECTS)
          .map(({ op, object }) => `${op} ${plainText(refText(object))} (${plainText(object.cluster)})`),
        plan: attempt.plan === null ? null : plainText(attempt.plan, 64),
        acknowledged: (attempt.acknowledged ?? []).map((code) => plainText(code, 64)),
        results: attempt.results.map((code) => plainText(code, 64)),
        requestId: attempt.requestId === null ? null : plainText(attempt.requestId, 64),
      },
    },
    `audit: ${attempt.action} ${attempt.outcome}`,
  );
}
