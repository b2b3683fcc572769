"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { securityHref, serviceHref } from "#components/policies/links.tsx";
import { useUrl } from "#components/shell/use-url.ts";
import { Section } from "#components/ui/section.tsx";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { linksQuery } from "#lib/query/links.ts";
import { NodeTraces } from "../traces/trace-links.tsx";
import { grafanaLinks } from "./grafana.ts";
import { LINK, OutsideLinks } from "./outside-links.tsx";

/** The other places about a node: its service, its namespace's policies, its traces, dashboards. Only what exists. */
export function NodeLinks({ node, inbound }: { readonly node: GraphNode; readonly inbound: readonly GraphEdge[] }) {
  return (
    <QueryProvider>
      <Links node={node} inbound={inbound} />
    </QueryProvider>
  );
}

function Links({ node, inbound }: { readonly node: GraphNode; readonly inbound: readonly GraphEdge[] }) {
  const { view, kiosk } = useUrl().state;
  const { data } = useQuery(linksQuery());
  const placed = node.kind === "workload" || node.kind === "app" || node.kind === "service";
  const outside = grafanaLinks(data?.grafana ?? null, node, view.at);
  const service = placed ? node.service : undefined;
  const namespaced = placed || node.kind === "namespace";
  if (kiosk || (!namespaced && outside.length === 0)) return null;
  return (
    <Section title="Elsewhere">
      <ul className="flex flex-wrap gap-x-4 gap-y-1.5 border-t border-line pt-2">
        {service !== undefined && (
          <li>
            <Link href={serviceHref(node.cluster, node.namespace, service)} prefetch={false} className={LINK}>
              Service and its routing
            </Link>
          </li>
        )}
        {namespaced && (
          <li>
            <Link href={policiesHref(node.cluster, node.namespace)} prefetch={false} className={LINK}>
              Policies of <bdi>{node.namespace}</bdi>
            </Link>
          </li>
        )}
        {node.kind === "workload" && node.workload !== undefined && (
          <li>
            <Link href={securityHref(node.cluster, node.namespace, node.workload)} prefetch={false} className={LINK}>
              Effective security
            </Link>
          </li>
        )}
        {placed && <NodeTraces node={node} inbound={inbound} />}
        <OutsideLinks links={outside} />
      </ul>
    </Section>
  );
}

export function policiesHref(cluster: string, namespace: string): string {
  return `/policies?${new URLSearchParams({ clusters: cluster, namespaces: namespace })}`;
}
