"use client";

import { Notice } from "#components/policies/notice.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { policyKind } from "#lib/mesh/policies.ts";
import type { PolicyKind } from "#lib/policy/kind.ts";
import { type AccessQuestion, useAccess } from "#lib/query/access.ts";
import { useSession } from "#lib/query/session.tsx";

export interface Right {
  readonly cluster: string;
  readonly namespace: string | null;
  /** Keys of kinds, as kindKey names them. */
  readonly kinds: readonly string[];
}

export interface Verdict {
  /** Why nothing may be written; null: it may, or isn't known yet. */
  readonly forbidden: string | null;
  /** The answers are there. */
  readonly known: boolean;
}

/** Whether the viewer may write objects of these kinds: `patch` is what every write of the console is. */
export function useMayWrite({ cluster, namespace, kinds }: Right): Verdict {
  const { session } = useSession();
  const questions = kinds.flatMap((key) => {
    const kind = policyKind(key);
    return kind === null ? [] : [questionOf(cluster, namespace, kind)];
  });
  const verdicts = useAccess(questions);
  const guest = session.role !== "user";
  const no = guest ? 0 : verdicts.findIndex((verdict) => verdict !== null && !verdict.allowed);
  const question = questions[no];
  if (question === undefined) {
    if (guest) return { forbidden: "You look as a guest: sign in to change anything.", known: true };
    return { forbidden: null, known: !verdicts.includes(null) };
  }
  const resource = [question.resource, question.group].filter(Boolean).join(".");
  const where = question.namespace === null ? "" : ` in namespace ${question.namespace}`;
  return { forbidden: sentence(!guest, `patch ${resource}${where} of cluster ${cluster}`), known: true };
}

/** Whether the viewer may write objects of any of these kinds in any of these namespaces; what stands for one without namespaces is none. */
export function useMayWriteAnywhere(cluster: string, namespaces: readonly string[], keys: readonly string[]): Verdict {
  const { session } = useSession();
  const kinds = keys.flatMap((key) => policyKind(key) ?? []);
  const questions = kinds.flatMap((kind) =>
    (kind.namespaced ? namespaces : [null]).map((namespace) => questionOf(cluster, namespace, kind)),
  );
  const verdicts = useAccess(questions);
  const known = !verdicts.includes(null);
  if (session.role === "user" && (!known || verdicts.some((verdict) => verdict?.allowed === true)))
    return { forbidden: null, known };
  const resource = kinds.map(({ plural, group }) => [plural, group].filter(Boolean).join(".")).join(" or ");
  const where = kinds.some(({ namespaced }) => namespaced) ? " in any namespace that you see" : "";
  return { forbidden: sentence(session.role === "user", `patch ${resource}${where} of cluster ${cluster}`), known };
}

const questionOf = (cluster: string, namespace: string | null, kind: PolicyKind): AccessQuestion => ({
  cluster,
  namespace: kind.namespaced ? namespace : null,
  group: kind.group,
  resource: kind.plural,
  verb: "patch",
});

const sentence = (user: boolean, what: string): string =>
  user
    ? `You have no right to ${what}.`
    : `You look as a guest, who has no right to ${what}: sign in to change anything.`;

/** Who looks, and what they may do here, in a line. */
export function RightsLine({ right, verdict }: { readonly right: Right; readonly verdict: Verdict }) {
  const { session } = useSession();
  if (session.role !== "user" || !verdict.known || verdict.forbidden !== null) return null;
  return (
    <p className="inline-flex h-7 max-w-full items-center rounded-md border border-line bg-raised px-2.5 text-ink-2">
      <span className="truncate">
        as <strong className="font-semibold text-ink">{session.user}</strong> · may change{" "}
        {right.kinds.map(plural).join(", ")}
        {right.namespace === null ? "" : ` in ${right.namespace}`}
      </span>
    </p>
  );
}

const plural = (key: string): string => `${key.split(".")[0] ?? key}s`;

/** Why the form can be read only, and what to do. */
export function Forbidden({ verdict }: { readonly verdict: Verdict }) {
  const { session, ask } = useSession();
  if (verdict.forbidden === null) return null;
  const guest = session.role !== "user";
  return (
    <Notice role="status" title="Reading only." action={guest && <Chip onClick={() => ask("")}>Sign in</Chip>}>
      {verdict.forbidden}
    </Notice>
  );
}
