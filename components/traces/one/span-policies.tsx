"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ObjectLink } from "#components/policies/links.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { Remote } from "#components/ui/remote.tsx";
import { Fact, Section } from "#components/ui/section.tsx";
import type { PolicyItem } from "#lib/api/policies.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { nodePoliciesQuery } from "#lib/query/policies.ts";
import type { SpanDetail } from "#lib/tracing/view/detail.ts";
import { type DryRun, dryRunsOf } from "#lib/tracing/view/dry-run.ts";

/** Policies in force where a span was made: inferred from what they select, but for what Istio's dry run says itself. */
export function SpanPolicies({ detail }: { readonly detail: SpanDetail }) {
  const [open, setOpen] = useState(false);
  const dryRuns = dryRunsOf(detail.attributes);
  const { node } = detail;
  const cluster = node === null ? null : (parseNodeId(node)?.cluster ?? null);
  if (node === null && dryRuns.length === 0) return null;
  return (
    <Section title="Policies in force">
      {dryRuns.length > 0 && (
        <dl>
          {dryRuns.map((dryRun) => (
            <DryRunFact key={dryRun.action} dryRun={dryRun} cluster={cluster} />
          ))}
        </dl>
      )}
      {node !== null && (
        <div className="border-t border-line pt-2">
          <Chip aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? "Close the policies" : "Show which select it"}
          </Chip>
          {open && (
            <QueryProvider>
              <Selecting node={node} endNs={BigInt(detail.startNs) + BigInt(detail.durationNs)} />
            </QueryProvider>
          )}
        </div>
      )}
    </Section>
  );
}

const WOULD: Readonly<Record<string, string>> = { allowed: "would have allowed", denied: "would have denied" };

/** Said by the proxy: what a rule that isn't enforced would have done with this request. */
function DryRunFact({ dryRun, cluster }: { readonly dryRun: DryRun; readonly cluster: string | null }) {
  const { action, result, policy, text } = dryRun;
  const object = {
    ...{ cluster: cluster ?? "", group: "security.istio.io", version: "v1", kind: "AuthorizationPolicy" },
    ...{ namespace: policy?.namespace ?? "", name: policy?.name ?? "" },
  };
  return (
    <Fact name={`Dry run of ${action} policies`} title="As the span's own tags say; nothing was enforced by it">
      {WOULD[result] ?? (result || "no result")}
      {": "}
      {policy !== null && cluster !== null ? (
        <>
          <ObjectLink object={object} />, rule {policy.rule}
        </>
      ) : (
        <bdi>{text || "no rule matched"}</bdi>
      )}
    </Fact>
  );
}

/** Security first: what else decides whether a call arrives comes next. */
const ORDER: readonly PolicyItem["area"][] = [
  "security",
  "routing",
  "gateway-api",
  "telemetry",
  "extension",
  "membership",
];

function Selecting({ node, endNs }: { readonly node: string; readonly endNs: bigint }) {
  const { data, error, refetch } = useQuery(nodePoliciesQuery(node));
  if (data === undefined) return <Remote error={error} retry={() => void refetch()} />;
  const items = [...data.items].sort((a, b) => ORDER.indexOf(a.area) - ORDER.indexOf(b.area));
  const spanMs = Number(endNs / 1_000_000n);
  return (
    <div data-testid="span-policies" className="mt-2">
      <p className="text-ink-2">
        Inferred: spans carry no policy names. These select its workload as they are now; whether one acted on this
        call, the span doesn’t say.
      </p>
      {items.length === 0 && <p className="mt-2 text-ink-2">No policy that you may see selects it.</p>}
      <ul className="mt-2">
        {items.map(({ object, selects, changedAt }) => (
          <li
            key={`${object.group}/${object.kind}/${object.namespace}/${object.name}`}
            className="border-t border-line py-1.5"
          >
            <ObjectLink object={object} />
            <p className="text-[11px] text-ink-3">
              on <bdi>{selects}</bdi>
              {changedAt !== null && Date.parse(changedAt) > spanMs && (
                <span className="text-degraded"> · changed after this span</span>
              )}
            </p>
          </li>
        ))}
      </ul>
      {data.cut && <p className="mt-2 text-ink-3">There are more than are listed here.</p>}
      {data.unread.length > 0 && (
        <p className="mt-2 text-ink-3">
          Not read: <bdi>{data.unread.map(({ kind }) => kind).join(", ")}</bdi>.
        </p>
      )}
    </div>
  );
}
