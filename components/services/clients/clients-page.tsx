"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import { MiniGraphSlot } from "#components/mini-graph/mini-graph-slot.tsx";
import { AnswerState } from "#components/policies/answer-state.tsx";
import { policyHref, serviceHref } from "#components/policies/links.tsx";
import { SilentNote } from "#components/policies/silent-note.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { useReady } from "#components/ui/ready.ts";
import { Search } from "#components/ui/search.tsx";
import type { ServiceRef } from "#lib/policy/intent.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { clientRoutingQuery } from "#lib/query/security.ts";
import { ClientsView } from "./clients-view.tsx";

/** One service, or host of a ServiceEntry, as each client in the cluster reaches it; host, port and search are the address. */
export function ClientsPage({ service }: { readonly service: ServiceRef }) {
  return (
    <QueryProvider>
      <Page service={service} />
    </QueryProvider>
  );
}

function Page({ service }: { readonly service: ServiceRef }) {
  const path = usePathname();
  const params = new URLSearchParams(useSearchParams().toString());
  const asked = Number(params.get("port") ?? "");
  const search = params.get("client") ?? "";
  const host = params.get("host");
  const { data, error, refetch } = useQuery(clientRoutingQuery(service, host, asked > 0 ? asked : null));
  useReady(data !== undefined || error !== null);
  const set = (key: "port" | "client", value: string) => {
    const next = new URLSearchParams(params);
    if (value === "") next.delete(key);
    else next.set(key, value);
    window.history.replaceState(null, "", next.size === 0 ? path : `${path}?${next}`);
  };
  const { cluster, namespace, name } = service;
  const href = host === null ? serviceHref(cluster, namespace, name) : policyHref(entryRef(service));
  return (
    <main className="min-h-0 min-w-0 overflow-auto px-5 pb-10 max-sm:px-3">
      <nav aria-label="Where" className="flex items-center gap-2 pt-4 text-ink-3">
        <Link href={href} prefetch={false} className="text-ink-2 underline-offset-2 hover:underline">
          <bdi>{name}</bdi>
        </Link>
      </nav>
      <h1 className="mt-1 text-[19px] leading-tight font-semibold wrap-anywhere">
        How clients reach <bdi>{host ?? name}</bdi>
      </h1>
      <p className="mt-1 text-ink-2">
        {host === null ? "Service" : "Host of a ServiceEntry"} in {namespace}, cluster {cluster}
        {data !== undefined && `, port ${data.port}`}
      </p>
      <p className="mt-1 max-w-[90ch] text-ink-2">
        For every workload in the cluster, whether it calls or not. Clients with the same answer stand together.
      </p>
      {data !== undefined && (
        <div className="mt-4 flex flex-wrap items-end gap-x-4 gap-y-2">
          <Search
            label="Client"
            placeholder="namespace or workload"
            value={search}
            set={(value) => set("client", value)}
          />
          {data.ports.length > 1 && (
            <div role="group" aria-label="Port" className="flex flex-wrap gap-2">
              {data.ports.map(({ port, name: title }) => (
                <Chip
                  key={port}
                  tone={port === data.port ? "on" : "quiet"}
                  aria-pressed={port === data.port}
                  onClick={() => set("port", String(port))}
                >
                  {port} {title}
                </Chip>
              ))}
            </div>
          )}
        </div>
      )}
      <AnswerState
        has={data !== undefined}
        error={error}
        retry={() => void refetch()}
        reading="Working it out…"
        absent={`There is no such ${host === null ? "service" : "host"} or port`}
        failed="It could not be worked out"
      />
      <SilentNote since={data?.silentSince} />
      {data !== undefined && <ClientsView routing={data} search={search} />}
      {data !== undefined && host === null && <MiniGraphSlot about={{ kind: "service", ...service }} />}
      <p className="mt-8 max-w-[90ch] text-[11px] text-ink-3">
        Worked out from the objects by Istio’s rules. Our tests compare what sidecars and gateways do with a running
        istiod and Envoy, but for GRPCRoutes of sidecars, TLS that ends at a gateway, and TCP routes of waypoints.
      </p>
    </main>
  );
}

const entryRef = (service: ServiceRef): ObjectRef => ({
  ...{ ...service, group: "networking.istio.io", version: "v1", kind: "ServiceEntry" },
});
