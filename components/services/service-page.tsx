"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { MiniGraphSlot } from "#components/mini-graph/mini-graph-slot.tsx";
import { securityHref, serviceHref, simulateHref } from "#components/policies/links.tsx";
import { Blank, Notice } from "#components/policies/notice.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { useReady } from "#components/ui/ready.ts";
import { Section } from "#components/ui/section.tsx";
import { problemOf } from "#lib/errors.ts";
import { formatPlural } from "#lib/format.ts";
import type { ServiceRef } from "#lib/policy/intent.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { type ServiceDetail, serviceQuery } from "#lib/query/services.ts";
import { actions } from "./actions.ts";
import { RoutingView } from "./routing/routing-view.tsx";

/** One service: how its clients reach it, rule by rule, and which objects say so. */
export function ServicePage({ service }: { readonly service: ServiceRef }) {
  return (
    <QueryProvider>
      <Page service={service} />
    </QueryProvider>
  );
}

function Page({ service }: { readonly service: ServiceRef }) {
  const { data, error, refetch } = useQuery(serviceQuery(service));
  useReady(data !== undefined || error !== null);
  return (
    <main className="min-h-0 min-w-0 overflow-auto">
      <nav aria-label="Where" className="flex items-center gap-2 px-5 pt-4 text-ink-3 max-sm:px-3">
        <Link href="/services" prefetch={false} className="text-ink-2 underline-offset-2 hover:underline">
          Services
        </Link>
        <span aria-hidden="true">/</span>
        <Link
          href={`/services?namespaces=${encodeURIComponent(service.namespace)}`}
          prefetch={false}
          className="text-ink-2 underline-offset-2 hover:underline"
        >
          {service.namespace}
        </Link>
      </nav>
      <header className="flex flex-wrap items-end justify-between gap-3 px-5 pb-2 max-sm:px-3">
        <div className="min-w-0">
          <h1 className="mt-1 text-[19px] leading-tight font-semibold wrap-anywhere">
            <bdi>{service.name}</bdi>
          </h1>
          <p className="mt-1 text-ink-2">
            Service in {service.namespace}, cluster {service.cluster}
            {data !== undefined && ` · ${facts(data)}`}
          </p>
        </div>
        {actions.length > 0 && (
          <nav aria-label="Actions" className="flex flex-wrap gap-2">
            {actions.map(({ id, title }) => (
              <Link
                key={id}
                href={`${serviceHref(service.cluster, service.namespace, service.name)}/${id}`}
                prefetch={false}
                className="inline-flex h-7 items-center rounded-md border border-line bg-raised px-2.5 hover:border-line-strong"
              >
                {title}
              </Link>
            ))}
          </nav>
        )}
      </header>
      {data === undefined && error === null && <p className="px-5 text-ink-3 max-sm:px-3">Reading its routing…</p>}
      {data === undefined && error !== null && (
        <Blank
          title={problemOf(error).code === "not_found" ? "There is no such service" : "It could not be read"}
          tone="failing"
          action={<Chip onClick={() => void refetch()}>Retry now</Chip>}
        >
          {problemOf(error).detail}
        </Blank>
      )}
      {data !== undefined && (
        <div className="px-5 pb-10 max-sm:px-3">
          {error !== null && (
            <Notice tone="degraded" title="Not refreshed." role="status">
              {problemOf(error).detail}
            </Notice>
          )}
          <p className="mt-3">
            <Link
              href={`${serviceHref(service.cluster, service.namespace, service.name)}/clients`}
              prefetch={false}
              className="text-accent underline-offset-2 hover:underline"
            >
              How each client reaches it
            </Link>
          </p>
          <RoutingView routing={data.routing} />
          {data.workloadsInfo.length > 0 && <Workloads service={data} />}
          <MiniGraphSlot about={{ kind: "service", ...service }} />
        </div>
      )}
    </main>
  );
}

function Workloads({
  service: { cluster, namespace, name: service, ports, workloadsInfo },
}: {
  readonly service: ServiceDetail;
}) {
  return (
    <Section title="Effective security of its workloads">
      <ul className="flex flex-wrap gap-x-4 gap-y-1.5 border-t border-line pt-2">
        {workloadsInfo.map(({ name }) => (
          <li key={name}>
            <Link
              href={securityHref(cluster, namespace, name)}
              prefetch={false}
              className="text-accent underline-offset-2 hover:underline"
            >
              <bdi>{name}</bdi>
            </Link>
          </li>
        ))}
        <li>
          <Link
            href={simulateHref({ cluster, service: `${namespace}/${service}`, port: String(ports[0]?.port ?? "") })}
            prefetch={false}
            className="text-accent underline-offset-2 hover:underline"
          >
            Would a request to it pass?
          </Link>
        </li>
      </ul>
    </Section>
  );
}

function facts({ workloadsInfo, ports }: ServiceDetail): string {
  const pods = workloadsInfo.reduce((sum, { pods: count }) => sum + count, 0);
  const ready = workloadsInfo.reduce((sum, { ready: count }) => sum + count, 0);
  const said = ports.map(({ port, appProtocol, name }) => `${port} ${appProtocol ?? name ?? ""}`.trim()).join(", ");
  return `${formatPlural(workloadsInfo.length, "workload")}, ${ready} of ${formatPlural(pods, "pod")} ready · port ${said}`;
}
