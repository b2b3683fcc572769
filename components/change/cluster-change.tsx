"use client";

import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import { Blank, Notice } from "#components/policies/notice.tsx";
import { type PlanFlow, usePlanFlow } from "#components/policies/plan/use-plan-flow.ts";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip } from "#components/ui/chip.tsx";
import { useReady } from "#components/ui/ready.ts";
import type { NamespaceItem } from "#lib/api/namespaces.ts";
import { problemOf } from "#lib/errors.ts";
import { shown } from "#lib/policy/clean.ts";
import type { Intent } from "#lib/policy/intent.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refKey, refOf } from "#lib/policy/ref.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { manifestsQuery } from "#lib/query/manifests.ts";
import { namespacesQuery } from "#lib/query/scope.ts";
import { useSession } from "#lib/query/session.tsx";
import { DraftNotices } from "./draft-notices.tsx";
import { Forbidden, useMayWriteAnywhere, type Verdict } from "./rights.tsx";
import { steadyDraft } from "./steady-draft.ts";
import { TrafficMoved } from "./traffic-moved.tsx";
import { type ManifestDraft, useManifestDraft } from "./use-manifest-draft.ts";
import { useSettled } from "./use-settled.ts";
import { worldOf } from "./world.ts";
import { Written } from "./written.tsx";

export interface ClusterForm {
  readonly cluster: string;
  /** null: the viewer doesn't see it. */
  readonly rootNamespace: string | null;
  readonly namespaces: readonly NamespaceItem[];
  readonly draft: ManifestDraft;
  /** The draft's objects with their ages. */
  readonly manifests: readonly Manifest[];
  readonly flow: PlanFlow;
  /** Whether there is anything that may be changed. */
  readonly verdict: Verdict;
  readonly change: (intent: Intent) => void;
}

interface Props {
  readonly title: string;
  readonly about: string;
  /** Their objects are the draft. */
  readonly kinds: readonly string[];
  readonly children: (form: ClusterForm) => ReactNode;
}

/** The frame of forms about a cluster's namespaces: the table at the left, what would be written at the right. */
export function ClusterChange(props: Props) {
  const { clusters } = useSession().session;
  const cluster = useUrl().state.view.clusters[0] ?? clusters[0] ?? "";
  // Draft and plan are of one cluster: another one begins with its own.
  return (
    <QueryProvider>
      <Page key={cluster} {...props} cluster={cluster} clusters={clusters} />
    </QueryProvider>
  );
}

interface PageProps extends Props {
  readonly cluster: string;
  readonly clusters: readonly string[];
}

