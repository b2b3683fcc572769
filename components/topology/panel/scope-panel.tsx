import { clsx } from "clsx";
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
import { type Scope, WHOLE } from "#lib/live/scope.ts";
import { anyTitle, idTitle } from "../names.ts";
import { SelectLink } from "../selection.tsx";
import { ChangesSection } from "./changes-section.tsx";
import { FlagList } from "./responses.tsx";
import { CodesByDirection, TrafficTable } from "./traffic-table.tsx";

const STATES: readonly HealthState[] = ["failing", "degraded", "unknown", "healthy", "idle"];
const BOX_WORDS: Readonly<Record<string, string>> = { namespace: "Namespace", cluster: "Cluster", app: "App" };

/** Several nodes at once: a box, or everything that is in the view. */
export function ScopePanel({
  id,
  scope,
  changes,
}: {
  readonly id: string;
  readonly scope: Scope;
  readonly changes: Changes | null;
}) {
  const key = parseNodeId(id);
  const whole = id === WHOLE;
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
        {formatPlural(scope.nodes, "mark")}, {formatPlural(scope.edges, "edge")}
      </p>
      <States scope={scope} />
      {changes !== null && <ChangesSection changes={changes} />}
      <Worst scope={scope} />
      <TrafficTable traffic={scope.traffic} whole={whole} />
      <CodesByDirection traffic={scope.traffic} />
      <FlagList flags={scope.flags} unit="/s" />
      <Facts scope={scope} />
    </>
  );
}

/** How many nodes and edges are in which state; the word stands beside the mark. */
function States({ scope }: { readonly scope: Scope }) {
  const present = STATES.filter((state) => scope.states[state] + scope.edgeStates[state] > 0);
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
          <Cell numeric>{formatCount(scope.states[state])}</Cell>
          <Cell numeric>{formatCount(scope.edgeStates[state])}</Cell>
        </tr>
      ))}
    </DataTable>
  );
}

function Worst({ scope }: { readonly scope: Scope }) {
  const bad = scope.edgeStates.failing + scope.edgeStates.degraded;
  return (
    <Section
      title="What hurts"
      aside={bad > scope.worst.length ? `${scope.worst.length} of ${formatCount(bad)}` : undefined}
    >
      {scope.worst.length === 0 ? (
        <p className="border-t border-line pt-[5px] text-ink-2">No edge here is degraded or failing.</p>
      ) : (
        <DataTable
          label="Edges in trouble"
          columns={[{ title: "Edge" }, { title: "Rate", numeric: true }, { title: "Errors", numeric: true }]}
        >
          {scope.worst.map((edge) => (
            <tr key={edge.id}>
              <Cell className="max-w-40">
                <span className="flex min-w-0 items-center gap-1.5">
                  <StateMark state={edge.health} />
                  <SelectLink id={edge.id} className="name underline-offset-2 hover:underline">
                    <bdi title={anyTitle(edge.id)}>{anyTitle(edge.id)}</bdi>
                  </SelectLink>
                </span>
              </Cell>
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

function Facts({ scope }: { readonly scope: Scope }) {
  const { coverage, mtls, connections, streams } = scope;
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
        <Fact name="Mutual TLS">
          {mtls === null ? NO_DATA : `${formatPercent(mtls.share)} of requests`}
          <span className="block text-[11px] text-ink-3">
            {mtls === null
              ? "nothing measured it"
              : `${mtls.basis === "server" ? "measured at servers" : "partly proven by servers' certificates"}, known of ${formatPercent(mtls.measured)} of them`}
          </span>
        </Fact>
        {connections !== null && (
          <>
            <Fact name="TCP opened">{formatRate(connections.opened, "conn/s")}</Fact>
            <Fact name="TCP failed">
              <span className={clsx(connections.failed > 0 && "text-failing")}>
                {formatRate(connections.failed, "conn/s")}
              </span>
            </Fact>
            <Fact name="TCP open now">{connections.open === null ? NO_DATA : formatNumber(connections.open)}</Fact>
          </>
        )}
        {streams > 0 && <Fact name="Streams">{formatPlural(streams, "edge")} with messages on open streams</Fact>}
      </dl>
    </Section>
  );
}
