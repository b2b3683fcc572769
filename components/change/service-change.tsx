"use client";

import { useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import Link from "next/link";
import { type ReactNode, useMemo, useState } from "react";
import { serviceHref } from "#components/policies/links.tsx";
import { Blank, Notice } from "#components/policies/notice.tsx";
import { type PlanFlow, usePlanFlow } from "#components/policies/plan/use-plan-flow.ts";
import { actions } from "#components/services/actions.ts";
import { Chip } from "#components/ui/chip.tsx";
import { useReady } from "#components/ui/ready.ts";
import { problemOf } from "#lib/errors.ts";
import { policyPorts } from "#lib/mesh/policies.ts";
import { shown } from "#lib/policy/clean.ts";
import type { Intent, ServiceRef } from "#lib/policy/intent.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Routing } from "#lib/policy/routing.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { policiesQuery } from "#lib/query/policies.ts";
import { type ServiceDetail, serviceQuery } from "#lib/query/services.ts";
import { DraftNotices } from "./draft-notices.tsx";
import type { Difference } from "./manifests.ts";
import { Forbidden, type Right, RightsLine, useMayWrite, type Verdict } from "./rights.tsx";
import { steadyDraft } from "./steady-draft.ts";
import { TrafficMoved } from "./traffic-moved.tsx";
import { type ManifestDraft, useManifestDraft } from "./use-manifest-draft.ts";
import { useSettled } from "./use-settled.ts";
import { serviceWorld } from "./world.ts";
import { Written } from "./written.tsx";

/** The cluster's own state is asked for this often while a form stands on it. */
const READ_MS = 3000;

/** What a form gets: the service as it is, as the draft has it, and how to wish for something. */
export interface ServiceForm {
  readonly service: ServiceDetail;
  /** By the objects on the cluster. */
  readonly applied: Routing;
  /** By the draft's. */
  readonly wanted: Routing;
  readonly draft: ManifestDraft;
  readonly flow: PlanFlow;
  readonly verdict: Verdict;
  readonly disabled: boolean;
  readonly change: (intent: Intent) => Difference | null;
}

export interface ServiceChangeProps {
  readonly service: ServiceRef;
  /** Last segment of the address. */
  readonly action: string;
  readonly title: string;
  /** Kinds that the form writes; by default what routes the service now. */
  readonly kinds?: readonly string[];
  readonly children: (form: ServiceForm) => ReactNode;
  readonly label?: (form: ServiceForm) => string | undefined;
  readonly abort?: (form: ServiceForm) => ReactNode;
}

/** The frame of every form of a service: the form with live traffic at the left, what would be written at the right. */
export function ServiceChange(props: ServiceChangeProps) {
  return (
    <QueryProvider>
      <Page {...props} />
    </QueryProvider>
  );
}

const EMPTY: ServiceDetail = {
  ...{ cluster: "", namespace: "", name: "", rootNamespace: "", workloads: [], ports: [], routedBy: [] },
  ...{ manifests: [], workloadsInfo: [] },
  routing: {
    service: { cluster: "", namespace: "", name: "" },
    ...{ hosts: [], rules: [], versions: [], destinations: [], notes: [] },
  },
};

function Page({ service, action, title, kinds, children, label, abort }: ServiceChangeProps) {
  const { data, error, refetch } = useQuery({ ...serviceQuery(service), refetchInterval: READ_MS });
  const others = useQuery(policiesQuery([service.cluster], [service.namespace]));
  // What was read stays under a sign-in or an error: a draft hangs on it.
  const [last, setLast] = useState<ServiceDetail | null>(null);
  if (data !== undefined && data !== last) setLast(data);
  const seen = error !== null && problemOf(error).code === "forbidden" ? null : (data ?? last);
  const detail = seen ?? EMPTY;
  const now = useMemo(
    () => detail.manifests.map((manifest) => shown(manifest as unknown as Manifest)),
    [detail.manifests],
  );
  const world = (manifests: readonly Manifest[]) =>
    serviceWorld(detail, manifests, others.data?.items.map(({ object }) => object) ?? []);
  const key = `service/${service.cluster}/${service.namespace}/${service.name}`;
  const draft = useManifestDraft(key, service.cluster, now, world);
  const flow = usePlanFlow();
  const wanted = draft.changed
    ? (policyPorts[0]?.routing(service, world(draft.manifests)) ?? detail.routing)
    : detail.routing;
  const right: Right = {
    cluster: service.cluster,
    namespace: service.namespace,
    kinds: kinds ?? routeKinds(detail.routing),
  };
  const verdict = useMayWrite(right);
  useReady(data !== undefined || error !== null);
  const settling = useSettled(flow, draft, () => void refetch());

  const steady = steadyDraft(draft, flow);
  const form: ServiceForm = {
    ...{ service: detail, applied: detail.routing, wanted: withPods(wanted, detail.routing), flow, verdict },
    draft: steady,
    disabled: verdict.forbidden !== null || flow.state.phase === "applying" || !draft.whole,
    change: (intent) => steady.change(intent),
  };
  return (
    <main className="min-h-0 min-w-0 overflow-auto lg:grid lg:grid-cols-[minmax(0,4fr)_minmax(340px,3fr)] lg:grid-rows-[auto_minmax(0,1fr)] lg:overflow-hidden">
      <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-5 py-2.5 max-sm:px-3 lg:col-span-2">
        <div className="flex min-w-0 flex-wrap items-baseline gap-x-2">
          <nav aria-label="Where" className="flex flex-wrap items-baseline gap-2 text-ink-3">
            <Crumb href="/services">Services</Crumb>
            <Crumb href={`/services?namespaces=${encodeURIComponent(service.namespace)}`}>{service.namespace}</Crumb>
            <Crumb href={serviceHref(service.cluster, service.namespace, service.name)}>{service.name}</Crumb>
          </nav>
          <h1 className="text-[15px] font-semibold wrap-anywhere">
            {title}: <bdi>{service.name}</bdi>
          </h1>
        </div>
        <RightsLine right={right} verdict={verdict} />
      </header>
      <section aria-label="Form" className="min-w-0 px-5 pt-3 pb-10 max-sm:px-3 lg:overflow-auto">
        <Forms service={service} current={action} />
        {seen === null && error === null && <p className="mt-4 text-ink-3">Reading its routing…</p>}
        {error !== null && <Failed error={error} kept={seen !== null} retry={() => void refetch()} />}
        {seen !== null && (
          <>
            <h2 className="sr-only">What shall be</h2>
            <div className="mt-3 flex flex-col gap-2 empty:hidden">
              <Forbidden verdict={verdict} />
              <DraftNotices draft={draft} />
            </div>
            {children(form)}
          </>
        )}
      </section>
      <aside
        aria-label="What will be written"
        className="min-w-0 border-line px-5 pt-3 pb-10 max-lg:border-t max-sm:px-3 lg:overflow-auto lg:border-l lg:bg-raised"
      >
        {seen !== null && (
          <Written
            cluster={service.cluster}
            draft={steady}
            flow={flow}
            forbidden={verdict.forbidden}
            label={label?.(form)}
            abort={abort?.(form)}
            settling={settling}
            fileName={`${service.namespace}-${service.name}.yaml`}
            after={
              flow.state.phase === "applied" && (
                <TrafficMoved
                  cluster={service.cluster}
                  namespaces={[service.namespace]}
                  at={flow.state.applied.at}
                  service={service}
                  versions={detail.routing.versions}
                />
              )
            }
          />
        )}
      </aside>
    </main>
  );
}

/** Which kinds the forms of routing write: what routes the service now, or Istio's where nothing does. */
function routeKinds({ rules }: Routing): readonly string[] {
  const kinds = [...new Set(rules.map(({ object }) => kindKey(object)))];
  return kinds.length === 0 ? ["VirtualService"] : kinds;
}

/** Pods behind backends that are services of their own are known to the server alone. */
function withPods(wanted: Routing, applied: Routing): Routing {
  const versions = wanted.versions.map((version) => {
    const known = applied.versions.find(({ name }) => name === version.name);
    return version.workloads.length > 0 || known === undefined
      ? version
      : { ...version, workloads: known.workloads, ready: known.ready, pods: known.pods };
  });
  return { ...wanted, versions };
}

function Crumb({ href, children }: { readonly href: string; readonly children: string }) {
  return (
    <>
      <Link href={href} prefetch={false} className="text-ink-2 underline-offset-2 hover:underline">
        <bdi>{children}</bdi>
      </Link>
      <span aria-hidden="true">/</span>
    </>
  );
}

function Forms({ service, current }: { readonly service: ServiceRef; readonly current: string }) {
  return (
    <nav aria-label="Forms of this service" className="flex flex-wrap gap-x-4 gap-y-1 border-b border-line">
      {actions.map(({ id, title }) => (
        <Link
          key={id}
          href={`${serviceHref(service.cluster, service.namespace, service.name)}/${id}`}
          prefetch={false}
          aria-current={id === current ? "page" : undefined}
          className={clsx(
            "-mb-px border-b-2 py-1.5",
            id === current ? "border-accent font-semibold" : "border-transparent text-ink-2 hover:text-ink",
          )}
        >
          {title}
        </Link>
      ))}
    </nav>
  );
}

function Failed({
  error,
  kept,
  retry,
}: {
  readonly error: unknown;
  readonly kept: boolean;
  readonly retry: () => void;
}) {
  const { code, detail } = problemOf(error);
  if (kept)
    return (
      <Notice tone="degraded" title="Not refreshed." role="status" action={<Chip onClick={retry}>Retry now</Chip>}>
        {detail}
      </Notice>
    );
  const title =
    code === "not_found"
      ? "There is no such service"
      : code === "forbidden"
        ? "You may not see it"
        : "It could not be read";
  return (
    <Blank title={title} tone="failing" action={<Chip onClick={retry}>Retry now</Chip>}>
      {detail}
    </Blank>
  );
}