function Page({ title, about, kinds, children, cluster, clusters }: PageProps) {
  const { state, go } = useUrl();
  const enabled = cluster !== "";
  const found = useQuery({ ...manifestsQuery(cluster, kinds, []), enabled });
  const spaces = useQuery({ ...namespacesQuery([cluster]), enabled });
  const now = useMemo(
    () =>
      (found.data?.items ?? []).flatMap(({ manifest }) =>
        manifest === undefined ? [] : [shown(manifest as unknown as Manifest)],
      ),
    [found.data],
  );
  // Of several objects that say the same, the oldest counts: a draft's text doesn't carry ages.
  const ages = useMemo(
    () => new Map((found.data?.items ?? []).map(({ object, createdAt }) => [refKey(object), createdAt])),
    [found.data],
  );
  const aged = (manifests: readonly Manifest[]) =>
    manifests.map((manifest): Manifest => {
      const age = ages.get(refKey(refOf(cluster, manifest)));
      return age == null ? manifest : { ...manifest, metadata: { ...manifest.metadata, creationTimestamp: age } };
    });
  const here = (spaces.data ?? []).filter((one) => one.cluster === cluster);
  const rootNamespace = here.find(({ root }) => root)?.name ?? null;
  // Of a root namespace that isn't seen no namespace here is one.
  const world = (manifests: readonly Manifest[]) => worldOf(cluster, rootNamespace ?? "", aged(manifests));
  const draft = useManifestDraft(`${kinds.join("+")}/${cluster}`, cluster, now, world);
  const flow = usePlanFlow();
  const verdict = useMayWriteAnywhere(
    cluster,
    here.map(({ name }) => name),
    kinds,
  );
  const settling = useSettled(flow, draft, () => void found.refetch());
  const error = found.error ?? spaces.error;
  const ready = found.data !== undefined && spaces.data !== undefined;
  useReady(ready || error !== null);
  const steady = steadyDraft(draft, flow);
  const wanted = state.view.namespaces;
  const form: ClusterForm = {
    ...{ cluster, rootNamespace, verdict, draft: steady, manifests: aged(draft.manifests), flow },
    namespaces: here.filter(({ name }) => wanted.length === 0 || wanted.includes(name)),
    change: (intent) => void steady.change(intent),
  };
  const touched = [
    ...new Set(flow.state.phase === "applied" ? flow.state.plan.steps.map(({ object }) => placeOf(object)) : []),
  ];
  return (
    <main className="min-h-0 min-w-0 overflow-auto lg:grid lg:grid-cols-[minmax(0,4fr)_minmax(340px,3fr)] lg:overflow-hidden">
      <section aria-label="Form" className="min-w-0 px-5 pt-4 pb-10 max-sm:px-3 lg:overflow-auto">
        <header className="flex flex-wrap items-start justify-between gap-3">
          <div className="min-w-0">
            <h1 className="text-[19px] leading-tight font-semibold">{title}</h1>
            <p className="mt-1 max-w-prose text-ink-2">{about}</p>
          </div>
          {clusters.length > 1 && (
            <select
              aria-label="Cluster"
              value={cluster}
              onChange={(event) => go({ view: { clusters: [event.target.value] } })}
              className="h-7 rounded-md border border-line bg-raised px-2 hover:border-line-strong"
            >
              {clusters.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
        </header>
        {error !== null && !ready && (
          <Blank
            title="It could not be read"
            tone="failing"
            action={<Chip onClick={() => void Promise.all([found.refetch(), spaces.refetch()])}>Retry now</Chip>}
          >
            {problemOf(error).detail}
          </Blank>
        )}
        {!ready && error === null && <p className="mt-4 text-ink-3">Reading the cluster…</p>}
        {ready && (
          <>
            <h2 className="sr-only">What shall be</h2>
            <div className="mt-3 flex flex-col gap-2 empty:hidden">
              <Forbidden verdict={verdict} />
              {error !== null && (
                <Notice tone="degraded" role="status" title="Not refreshed.">
                  {problemOf(error).detail}
                </Notice>
              )}
              {found.data?.cut === true && (
                <Notice tone="degraded" role="status" title="More than 2,000 objects.">
                  Not all of them are shown.
                </Notice>
              )}
              <DraftNotices draft={draft} />
            </div>
            {children(form)}
          </>
        )}
      </section>
      <aside
        aria-label="What will be written"
        className="min-w-0 border-line px-5 pt-4 pb-10 max-lg:border-t max-sm:px-3 lg:overflow-auto lg:border-l lg:bg-raised"
      >
        {ready && (
          <Written
            cluster={cluster}
            draft={steady}
            flow={flow}
            forbidden={verdict.forbidden}
            settling={settling}
            fileName={`${kinds[0]?.toLowerCase() ?? "object"}s.yaml`}
            after={
              flow.state.phase === "applied" && (
                <TrafficMoved
                  cluster={cluster}
                  namespaces={touched.some((name) => name === rootNamespace) ? [] : touched}
                  at={flow.state.applied.at}
                  service={null}
                />
              )
            }
          />
        )}
      </aside>
    </main>
  );
}

const placeOf = ({ namespace, name }: { readonly namespace: string | null; readonly name: string }): string =>
  namespace ?? name;
