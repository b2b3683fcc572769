/**
 * From Prometheus's answers to observations. Whatever a label or value holds, nothing throws and nothing is made up: a
 * series that can't be read is left out and counted.
 */
import type { Observer, Protocol } from "#lib/graph/model.ts";
import type { EdgeObservation, Endpoint, PodReport } from "#lib/graph/observation.ts";
import type { Answers, Capabilities, DecodeContext, Decoded } from "#lib/mesh/port.ts";
import type { Labels, Sample } from "#lib/promql/result.ts";
import { unixSeconds } from "#lib/units.ts";
import { Draft } from "./draft.ts";
import { EndpointReader, type Ends } from "./endpoints.ts";
import { type Facts, factsOf } from "./facts.ts";
import { OTHER_HOSTS } from "./hosts.ts";
import { known, METER, type METERS } from "./labels.ts";
import { Latencies } from "./latency.ts";
import { MissingLabels, missingReads, missingTelemetry } from "./missing.ts";
import { NEWBORN } from "./reads.ts";
import { recordedEvery } from "./recordings.ts";

/** How many hosts and services that nothing declares get a node of their own; clients can make up any number. */
const MAX_UNDECLARED = 200;

/** Decodes one refresh. Cost: linear in samples. */
export function decodeAnswers(answers: Answers, capabilities: Capabilities, context: DecodeContext): Decoded {
  const facts = factsOf(capabilities);
  const round = new Round(facts, context);
  for (const sample of answers.get("requests")?.samples ?? []) round.request(sample);
  for (const sample of answers.get("newborn")?.samples ?? []) round.newborn(sample, capabilities.scrapeInterval ?? 0);
  for (const sample of answers.get("l4")?.samples ?? []) round.l4(sample);
  for (const sample of answers.get("history")?.samples ?? []) round.history(sample);
  const latency = answers.get("latency");
  const latencies = new Latencies();
  for (const sample of latency?.samples ?? []) if (!latencies.add(sample)) round.ignore(sample);
  const pods = (answers.get("targets")?.samples ?? []).flatMap((sample) => podReport(sample, facts, context) ?? []);
  return {
    observations: round.finish(latency === undefined ? null : latencies),
    pods,
    missing: [...round.missing.list(), ...missingTelemetry(facts), ...missingReads(answers)],
    ignored: round.ignored(),
    warnings: warningsOf(answers, facts),
    infos: infosOf(facts, context),
  };
}

function warningsOf(answers: Answers, { doubles }: Facts): readonly string[] {
  const said = new Set([...answers.values()].flatMap(({ warnings }) => warnings));
  if (doubles !== null) {
    const others = doubles.pods === 1 ? "" : ` and ${doubles.pods - 1} more`;
    said.add(`Two scrape targets report the pod ${doubles.example}${others}. Each pod is counted once.`);
  }
  return [...said].sort();
}

function infosOf(facts: Facts, { window, past = false }: DecodeContext): readonly string[] {
  const every = past ? null : recordedEvery(window, facts);
  if (every === null) return [];
  return [`Numbers of this window come from recording rules: they may be up to ${every} s older than they say.`];
}

function podReport({ labels, value }: Sample, facts: Facts, context: DecodeContext): PodReport | null {
  const namespace = labels[facts.namespaceLabel ?? ""] ?? "";
  const pod = labels[facts.podLabel ?? ""] ?? "";
  if (namespace === "" || pod === "") return null;
  const cluster = known(labels, "cluster");
  return {
    cluster: cluster === null ? context.defaultCluster : context.clusterOf(cluster),
    namespace,
    pod,
    up: value === 1,
  };
}

interface Entry {
  readonly draft: Draft;
  readonly undeclared: boolean;
  readonly latencyKeys: Set<string>;
  weight: number;
}

class Round {
  readonly missing = new MissingLabels();
  readonly #facts: Facts;
  readonly #context: DecodeContext;
  readonly #reader: EndpointReader;
  readonly #entries = new Map<string, Entry>();
  readonly #numbers = new Map<object, number>();
  #ignored = 0;
  #example: string | null = null;

  constructor(facts: Facts, context: DecodeContext) {
    this.#facts = facts;
    this.#context = context;
    this.#reader = new EndpointReader(context);
  }

  request(sample: Sample): void {
    const protocol = httpProtocol(sample.labels);
    const entry = this.#entry(sample, protocol);
    if (entry === null) return;
    this.missing.request(sample.labels, protocol);
    entry.weight += sample.value;
    entry.draft.request(sample.labels, sample.value, 0);
  }

