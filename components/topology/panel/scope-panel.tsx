import { clsx } from "clsx";
import type { ReactNode } from "react";
import { Cell, DataTable, Fact, Section } from "#components/ui/section.tsx";
import { STATE_WORDS, StateMark } from "#components/ui/state-mark.tsx";
import {
  formatCount,
  formatErrors,
  formatNumber,
  formatPercent,
  formatPlural,
  formatRate,
  NO_DATA,
} from "#lib/format.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import type { HealthState } from "#lib/graph/model.ts";
import type { Changes } from "#lib/live/changes.ts";
import { type Scope, type TrafficRow, trafficRows } from "#lib/live/scope.ts";
import { WHOLE } from "#lib/live/whole.ts";
import { anyTitle, idTitle } from "../names.ts";
import { SelectLink } from "../selection.tsx";
import { ChangesSection } from "./changes-section.tsx";
import { EdgeCell } from "./edge-cell.tsx";
import { History, metricsOf, WholeHistory } from "./history.tsx";
import { HostList } from "./host-list.tsx";
import { limitOfMany } from "./limit.ts";
import { MtlsSection } from "./mtls-section.tsx";
import { CodesByDirection, Flags, TrafficTable } from "./traffic-table.tsx";

const STATES: readonly HealthState[] = ["failing", "degraded", "unknown", "healthy", "idle"];
const BOX_WORDS: Readonly<Record<string, string>> = { namespace: "Namespace", cluster: "Cluster", app: "App" };

/** Several nodes at once: a box, or everything that is in the view. */
export function ScopePanel({
  id,
  scope,
  changes,
  lost = "",
  inTrace,
}: {
  readonly id: string;
  readonly scope: Scope;
  readonly changes: Changes | null;
  /** What follows where all is said to be well; "" while the stream is there. */
  readonly lost?: string;
  /** What the trace that is drawn did there. */
  readonly inTrace?: ReactNode;
}) {
  const key = parseNodeId(id);
  const whole = id === WHOLE;
  const traffic = trafficRows(scope.summary);
  const title = whole ? "The whole view" : idTitle(id);
  const place =
    key === null ? "" : `${BOX_WORDS[key.kind] ?? ""}${key.kind === "cluster" ? "" : ` · ${key.cluster}`} · `;
  return (
    <>
      <h2 className="name pr-8 text-[15px] font-semibold">
        <bdi title={title}>{title}</bdi>
      </h2>
      <p className="mt-0.5 text-ink-2">
        {place}
        {formatPlural(scope.summary.nodes, "mark")}, {formatPlural(scope.edges, "edge")}
      </p>
      <div className="mt-3">
        <States scope={scope} />
      </div>
      {changes !== null && <ChangesSection changes={changes} />}
      {inTrace}
      <Worst scope={scope} lost={lost} />
      <Limits limits={scope.limits} />
      <TrafficTable traffic={traffic} whole={whole} />
      <CodesByDirection traffic={traffic} />
      <Flags traffic={traffic} />
      <MtlsSection counts={scope.mtls} />
      <Facts scope={scope} traffic={traffic} />
      {whole && <WholeHistory protocols={traffic.map(({ protocol }) => protocol)} />}
      {key !== null && (
        <History
          subject={{ node: id }}
          metrics={metricsOf(
            traffic.length > 0 && traffic.every(({ protocol }) => protocol === "tcp") ? "tcp" : "http",
          )}
        />
      )}
      <HostList title="Hosts asked for" rates={scope.hosts.rates} more={scope.hosts.more} unit="req/s" />
    </>
  );
}

/** How many nodes and edges are in which state; the word stands beside the mark. */
function States({ scope }: { readonly scope: Scope }) {
  const present = STATES.filter((state) => scope.summary.health[state] + scope.edgeStates[state] > 0);
  return (
    <DataTable
      label="States"
      columns={[{ title: "State" }, { title: "Marks", numeric: true }, { title: "Edges", numeric: true }]}
    >
      {present.map((state) => (
        <tr
          key={state}
          className={clsx(state === "failing" && "text-failing", state === "degraded" && "text-degraded")}
        >
          <Cell>
            <span className="flex items-center gap-1.5">
              <StateMark state={state} silent />
              {STATE_WORDS[state]}
            </span>
          </Cell>
          <Cell numeric>{formatCount(scope.summary.health[state])}</Cell>
          <Cell numeric>{formatCount(scope.edgeStates[state])}</Cell>
        </tr>
      ))}
    </DataTable>
  );
}

