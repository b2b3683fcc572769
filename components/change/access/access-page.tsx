"use client";

import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { DryRunResults } from "#components/policies/dry-run/dry-run-results.tsx";
import { denyByDefaultHref } from "#components/policies/links.tsx";
import { Notice } from "#components/policies/notice.tsx";
import { problemOf } from "#lib/errors.ts";
import { ClusterChange, type ClusterForm } from "../cluster-change.tsx";
import { ChoiceField } from "../fields.tsx";
import { useLiveTraffic, whyUnknown } from "../live.ts";
import { useMayWrite } from "../rights.tsx";
import { Callers } from "./callers.tsx";
import { Issuers } from "./issuers.tsx";
import { NewPolicy } from "./new-policy.tsx";
import { PolicyList } from "./policy-list.tsx";
import { policiesIn } from "./read.ts";
import { RuleEditor } from "./rule-editor.tsx";
import { callsTo, type Sight, selectedBy } from "./warnings.ts";
import { beginning, type Editing } from "./wish.ts";

/** Who may call what in a namespace: its policies and their rules, beside the calls that are seen. */
export function AccessPage() {
  return (
    <ClusterChange
      title="Authorization"
      about="Which calls a namespace’s proxies let in: by identity, namespace, address, port, method, path or a JWT’s claim. What counts at one workload in the end, with the mesh’s own policies, is on its page of effective security."
      kinds={["AuthorizationPolicy", "RequestAuthentication"]}
    >
      {(form) => <Access form={form} />}
    </ClusterChange>
  );
}

function Access({ form }: { readonly form: ClusterForm }) {
  const places = form.namespaces.map(({ name }) => name);
  const [chosen, setChosen] = useState<string | null>(null);
  const namespace = chosen !== null && places.includes(chosen) ? chosen : (places[0] ?? null);
  if (namespace === null) return <p className="mt-4 text-ink-2">No namespace of this scope is visible.</p>;
  const root = namespace === form.rootNamespace;
  return (
    <>
      <div className="mt-4">
        <ChoiceField
          label="Namespace"
          value={namespace}
          options={places.map((name) => ({
            value: name,
            title: name === form.rootNamespace ? `${name} (the whole mesh)` : name,
          }))}
          onChange={setChosen}
          {...(root ? { hint: "In the root namespace a policy counts in every namespace." } : {})}
        />
      </div>
      <Place key={namespace} form={form} namespace={namespace} />
    </>
  );
}

/** One namespace: of another one, what is typed begins anew. */
function Place({ form, namespace }: { readonly form: ClusterForm; readonly namespace: string }) {
  const { cluster, draft, flow, rootNamespace } = form;
  const workload = useSearchParams().get("workload");
  const live = useLiveTraffic({ cluster, namespace }, flow.state.phase === "applied" ? flow.state.applied.at : null);
  const sight: Sight = {
    ...{ cluster, namespace, graph: live.graph },
    namespaces: form.namespaces.map(({ name }) => name),
  };
  const asked = selectedBy({ level: "namespace" }, sight).find((node) => node.workload === workload);
  const [editing, setEditing] = useState<Editing | null>(null);
  const now = editing ?? beginning(asked?.app ?? null);
  const { forbidden } = useMayWrite({ cluster, namespace, kinds: ["AuthorizationPolicy"] });
  const disabled = forbidden !== null || !draft.whole || flow.state.phase === "applying";
  const rows = policiesIn(cluster, namespace, form.manifests);
  const meshWide =
    rootNamespace === null || rootNamespace === namespace ? [] : policiesIn(cluster, rootNamespace, form.manifests);
  const shared = { form, namespace, disabled, forbidden, sight };
  return (
    <>
      <PolicyList {...shared} rows={rows} onEdit={setEditing} />
      <DryRunResults cluster={cluster} namespace={namespace} workload={null} />
      {meshWide.length > 0 && (
        <p className="mt-2 text-ink-2">
          {meshWide.length === 1 ? "One policy" : `${meshWide.length} policies`} of {rootNamespace} may count here too.
        </p>
      )}
      {rootNamespace === null && (
        <p className="mt-2 text-ink-2">
          Policies of the mesh’s root namespace, which you don’t see, may count here too.
        </p>
      )}
      {namespace !== rootNamespace && (
        <p className="mt-2">
          <Link
            href={denyByDefaultHref(cluster, namespace)}
            prefetch={false}
            className="text-accent underline-offset-2 hover:underline"
          >
            Deny by default, from who was seen calling
          </Link>
        </p>
      )}
      {now.kind === "new" ? (
        <NewPolicy {...shared} taken={rows} wish={now} onChange={setEditing} />
      ) : (
        <RuleEditor {...shared} editing={now} onChange={setEditing} />
      )}
      {live.error !== null && (
        <div className="mt-4">
          <Notice tone="degraded" role="status" title="The live traffic can’t be read.">
            {problemOf(live.error).detail} The form works without it, and warns of less.
          </Notice>
        </div>
      )}
      <Callers
        {...{ disabled, window: live.window, unknown: whyUnknown(live.graph, cluster) }}
        calls={callsTo(now.target, sight)}
        onName={(principal) => setEditing(now.naming(principal))}
      />
      <Issuers form={form} namespace={namespace} />
    </>
  );
}
