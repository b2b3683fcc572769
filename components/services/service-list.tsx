"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useMemo, useState } from "react";
import { ObjectLink, serviceHref } from "#components/policies/links.tsx";
import { Blank, Notice } from "#components/policies/notice.tsx";
import { useFilterCommand } from "#components/shell/use-filter-command.ts";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Name } from "#components/ui/name.tsx";
import { useReady } from "#components/ui/ready.ts";
import { VirtualTable } from "#components/ui/virtual-table.tsx";
import type { ServiceItem } from "#lib/api/policies.ts";
import { problemOf } from "#lib/errors.ts";
import { formatCount, formatPlural } from "#lib/format.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { servicesQuery } from "#lib/query/services.ts";

const GRID =
  "grid grid-cols-[minmax(160px,1.4fr)_minmax(120px,1fr)_minmax(160px,1.4fr)_minmax(140px,1fr)_minmax(200px,2fr)] items-center gap-3 px-4";
const COLUMNS = ["Service", "Namespace", "Workloads", "Ports", "Routed by"] as const;

/** Services whose text contains every word, in the order of namespace and name. */
export function servicesShown(items: readonly ServiceItem[], text: string): readonly ServiceItem[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return items
    .filter(({ name, namespace, cluster, workloads }) => {
      const whole = [name, namespace, cluster, ...workloads].join("\n").toLowerCase();
      return words.every((word) => whole.includes(word));
    })
    .toSorted(
      (a, b) =>
        a.namespace.localeCompare(b.namespace, "en") ||
        a.name.localeCompare(b.name, "en") ||
        a.cluster.localeCompare(b.cluster, "en"),
    );
}

export function ServiceList() {
  return (
    <QueryProvider>
      <main className="flex min-h-0 min-w-0 flex-col">
        <h1 className="sr-only">Services</h1>
        <List />
      </main>
    </QueryProvider>
  );
}

function List() {
  const { state, go } = useUrl();
  const { clusters, namespaces } = state.view;
  const { data, error, refetch } = useQuery(servicesQuery(clusters, namespaces));
  const [text, setText] = useState("");
  const field = useFilterCommand("the services");
  const rows = useMemo(() => servicesShown(data?.items ?? [], text), [data, text]);
  useReady(data !== undefined || error !== null);
  if (data === undefined)
    return error === null ? (
      <p className="border-b border-line px-4 py-[13px] text-ink-3">Reading the services…</p>
    ) : (
      <Blank
        title="The services could not be read"
        tone="failing"
        action={<Chip onClick={() => void refetch()}>Retry now</Chip>}
      >
        {problemOf(error).detail}
      </Blank>
    );
  const scoped = clusters.length + namespaces.length > 0;
  return (
    <>
      <div className="flex flex-wrap items-center gap-3 border-b border-line px-4 py-2 max-sm:px-2">
        <input
          ref={field}
          type="search"
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder="Filter by name ( / )"
          aria-label="Filter the services"
          className="h-7 w-64 min-w-0 rounded-md border border-line bg-sunken px-2 placeholder:text-ink-3 max-sm:w-full"
        />
        <span role="status" className="text-ink-3 tabular-nums">
          {rows.length === data.items.length
            ? formatPlural(rows.length, "service")
            : `${formatCount(rows.length)} of ${formatPlural(data.items.length, "service")}`}
        </span>
      </div>
      {(error !== null || data.cut) && (
        <div role="status" className="border-b border-line p-2">
          <Notice tone="degraded" title={error === null ? "More than 10,000 services." : "Not refreshed."}>
            {error === null ? "Choose clusters or namespaces to see the others." : problemOf(error).detail}
          </Notice>
        </div>
      )}
      {rows.length > 0 && <Table rows={rows} />}
      {rows.length === 0 && data.items.length > 0 && (
        <Blank title="No service fits the filter" action={<Chip onClick={() => setText("")}>Clear the filter</Chip>}>
          Nothing has “{text}” in its name, namespace or workloads.
        </Blank>
      )}
      {data.items.length === 0 && (
        <Blank
          title={scoped ? "No services in this scope" : "No services"}
          action={
            scoped && (
              <Chip onClick={() => go({ view: { clusters: [], namespaces: [] } })}>
                Show all clusters and namespaces
              </Chip>
            )
          }
        >
          No namespace that you may see {scoped ? "of the chosen ones " : ""}has a Kubernetes service.
        </Blank>
      )}
    </>
  );
}

function Table({ rows }: { readonly rows: readonly ServiceItem[] }) {
  const many = new Set(rows.map(({ cluster }) => cluster)).size > 1;
  const keys = useMemo(() => rows.map(({ cluster, namespace, name }) => `${cluster}/${namespace}/${name}`), [rows]);
  return (
    <VirtualTable
      label="Services"
      grid={GRID}
      width="min-w-[860px]"
      keys={keys}
      header={COLUMNS.map((column) => (
        <span key={column} role="columnheader">
          {column}
        </span>
      ))}
      row={(index) => {
        const item = rows[index];
        return { className: "hover:bg-sunken", cells: item && <Cells item={item} many={many} /> };
      }}
    />
  );
}

function Cells({ item, many }: { readonly item: ServiceItem; readonly many: boolean }) {
  const [route, ...more] = item.routedBy;
  return (
    <>
      <span role="cell" className="min-w-0">
        <Link
          href={serviceHref(item.cluster, item.namespace, item.name)}
          prefetch={false}
          className="name underline-offset-2 hover:underline"
        >
          <bdi title={item.name}>{item.name}</bdi>
        </Link>
      </span>
      <span role="cell" className="min-w-0 text-ink-2">
        <Name text={many ? `${item.namespace} (${item.cluster})` : item.namespace} />
      </span>
      <span role="cell" className="min-w-0 text-ink-2">
        <Name text={item.workloads.length === 0 ? "none" : item.workloads.join(", ")} />
      </span>
      <span role="cell" className="min-w-0 text-ink-2 tabular-nums">
        <Name
          text={item.ports
            .map(({ port, appProtocol, name }) => `${port} ${appProtocol ?? name ?? ""}`.trim())
            .join(", ")}
        />
      </span>
      <span role="cell" className="flex min-w-0 items-center gap-2">
        {route === undefined ? <span className="text-ink-3">no rule</span> : <ObjectLink object={route} />}
        {more.length > 0 && <span className="shrink-0 text-ink-3">+{more.length}</span>}
      </span>
    </>
  );
}
