"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Name } from "#components/ui/name.tsx";
import { Cell, DataTable, Section } from "#components/ui/section.tsx";
import { formatPlural } from "#lib/format.ts";
import type { Graph } from "#lib/graph/model.ts";
import type { InjectionIntent } from "#lib/policy/intent.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { liveGraphQuery } from "#lib/query/live-graph.ts";
import { ClusterChange, type ClusterForm } from "../cluster-change.tsx";
import { useMayWrite } from "../rights.tsx";
import { declaredMode, runs } from "./runs.ts";

/** How each namespace's pods join the mesh. */
export function MembershipPage() {
  return (
    <ClusterChange
      title="Membership"
      about="How each namespace’s labels say that its pods join the mesh, beside what its workloads run now. Pods with or without a sidecar stay as they are until they restart; ambient counts at once."
      kinds={["Namespace"]}
    >
      {(form) => <Namespaces form={form} />}
    </ClusterChange>
  );
}

function Namespaces({ form }: { readonly form: ClusterForm }) {
  const live = useQuery(liveGraphQuery({ cluster: form.cluster, namespaces: [], window: "5m", at: null }));
  const rows = form.namespaces.map((item) => ({
    item,
    manifest: form.manifests.find(({ metadata }) => metadata.name === item.name) ?? null,
  }));
  return (
    <Section title="Namespaces" aside={formatPlural(rows.length, "namespace")}>
      {rows.length === 0 && (
        <p className="border-t border-line pt-2 text-ink-2">No namespace of this scope is visible.</p>
      )}
      {rows.length > 0 && (
        <div className="overflow-x-auto">
          <DataTable
            label="Membership by namespace"
            columns={[
              { title: "Namespace" },
              { title: "Declared" },
              { title: "Its workloads run" },
              { title: "Workloads", numeric: true },
            ]}
          >
            {rows.map(({ item, manifest }) => (
              <Row
                key={item.name}
                name={item.name}
                workloads={item.workloads}
                {...{ manifest, form, graph: live.data ?? null }}
              />
            ))}
          </DataTable>
        </div>
      )}
    </Section>
  );
}

const MODES = [
  { value: "none", title: "not in the mesh" },
  { value: "sidecar", title: "sidecars" },
  { value: "revision", title: "sidecars of a revision…" },
  { value: "ambient", title: "ambient" },
] as const;

function Row({
  name,
  workloads,
  manifest,
  form,
  graph,
}: {
  readonly name: string;
  readonly workloads: number;
  readonly manifest: Manifest | null;
  readonly form: ClusterForm;
  readonly graph: Graph | null;
}) {
  const { forbidden } = useMayWrite({ cluster: form.cluster, namespace: null, kinds: ["Namespace"] });
  const { mode, revision } = declaredMode(manifest);
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState(revision ?? "");
  const disabled = forbidden !== null || manifest === null || !form.draft.whole || form.flow.state.phase === "applying";
  const wish = (wanted: InjectionIntent["mode"]) =>
    form.change({ kind: "injection", cluster: form.cluster, namespace: name, mode: wanted });
  const valid = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(typed);
  return (
    <tr>
      <Cell className="pr-3 font-semibold">
        <Name text={name} />
      </Cell>
      <Cell className="pr-3">
        <span className="inline-flex flex-wrap items-center gap-2">
          <select
            aria-label={`Membership of ${name}`}
            value={asking ? "revision" : mode}
            disabled={disabled}
            title={forbidden ?? (manifest === null ? "The namespace’s own object can’t be read." : undefined)}
            onChange={(event) => {
              const value = event.target.value;
              setAsking(value === "revision");
              if (value === "none" || value === "sidecar" || value === "ambient") wish({ type: value });
            }}
            className="h-7 rounded-md border border-line bg-raised px-2 hover:border-line-strong disabled:opacity-60"
          >
            {MODES.map(({ value, title }) => (
              <option key={value} value={value}>
                {value === "revision" && revision !== null ? `sidecars of ${revision}` : title}
              </option>
            ))}
          </select>
          {(asking || mode === "revision") && (
            <input
              aria-label={`Revision of ${name}`}
              value={typed}
              disabled={disabled}
              placeholder="canary"
              aria-invalid={typed !== "" && !valid}
              spellCheck={false}
              onChange={(event) => {
                const text = event.target.value.trim();
                setTyped(text);
                if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) wish({ type: "revision", revision: text });
              }}
              className="h-7 w-32 rounded-md border border-line bg-sunken px-2 placeholder:text-ink-3"
            />
          )}
        </span>
      </Cell>
      <Cell className="pr-3 text-ink-2">{graph === null ? "no data" : runs(graph, form.cluster, name)}</Cell>
      <Cell numeric>{workloads}</Cell>
    </tr>
  );
}
