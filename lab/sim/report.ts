/** Who writes what down: one function for each kind of observer, each adding to one proxy's metrics. */
import type { Identity, Labels, Outcome, ServiceLabels, TrafficLabels } from "../metrics/labels.ts";
import { requestLabels, tcpLabels, trafficLabels, ztunnelLabels } from "../metrics/labels.ts";
import type { Family, Measured, TcpSeries } from "../metrics/proxy.ts";
import type { SimPod } from "./pod.ts";
import type { Tagged } from "./tag-value.ts";
import type { Tag } from "./telemetry.ts";
import type { World } from "./world.ts";

/** A request between two ends as one observer tells it. */
export interface Observed {
  readonly reporter: "source" | "destination" | "waypoint";
  /** The pod whose proxy counts. */
  readonly at: SimPod;
  /** null: the observer doesn't know that end. */
  readonly source: SimPod | null;
  readonly destination: SimPod | null;
  readonly service: ServiceLabels;
  readonly mtls: boolean;
}

const labelsOf = (o: Observed): TrafficLabels => ({
  reporter: o.reporter,
  source: o.source?.identity ?? null,
  destination: o.destination?.identity ?? null,
  service: o.service,
  mtls: o.mtls,
});

const keyOf = (o: Observed): string =>
  `${o.reporter[0]}${o.source?.identityKey ?? "?"}>${o.destination?.identityKey ?? "?"}|${o.service.host}|${o.service.name}|${o.mtls ? 1 : 0}`;

/** A finished HTTP or gRPC request. */
export function reportRequest(world: World, o: Observed, outcome: Outcome, measured: Measured, asked: Tagged): void {
  const tags = world.tags(o.at, o.reporter === "source" ? "CLIENT" : "SERVER");
  const written = (list: readonly Tag[]) => list.map(({ name, value }) => [name, value(asked)] as const);
  const base = `${keyOf(o)}|${outcome.protocol}|${outcome.code}|${outcome.grpcStatus}|${outcome.flags}`;
  const series = (own: Labels): Family => ({
    key: base + own.map((tag) => `|${tag.join("=")}`).join(""),
    labels: () => withTags(requestLabels(labelsOf(o), outcome), own),
  });
  const all = series(written(tags.filter(({ counts }) => counts !== true)));
  o.at.metrics.request(tags.some(({ counts }) => counts) ? series(written(tags)) : all, all, measured);
}

/** An override of a standard tag takes its place. */
const withTags = (labels: Labels, tags: Labels): Labels => [
  ...labels.filter(([name]) => !tags.some(([own]) => own === name)),
  ...tags,
];

/**
 * gRPC messages since the last report. Proxies write them before the request's end is known, so these series have
 * neither protocol, code, flags nor security policy.
 */
export function reportMessages(o: Observed, sent: number, received: number): void {
  o.at.metrics.messages(keyOf(o), () => trafficLabels(labelsOf(o)), sent, received);
}

/** The counters of a TCP label set at a sidecar or gateway, frozen for a connection's life. */
export function tcpSeries(o: Observed, flags: string): TcpSeries {
  return o.at.metrics.tcp(`${keyOf(o)}|${flags}`, () => tcpLabels(labelsOf(o), flags));
}

/** The counters of an L4 label set at a ztunnel. */
export function ztunnelSeries(
  ztunnel: SimPod,
  z: {
    readonly reporter: "source" | "destination";
    readonly source: SimPod | null;
    readonly destination: SimPod | null;
    readonly service: ServiceLabels;
    readonly mtls: boolean;
    readonly flags: string;
  },
): TcpSeries {
  const end = (pod: SimPod | null): Identity | null => pod?.identity ?? null;
  const key = `z${z.reporter[0]}${z.source?.identityKey ?? "?"}>${z.destination?.identityKey ?? "?"}|${z.service.host}|${z.mtls ? 1 : 0}|${z.flags}`;
  return ztunnel.metrics.tcp(key, () =>
    ztunnelLabels({ ...z, source: end(z.source), destination: end(z.destination) }),
  );
}
