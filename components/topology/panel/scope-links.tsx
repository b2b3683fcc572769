"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { search } from "#components/shell/url-state.ts";
import { useUrl } from "#components/shell/use-url.ts";
import { Section } from "#components/ui/section.tsx";
import { parseNodeId } from "#lib/graph/id.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { linksQuery } from "#lib/query/links.ts";
import { useTracing } from "../traces/use-tracing.ts";
import { grafanaOfScope } from "./grafana.ts";
import { LINK, OutsideLinks } from "./outside-links.tsx";

/** The other places about a box, or about everything in the view: its services, policies, traces, dashboards. Only what exists. */
export function ScopeLinks({ id }: { readonly id: string }) {
  return (
    <QueryProvider>
      <Links id={id} />
    </QueryProvider>
  );
}

function Links({ id }: { readonly id: string }) {
  const { view, kiosk } = useUrl().state;
  const { data } = useQuery(linksQuery());
  const traced = useTracing() !== null;
  if (kiosk) return null;
  const key = parseNodeId(id);
  const places = [
    ["Services", "/services"],
    ["Policies", "/policies"],
    ...(traced ? ([["Traces", "/traces"]] as const) : []),
  ] as const;
  const within = search(scopeOf(key, view));
  return (
    <Section title="Elsewhere">
      <ul className="flex flex-wrap gap-x-4 gap-y-1.5 border-t border-line pt-2">
        {places.map(([title, path]) => (
          <li key={path}>
            <Link href={`${path}${within}`} prefetch={false} className={LINK}>
              {title}
            </Link>
          </li>
        ))}
        <OutsideLinks links={grafanaOfScope(data?.grafana ?? null, key, view.at)} />
      </ul>
    </Section>
  );
}

/** A box's own cluster and namespace; of the whole view those that the address names. */
function scopeOf(
  key: ReturnType<typeof parseNodeId>,
  view: { readonly clusters: readonly string[]; readonly namespaces: readonly string[] },
): URLSearchParams {
  const params = new URLSearchParams();
  const clusters = key === null ? view.clusters : [key.cluster];
  const namespaces = key === null ? view.namespaces : key.kind === "cluster" ? [] : [key.namespace];
  if (clusters.length > 0) params.set("clusters", clusters.join(","));
  if (namespaces.length > 0) params.set("namespaces", namespaces.join(","));
  return params;
}
