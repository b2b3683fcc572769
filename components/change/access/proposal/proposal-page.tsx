"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { type ReactNode, useState, useSyncExternalStore } from "react";
import { DryRunResults } from "#components/policies/dry-run/dry-run-results.tsx";
import { authorizationHref } from "#components/policies/links.tsx";
import { Notice } from "#components/policies/notice.tsx";
import { currentSecond, serverSecond, subscribeSeconds } from "#components/shell/clock.ts";
import { Chip } from "#components/ui/chip.tsx";
import type { ProposalAnswer } from "#lib/api/proposal.ts";
import { problemOf } from "#lib/errors.ts";
import { proposalQuery } from "#lib/query/security.ts";
import { ClusterChange, type ClusterForm } from "../../cluster-change.tsx";
import { ChoiceField } from "../../fields.tsx";
import { useMayWrite } from "../../rights.tsx";
import { ALL, wishesOf } from "./choice.ts";
import { ProposalView } from "./proposal-view.tsx";

/** Deny by default for a namespace: who was seen calling, as policies that let exactly these in. */
export function ProposalPage() {
  return (
    <ClusterChange
      title="Deny by default"
      about="For each workload of a namespace, and each Service behind a waypoint, one policy with exactly the identities that were seen calling it, in the last hour or within 7 days. Each rule stands beside the traffic that justifies it; what is unchecked is left out."
      kinds={["AuthorizationPolicy", "RequestAuthentication"]}
    >
      {(form) => <Places form={form} />}
    </ClusterChange>
  );
}

function Places({ form }: { readonly form: ClusterForm }) {
  const places = form.namespaces.flatMap(({ name, root }) => (root ? [] : [name]));
  const [chosen, setChosen] = useState<string | null>(null);
  const namespace = chosen !== null && places.includes(chosen) ? chosen : (places[0] ?? null);
  if (namespace === null) return <p className="mt-4 text-ink-2">No namespace of this scope is visible.</p>;
  return (
    <>
      <div className="mt-4">
        <ChoiceField
          label="Namespace"
          value={namespace}
          options={places.map((name) => ({ value: name, title: name }))}
          onChange={setChosen}
        />
      </div>
      <p className="mt-2">
        <Link
          href={authorizationHref(form.cluster, namespace)}
          prefetch={false}
          className="text-accent underline-offset-2 hover:underline"
        >
          Its policies, rule by rule
        </Link>
      </p>
      <DryRunResults cluster={form.cluster} namespace={namespace} workload={null} />
      <Proposed key={namespace} form={form} namespace={namespace} />
    </>
  );
}

function Proposed({ form, namespace }: { readonly form: ClusterForm; readonly namespace: string }) {
  const { cluster } = form;
  const { data, error, refetch, isFetching } = useQuery(proposalQuery(cluster, namespace));
  const again = (
    <Chip disabled={isFetching} onClick={() => void refetch()}>
      Read again
    </Chip>
  );
  if (data === undefined) {
    if (error === null) return <p className="mt-4 text-ink-3">Reading who was seen calling…</p>;
    return (
      <div className="mt-4">
        <Notice tone="failing" role="alert" title="Nothing can be proposed." action={again}>
          {problemOf(error).detail}
        </Notice>
      </div>
    );
  }
  if (data.proposal === null)
    return (
      <div className="mt-4">
        <Notice tone="degraded" role="status" title="Nothing can be proposed." action={again}>
          {data.notEvaluated}
        </Notice>
      </div>
    );
  return <Chosen form={form} namespace={namespace} answer={data} proposal={data.proposal} again={again} />;
}

function Chosen({
  form,
  namespace,
  answer,
  proposal,
  again,
}: {
  readonly form: ClusterForm;
  readonly namespace: string;
  readonly answer: ProposalAnswer;
  readonly proposal: NonNullable<ProposalAnswer["proposal"]>;
  readonly again: ReactNode;
}) {
  const [choice, setChoice] = useState(ALL);
  const { cluster, draft, flow } = form;
  const { forbidden } = useMayWrite({ cluster, namespace, kinds: ["AuthorizationPolicy"] });
  const disabled = forbidden !== null || !draft.whole || flow.state.phase === "applying";
  return (
    <ProposalView
      {...{ answer, proposal, choice, disabled, again, onChange: setChoice }}
      act={
        <Put
          wishes={(second) => wishesOf({ cluster, namespace }, proposal, choice, second)}
          {...{ disabled, forbidden }}
          onPut={(wishes) => void draft.change(wishes)}
        />
      }
    />
  );
}

/** Dry runs end some time after now, which this alone follows. */
function Put({
  wishes,
  disabled,
  forbidden,
  onPut,
}: {
  readonly wishes: (second: number) => ReturnType<typeof wishesOf>;
  readonly disabled: boolean;
  readonly forbidden: string | null;
  readonly onPut: (wishes: ReturnType<typeof wishesOf>) => void;
}) {
  const all = wishes(useSyncExternalStore(subscribeSeconds, currentSecond, serverSecond));
  const objects = new Set(all.map(({ name }) => name)).size;
  return (
    <Chip tone="on" disabled={disabled || objects === 0} title={forbidden ?? undefined} onClick={() => onPut(all)}>
      Put {objects === 1 ? "one policy" : `${objects} policies`} in the draft
    </Chip>
  );
}