function Worst({ scope, lost }: { readonly scope: Scope; readonly lost: string }) {
  const bad = scope.edgeStates.failing + scope.edgeStates.degraded;
  const known = scope.edgeStates.unknown > 0 ? "known to be " : "";
  return (
    <Section
      title="What hurts"
      aside={bad > scope.worst.length ? `${scope.worst.length} of ${formatCount(bad)}` : undefined}
    >
      {scope.worst.length === 0 ? (
        <p className="border-t border-line pt-[5px] text-ink-2">
          No edge here is {known}degraded or failing.{lost}
        </p>
      ) : (
        <DataTable
          label="Edges in trouble"
          columns={[{ title: "Edge" }, { title: "Rate", numeric: true }, { title: "Errors", numeric: true }]}
        >
          {scope.worst.map((edge) => (
            <tr key={edge.id}>
              <EdgeCell edge={edge} />
              <Cell numeric>
                {edge.protocol === "tcp"
                  ? formatRate(edge.connections?.openedPerSecond, "conn/s")
                  : formatRate(edge.rate)}
              </Cell>
              <Cell numeric className={edge.health === "failing" ? "text-failing" : "text-degraded"}>
                {edge.protocol === "tcp" ? formatRate(edge.connections?.failedPerSecond, "conn/s") : formatErrors(edge)}
              </Cell>
            </tr>
          ))}
        </DataTable>
      )}
    </Section>
  );
}

/** By which limits edges are in the state that they are in: what is red elsewhere may be well here. */
function Limits({ limits: { items, more } }: Pick<Scope, "limits">) {
  if (items.length === 0) return null;
  return (
    <Section title="By which limits">
      <ul>
        {items.map(({ limit, edges, worst }) => (
          <li key={limitOfMany(limit)} className="border-t border-line py-[5px]">
            {formatPlural(edges, "edge")}: {limitOfMany(limit)}
            {worst.limit !== undefined && (
              <span className="block text-[11px] text-ink-2">
                Furthest over it:{" "}
                <SelectLink id={worst.id} className="underline underline-offset-2">
                  <bdi>{anyTitle(worst.id)}</bdi>
                </SelectLink>
                , {formatPercent(worst.limit.share)}
              </span>
            )}
          </li>
        ))}
      </ul>
      {more > 0 && <p className="mt-1 text-ink-3">and {formatPlural(more, "more limit")}</p>}
    </Section>
  );
}

function Facts({ scope, traffic }: { readonly scope: Scope; readonly traffic: readonly TrafficRow[] }) {
  const { coverage, folded } = scope.summary;
  return (
    <Section title="What it rests on">
      <dl>
        <Fact name="Coverage">
          {coverage === null ? (
            NO_DATA
          ) : (
            <span className={clsx(coverage.reporting < coverage.pods && "text-degraded")}>
              {formatCount(coverage.reporting)} of {formatPlural(coverage.pods, "pod")} reporting
            </span>
          )}
        </Fact>
        {folded !== null && (
          <Fact name="Inside groups">
            {formatRate(folded.rate)} · {formatRate(folded.errorRate)} failed
          </Fact>
        )}
        {traffic.flatMap(({ direction, totals: { connections } }) =>
          connections === null
            ? []
            : [
                <Fact key={direction} name={`TCP ${direction}`}>
                  {formatRate(connections.openedPerSecond, "conn/s")} opened ·{" "}
                  <span className={clsx(connections.failedPerSecond > 0 && "text-failing")}>
                    {formatRate(connections.failedPerSecond, "conn/s")} failed
                  </span>{" "}
                  · {connections.open === null ? NO_DATA : formatNumber(connections.open)} open
                </Fact>,
              ],
        )}
      </dl>
      <p className="mt-2 text-[11px] text-ink-3">
        mTLS is the share that a server or its certificate proves; what nobody measured counts as not proven. Quantiles
        of several edges do not add up: each edge has its own.
      </p>
    </Section>
  );
}
