"use client";

import { clsx } from "clsx";
import { Notice } from "#components/policies/notice.tsx";
import { Name } from "#components/ui/name.tsx";
import { Cell, DataTable, Section } from "#components/ui/section.tsx";
import { sayWindow } from "#lib/api/windows.ts";
import { problemOf } from "#lib/errors.ts";
import { formatErrors, formatMs, formatRate } from "#lib/format.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import type { GraphEdge } from "#lib/graph/model.ts";
import { useLiveTraffic, whyUnknown } from "./live.ts";
import { trafficByVersion } from "./observed.ts";
import type { ServiceForm } from "./service-change.tsx";
import { durationMs } from "./words.ts";

const SHOWN = 12;

/** Who calls the service now and what they get, beside a form. `timeout`: marks callers whose p99 is above it. */
export function ServiceTraffic({
  form,
  timeout = null,
}: {
  readonly form: ServiceForm;
  readonly timeout?: string | null;
}) {
  const { service, flow } = form;
  const live = useLiveTraffic(service, flow.state.phase === "applied" ? flow.state.applied.at : null);
  const all = [{ name: "", workloads: service.workloadsInfo.map(({ name }) => name) }];
  const edges = (trafficByVersion(live.graph ?? { edges: [] }, service, all, live.seconds)[0]?.edges ?? []).toSorted(
    (a, b) => (b.rate ?? 0) - (a.rate ?? 0),
  );
  const limit = timeout === null ? null : durationMs(timeout);
  const unknown = live.graph === null ? null : whyUnknown(live.graph, service.cluster);
  return (
    <Section title={`Traffic now · last ${sayWindow(live.window)}`}>
      {live.error !== null && (
        <Notice tone="degraded" role="status" title="The live traffic can’t be read.">
          {problemOf(live.error).detail} The form works without it.
        </Notice>
      )}
      {live.graph === null && live.error === null && <p className="text-ink-3">Reading the traffic…</p>}
      {unknown !== null && <p className="border-t border-line pt-2 text-ink-2">{unknown}</p>}
      {live.graph !== null && unknown === null && edges.length === 0 && (
        <p className="border-t border-line pt-2 text-ink-2">Nobody was seen calling it in this window.</p>
      )}
      {edges.length > 0 && (
        <div className="overflow-x-auto">
          <DataTable
            label="Traffic now"
            columns={[
              { title: "Call" },
              { title: "rate", numeric: true },
              { title: "errors", numeric: true },
              { title: "p50", numeric: true },
              { title: "p99", numeric: true },
            ]}
          >
            {edges.slice(0, SHOWN).map((edge) => (
              <Row key={edge.id} edge={edge} limit={limit} />
            ))}
          </DataTable>
        </div>
      )}
      {edges.length > SHOWN && (
        <p className="text-ink-3">
          Showing {SHOWN} of {edges.length}, by rate.
        </p>
      )}
    </Section>
  );
}

function Row({ edge, limit }: { readonly edge: GraphEdge; readonly limit: number | null }) {
  const [from, to] = [parseNodeId(edge.source), parseNodeId(edge.target)];
  const over = limit !== null && (edge.latency?.p99 ?? 0) > limit;
  return (
    <tr>
      <Cell>
        <Name text={`${from?.name ?? edge.source} → ${to?.name ?? edge.target}`} />
      </Cell>
      <Cell numeric>
        {edge.protocol === "tcp" ? formatRate(edge.connections?.openedPerSecond, "conn/s") : formatRate(edge.rate)}
      </Cell>
      <Cell numeric>{edge.protocol === "tcp" ? "–" : formatErrors(edge)}</Cell>
      <Cell numeric>{edge.protocol === "tcp" ? "–" : formatMs(edge.latency?.p50)}</Cell>
      <Cell
        numeric
        className={clsx(over && "text-degraded")}
        {...(over ? { title: "Some of these calls would end by the timeout" } : {})}
      >
        {over && "◣ "}
        {edge.protocol === "tcp" ? "–" : formatMs(edge.latency?.p99)}
      </Cell>
    </tr>
  );
}
