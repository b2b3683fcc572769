import { clsx } from "clsx";
import { Icon } from "#components/ui/icon.tsx";
import { Name } from "#components/ui/name.tsx";
import { Fact, Section } from "#components/ui/section.tsx";
import { formatBytesRate, formatMs, formatNumber, formatRate, NO_DATA } from "#lib/format.ts";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import { coverageWords, mtlsWords, noLatency, tooFew } from "../words.ts";
import { HostList } from "./host-list.tsx";

/** Pods that report of pods that exist, at each end whose pods are known: partial coverage never looks like a drop. */
export function EdgeCoverage({
  source,
  target,
}: {
  readonly source: GraphNode | null;
  readonly target: GraphNode | null;
}) {
  const ends = [
    ["Caller", source],
    ["Server", target],
  ] as const;
  const known = ends.flatMap(([name, node]) => {
    const words = node === null ? null : coverageWords(node);
    return words === null || node?.coverage === undefined ? [] : [{ name, words, ...node.coverage }];
  });
  if (known.length === 0) return null;
  return (
    <p className="text-[11px] text-ink-3">
      {known.map(({ name, words, reporting, pods }, at) => (
        <span key={name} className={clsx(reporting < pods && "text-degraded")}>
          {at > 0 && " · "}
          {name}: {words}
        </span>
      ))}
    </p>
  );
}

export function Security({ edge }: { readonly edge: GraphEdge }) {
  const { value, basis } = mtlsWords(edge);
  const plain = edge.mtls !== null && edge.mtls < 1;
  return (
    <Section title="Security">
      <dl>
        <Fact name="Mutual TLS">
          <span className={clsx("inline-flex items-center gap-1.5", plain && "text-degraded")}>
            <Icon name={plain ? "unlock" : "lock"} size={14} className={clsx(edge.mtls === null && "invisible")} />
            {value}
          </span>
          <span className="block text-[11px] text-ink-3">{basis}</span>
        </Fact>
        {edge.principals?.source !== undefined && (
          <Fact name="Caller is">
            <Name text={edge.principals.source} className="font-mono text-[11px]" />
          </Fact>
        )}
        {edge.principals?.destination !== undefined && (
          <Fact name="Server is">
            <Name text={edge.principals.destination} className="font-mono text-[11px]" />
          </Fact>
        )}
      </dl>
    </Section>
  );
}

export function LatencyFacts({ edge }: { readonly edge: GraphEdge }) {
  const { latency } = edge;
  if (edge.protocol === "tcp") return null;
  return (
    <Section
      title="Latency"
      aside={latency !== null && tooFew(edge.requests) ? "too few requests to trust" : undefined}
    >
      {latency === null ? (
        <p className="border-t border-line pt-[5px] text-ink-2">No data: {noLatency(edge)}.</p>
      ) : (
        <dl className="grid grid-cols-4 gap-3 border-t border-line pt-[5px]">
          {(["mean", "p50", "p95", "p99"] as const).map((quantile) => (
            <div key={quantile}>
              <dt className="text-[11px] text-ink-3">{quantile}</dt>
              <dd>{formatMs(latency[quantile])}</dd>
            </div>
          ))}
        </dl>
      )}
    </Section>
  );
}

/** Bodies of requests and responses, and the messages of gRPC: what a stream does while no request ends. */
export function FlowFacts({ edge: { protocol, bytesPerSecond, messagesPerSecond } }: { readonly edge: GraphEdge }) {
  if (protocol === "tcp" || (bytesPerSecond === undefined && messagesPerSecond === undefined)) return null;
  return (
    <Section title="Throughput">
      <dl>
        {bytesPerSecond !== undefined && (
          <>
            <Fact name="Bodies to the server">{formatBytesRate(bytesPerSecond.sent)}</Fact>
            <Fact name="Bodies to the caller">{formatBytesRate(bytesPerSecond.received)}</Fact>
          </>
        )}
        {messagesPerSecond !== undefined && (
          <>
            <Fact name="Messages to the server">{formatRate(messagesPerSecond.sent, "msg/s")}</Fact>
            <Fact name="Messages to the caller">{formatRate(messagesPerSecond.received, "msg/s")}</Fact>
          </>
        )}
      </dl>
    </Section>
  );
}

export function ConnectionFacts({ edge }: { readonly edge: GraphEdge }) {
  const { connections } = edge;
  if (connections === undefined) return null;
  return (
    <Section title="Connections">
      <dl>
        <Fact name="Open now">{connections.open === null ? NO_DATA : formatNumber(connections.open)}</Fact>
        <Fact name="Opened">{formatRate(connections.openedPerSecond, "conn/s")}</Fact>
        <Fact name="Closed">{formatRate(connections.closedPerSecond, "conn/s")}</Fact>
        <Fact name="Failed to connect">
          <span className={clsx(connections.failedPerSecond > 0 && "text-failing")}>
            {formatRate(connections.failedPerSecond, "conn/s")}
          </span>
        </Fact>
      </dl>
    </Section>
  );
}

/** What was asked for, where the mesh classifies requests. */
export function Operations({ edge }: { readonly edge: GraphEdge }) {
  return <HostList title="Operations" rates={edge.operations ?? {}} unit="req/s" />;
}

export function Hosts({ edge }: { readonly edge: GraphEdge }) {
  return <HostList title="Hosts asked for" rates={edge.hosts} unit={edge.protocol === "tcp" ? "conn/s" : "req/s"} />;
}