  newborn(sample: Sample, interval: number): void {
    const { labels, value } = sample;
    const meter = labels[METER];
    if (meter === NEWBORN.opened || meter === NEWBORN.failed) {
      this.#entry(sample, "tcp")?.draft.flow(meter, labels, value / this.#context.window);
      return;
    }
    const entry = this.#entry(sample, httpProtocol(labels));
    if (entry === null) return;
    if (meter === NEWBORN.missed) {
      const rate = value / this.#context.window;
      entry.weight += rate;
      entry.draft.request(labels, rate, rate);
    } else if (meter === NEWBORN.born) entry.draft.born(value);
    else if (meter === NEWBORN.samples) {
      // The first of n samples that are one interval apart; right to one interval, which is as fine as scraping sees.
      entry.draft.bornAt(unixSeconds(this.#context.at - Math.max(0, value - 1) * interval));
    } else this.ignore(sample);
  }

  l4(sample: Sample): void {
    const { labels, value } = sample;
    const meter = labels[METER];
    if (meter === "requestMessages" || meter === "responseMessages") {
      const entry = this.#entry(sample, "grpc");
      entry?.draft.messages(meter === "requestMessages" ? "sent" : "received", labels, value);
      return;
    }
    if (meter === "operation") {
      const name = known(labels, this.#facts.operationLabel ?? "");
      const entry = this.#entry(sample, httpProtocol(labels));
      if (name !== null) entry?.draft.operation(name, value);
      return;
    }
    const flow = meter === "open" ? null : flowOf(meter);
    if (flow === undefined) {
      this.ignore(sample);
      return;
    }
    const entry = this.#entry(sample, "tcp");
    if (entry === null) return;
    this.missing.connection(labels);
    entry.weight += value;
    if (flow === null) entry.draft.open(value);
    else entry.draft.flow(flow, labels, value);
  }

  history(sample: Sample): void {
    const { labels, value } = sample;
    this.#entry(sample, labels[METER] === "opened" ? "tcp" : httpProtocol(labels))?.draft.seen(labels, value);
  }

  ignore({ labels, value }: Sample): void {
    this.#ignored++;
    this.#example ??= `${JSON.stringify(labels).slice(0, 300)} ${value}`;
  }

  ignored(): Decoded["ignored"] {
    return { series: this.#ignored, example: this.#example };
  }

  #entry(sample: Sample, protocol: Protocol | null): Entry | null {
    const { labels, value } = sample;
    const reporter = this.#observer(labels);
    const ends = Number.isFinite(value) && value >= 0 && protocol !== null ? this.#reader.read(labels) : null;
    if (reporter === null || ends === null || protocol === null) {
      this.ignore(sample);
      return null;
    }
    const { observer, side } = reporter;
    const key = `${this.#number(ends.source)} ${this.#number(ends.destination)} ${protocol} ${observer} ${side ?? ""}`;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = newEntry(ends, protocol, observer, side);
      this.#entries.set(key, entry);
    }
    if (protocol !== "tcp") entry.latencyKeys.add(Latencies.key(labels));
    return entry;
  }

  /** Endpoint objects are shared, so a number for each makes short keys. */
  #number(end: object): number {
    let number = this.#numbers.get(end);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(end, number);
    }
    return number;
  }

  #observer(labels: Labels): { readonly observer: Observer; readonly side: "client" | "server" | undefined } | null {
    const { reporter } = labels;
    const { ztunnelLabel } = this.#facts;
    if (ztunnelLabel !== null && labels[ztunnelLabel] === "ztunnel") {
      if (reporter !== "source" && reporter !== "destination") return null;
      return { observer: "ztunnel", side: reporter === "source" ? "client" : "server" };
    }
    if (reporter !== "source" && reporter !== "destination" && reporter !== "waypoint") return null;
    return { observer: reporter, side: undefined };
  }

  finish(latencies: Latencies | null): readonly EdgeObservation[] {
    const kept = this.#keptHosts();
    return [...this.#entries.values()].map(({ draft, undeclared, latencyKeys }) => {
      const latency =
        latencies === null || draft.key.protocol === "tcp"
          ? { histogram: null, missing: null, bodies: null }
          : latencies.of(latencyKeys, this.#facts.buckets === "native");
      const observation = draft.finish(latency);
      const { destination } = observation;
      if (!undeclared || kept.has(nameOf(destination))) return observation;
      return {
        ...observation,
        destination: { ...destination, namespace: null, service: null, external: OTHER_HOSTS },
      };
    });
  }

  /** The busiest of the hosts that nothing declares; of equals the first in order. */
  #keptHosts(): ReadonlySet<string> {
    const weights = new Map<string, number>();
    for (const { draft, undeclared, weight } of this.#entries.values()) {
      if (!undeclared) continue;
      const name = nameOf(draft.key.destination);
      weights.set(name, (weights.get(name) ?? 0) + weight);
    }
    const ranked = [...weights].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    return new Set(ranked.slice(0, MAX_UNDECLARED).map(([host]) => host));
  }
}

/** An end that is a host or a service, as the cap counts it. */
const nameOf = ({ external, namespace, service }: Endpoint) => external ?? `${namespace}/${service}`;

function newEntry(ends: Ends, protocol: Protocol, observer: Observer, side: "client" | "server" | undefined): Entry {
  const { source, destination, undeclared } = ends;
  return {
    draft: new Draft({ source, destination, protocol, observer, side }),
    undeclared,
    latencyKeys: new Set(),
    weight: 0,
  };
}

/** http or grpc, however it is written; without the label, by whether there is a gRPC status. null for anything else. */
export function httpProtocol(labels: Labels): Protocol | null {
  const written = (labels["request_protocol"] ?? "").toLowerCase();
  if (written === "grpc" || written === "http") return written;
  if (written !== "" && written !== "unknown") return written.startsWith("http") ? "http" : null;
  return (labels["grpc_response_status"] ?? "") === "" ? "http" : "grpc";
}

function flowOf(
  meter: string | undefined,
): Exclude<keyof typeof METERS, "requestMessages" | "responseMessages"> | undefined {
  switch (meter) {
    case "sent":
    case "received":
    case "opened":
    case "closed":
    case "failed":
      return meter;
    default:
      return undefined;
  }
}
