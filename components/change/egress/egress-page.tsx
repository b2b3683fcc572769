"use client";

import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { Notice } from "#components/policies/notice.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { Section } from "#components/ui/section.tsx";
import { problemOf } from "#lib/errors.ts";
import { egressQuery } from "#lib/query/egress.ts";
import { ClusterChange, type ClusterForm } from "../cluster-change.tsx";
import { ChoiceField, TextField } from "../fields.tsx";
import { useMayWrite } from "../rights.tsx";
import { type Choice, flip, hostsOf, PROPOSED, rowsOf, wrongEntry } from "./choice.ts";
import { EgressClients } from "./clients.tsx";
import { EntriesTable } from "./entries-table.tsx";
import { EgressOutcome } from "./outcome.tsx";

/** Which hosts the proxies of a namespace or workload shall know: proposed from what they were seen to call. */
export function EgressPage() {
  return (
    <ClusterChange
      title="Egress scope"
      about="Which hosts the sidecars of a namespace or workload know. Without a Sidecar object they know the whole mesh. What is proposed is what was called in the last hour and the last 7 days; choose, look at what it saves and breaks, and put it in the draft."
      kinds={["Sidecar"]}
    >
      {(form) => <Place form={form} />}
    </ClusterChange>
  );
}

const ALL = "";

function Place({ form }: { readonly form: ClusterForm }) {
  const places = form.namespaces.filter(({ root }) => !root).map(({ name }) => name);
  const asked = useSearchParams().get("workload");
  const [chosen, setChosen] = useState<string | null>(null);
  const [workload, setWorkload] = useState(asked ?? ALL);
  const namespace = chosen !== null && places.includes(chosen) ? chosen : (places[0] ?? "");
  const whole = useQuery(egressQuery(namespace === "" ? null : { cluster: form.cluster, namespace }));
  const names = (whole.data?.clients ?? []).flatMap(({ name, dataplane }) => (dataplane === "sidecar" ? [name] : []));
  const options = workload === ALL || names.includes(workload) ? names : [workload, ...names];
  if (namespace === "") return <p className="mt-4 text-ink-2">No namespace of this scope is visible.</p>;
  return (
    <>
      <Section title="Whose proxies">
        <ChoiceField
          label="In namespace"
          value={namespace}
          options={places.map((name) => ({ value: name, title: name }))}
          onChange={(name) => {
            setChosen(name);
            setWorkload(ALL);
          }}
        />
        <ChoiceField
          label="Workload"
          value={workload}
          options={[
            { value: ALL, title: "all of the namespace" },
            ...options.map((name) => ({ value: name, title: name })),
          ]}
          onChange={setWorkload}
        />
      </Section>
      <Proposal key={`${namespace}/${workload}`} form={form} namespace={namespace} workload={workload} />
    </>
  );
}

function Proposal({
  form,
  namespace,
  workload,
}: {
  readonly form: ClusterForm;
  readonly namespace: string;
  readonly workload: string;
}) {
  const { cluster } = form;
  const place = { cluster, namespace, ...(workload === ALL ? {} : { workload }) };
  const [choice, setChoice] = useState<Choice>(PROPOSED);
  const [typed, setTyped] = useState<string | null>(null);
  const proposed = useQuery(egressQuery(place));
  const { data, error } = proposed;
  const rows = rowsOf(data?.entries ?? [], choice);
  const hosts = hostsOf(rows);
  const other = data !== undefined && hosts.length > 0 && hosts.join() !== data.hosts.join();
  const assessed = useQuery(egressQuery(other ? { ...place, hosts: [...hosts] } : null));
  const { forbidden } = useMayWrite({ cluster, namespace, kinds: ["Sidecar"] });
  if (data === undefined) {
    if (error === null) return <p className="mt-4 text-ink-3">Working out what was called…</p>;
    return (
      <div className="mt-4">
        <Notice
          tone="failing"
          role="alert"
          title="It could not be worked out."
          action={<Chip onClick={() => void proposed.refetch()}>Retry now</Chip>}
        >
          {problemOf(error).detail}
        </Notice>
      </div>
    );
  }
  const shown = other ? assessed.data : data;
  const busy = !form.draft.whole || form.flow.state.phase === "applying";
  const put = () =>
    form.change({
      ...{ kind: "egress", cluster, hosts },
      scope:
        data.labels === null
          ? { level: "namespace", namespace }
          : { level: "workload", namespace, labels: data.labels },
    });
  return (
    <>
      {data.notEvaluated !== undefined && (
        <div className="mt-3">
          <Notice
            tone="degraded"
            role="status"
            title="Nothing is proposed from calls:"
            action={<Chip onClick={() => void proposed.refetch()}>Read again</Chip>}
          >
            {data.notEvaluated}
          </Notice>
        </div>
      )}
      <EgressClients proposal={data} />
      <Section title="Hosts to let them know" aside={`${hosts.length} chosen`}>
        <ChoiceField
          label="One entry for each"
          value={choice.whole ? "namespace" : "host"}
          options={[
            { value: "host", title: "host that is called" },
            { value: "namespace", title: "namespace that is called" },
          ]}
          onChange={(value) => setChoice({ ...choice, whole: value === "namespace", flipped: new Set() })}
        />
        <EntriesTable
          rows={rows}
          window={data.traffic?.window ?? null}
          disabled={busy}
          onFlip={(entry) => setChoice(flip(choice, entry))}
        />
        <TextField
          label="A further entry"
          value={typed}
          wide
          placeholder="bank/*"
          check={wrongEntry}
          onChange={setTyped}
          hint="For what these windows couldn’t have seen."
        />
        <div className="mt-2 flex flex-wrap gap-2">
          <Chip
            disabled={typed === null}
            onClick={() => {
              if (typed === null) return;
              const known = rows.find(({ entry }) => entry === typed);
              if (known === undefined) setChoice({ ...choice, added: [...choice.added, typed] });
              else if (!known.chosen) setChoice(flip(choice, typed));
              setTyped(null);
            }}
          >
            Add the entry
          </Chip>
          <Chip
            disabled={busy || forbidden !== null || hosts.length === 0}
            title={forbidden ?? (hosts.length === 0 ? "A Sidecar needs at least one entry." : undefined)}
            onClick={put}
          >
            Put it in the draft
          </Chip>
        </div>
      </Section>
      {other && assessed.error !== null && (
        <div className="mt-3">
          <Notice tone="failing" role="alert" title="What this choice does could not be worked out.">
            {problemOf(assessed.error).detail}
          </Notice>
        </div>
      )}
      {shown === undefined && (!other || assessed.error === null) && (
        <p className="mt-4 text-ink-3">Working out what this choice does…</p>
      )}
      {shown !== undefined && <EgressOutcome proposal={shown} />}
    </>
  );
}
