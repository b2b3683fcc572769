/** The sum of the hops that one drawn edge stands for. Quantiles come from summed buckets, never from averages. */
import { type PerSecond, perSecond, ratio, type Seconds } from "#lib/units.ts";
import { addTo, combineEvidence, mergeLatency, plus, securedOf, sumAllMessages } from "./combine.ts";
import { hostsOf, operations } from "./edge-names.ts";
import { type HealthRules, type HealthSubject, requestVerdict, type Verdict, worseVerdict } from "./health.ts";
import { messageRate, requestRate, weightOf } from "./measure.ts";
import type {
  ConnectionRates,
  GraphEdge,
  Latency,
  LatencyMissing,
  MtlsBasis,
  Observer,
  ObserverEvidence,
  Principals,
} from "./model.ts";
import { connectionState } from "./node-health.ts";
import type { RequestCount } from "./observation.ts";
import { type ErrorRule, outcomesOf, tally } from "./outcome.ts";
import { latencyOf } from "./quantile.ts";
import { record } from "./record.ts";
import { trialsOf } from "./trial.ts";
import type { Evidence, Hop, Trials } from "./workload-graph.ts";

const OBSERVERS: readonly Observer[] = ["source", "destination", "waypoint", "ztunnel", "extension"];

export interface EdgeContext {
  readonly window: Seconds;
  readonly errorRate: ErrorRule;
  readonly latency: boolean;
  readonly health: HealthRules;
  readonly trials?: Trials | undefined;
  readonly source: HealthSubject | null;
  readonly target: HealthSubject | null;
  /** Leave out what would name things the viewer may not see. */
  readonly masked: boolean;
}

/** Are all (code, flags) pairs of a short list different? Most hops' are: then nothing needs to be summed. */
function distinct(list: readonly RequestCount[]): boolean {
  if (list.length > 8) return false;
  for (let i = 1; i < list.length; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [list[i], list[j]];
      if (a !== undefined && b !== undefined && a.code === b.code && a.flags === b.flags && a.grpc === b.grpc)
        return false;
    }
  }
  return true;
}

/** Requests of equal code and flags as one. */
function coalesce(lists: readonly (readonly RequestCount[])[]): readonly RequestCount[] {
  const [only] = lists;
  if (lists.length === 1 && only !== undefined && distinct(only)) return only;
  // Two levels of maps and sums in place: a folded namespace adds up tens of thousands of counts.
  const sums = new Map<string, Map<string, Summed>>();
  const out: Summed[] = [];
  for (const list of lists) {
    for (const { code, grpc, flags, rate, newborn } of list) {
      const kind = grpc ? `grpc ${code}` : code;
      let byFlags = sums.get(kind);
      if (byFlags === undefined) {
        byFlags = new Map();
        sums.set(kind, byFlags);
      }
      const known = byFlags.get(flags);
      if (known === undefined) {
        const count = { code, grpc, flags, rate, newborn };
        byFlags.set(flags, count);
        out.push(count);
      } else {
        known.rate = plus(known.rate, rate);
        known.newborn = plus(known.newborn, newborn);
      }
    }
  }
  return out;
}

type Summed = { -readonly [Key in keyof RequestCount]: RequestCount[Key] };

function byKey(
  requests: readonly RequestCount[],
  key: (request: RequestCount) => string,
): Readonly<Record<string, PerSecond>> {
  const sums = new Map<string, PerSecond>();
  for (const request of requests) addTo(sums, key(request), request.rate);
  sums.delete("");
  return record(sums);
}

const flagOf = ({ flags }: RequestCount) => (flags === "-" ? "" : flags);

function connectionRates(connections: NonNullable<Evidence["connections"]>): ConnectionRates {
  const { opened, closed, failed, open } = connections;
  return { openedPerSecond: opened, closedPerSecond: closed, failedPerSecond: failed, open };
}

/** Codes and flags of requests as the graph shows them. */
interface Codes {
  readonly requests: readonly RequestCount[];
  readonly codes: Readonly<Record<string, PerSecond>>;
  readonly flags: Readonly<Record<string, PerSecond>>;
}

function codesOf(requests: readonly RequestCount[]): Codes {
  return { requests, codes: byKey(requests, (request) => request.code), flags: byKey(requests, flagOf) };
}

function connectionFlags(connections: Evidence["connections"]): Readonly<Record<string, PerSecond>> {
  const flags = new Map(connections?.flags ?? []);
  flags.delete("-");
  return record(flags);
}

/** `shown`: the headline's codes, which its own observer repeats; the same objects serve both. */
function evidenceRecord(
  { requests, bytes, connections, secured }: Evidence,
  l7: boolean,
  shown: Codes,
): ObserverEvidence {
  const { codes, flags } = requests === shown.requests || !l7 ? shown : codesOf(requests);
  return {
    ...(l7 ? { rate: perSecond(requestRate(requests)), codes } : {}),
    flags: l7 ? flags : connectionFlags(connections),
    ...(bytes === null ? {} : { bytesPerSecond: bytes }),
    ...(connections === null ? {} : { connections: connectionRates(connections) }),
    ...(secured !== undefined && secured.of > 0 ? { secured: ratio(Math.min(1, secured.part / secured.of)) } : {}),
  };
}

/** Accumulates hops and says what their edge is. Cost: linear in what the hops hold. */
export class EdgeSum {
  readonly #hops: Hop[] = [];

  add(hop: Hop): void {
    this.#hops.push(hop);
  }

  /** Requests per second and failures of the sum. */
  traffic(rule: ErrorRule): { readonly rate: PerSecond; readonly errorRate: PerSecond | null } {
    return tally(coalesce(this.#hops.map((hop) => hop.headline?.requests ?? [])), rule);
  }

  toEdge(id: string, source: string, target: string, context: EdgeContext): GraphEdge {
    const hops = this.#hops;
    const heads = hops.flatMap((hop) => hop.headline ?? []);
    const lead = heaviest(hops);
    const { protocol } = lead;
    const requests = coalesce(heads.map((head) => head.requests));
    const counted = tally(requests, context.errorRate);
    const tcp = protocol === "tcp";
    const streaming = !tcp && requests.length === 0 && heads.some((head) => messageRate(head) > 0);
    const messages = sumAllMessages(heads);
    const { bytes, connections } = flowsOf(heads);
    const shown = codesOf(requests);
    const newborn = heads.reduce((sum, head) => sum + head.newbornRequests, 0);
    const since = heads.reduce(
      (first, { newbornSince: t }) => (t !== null && t < first ? t : first),
      Number.POSITIVE_INFINITY,
    );
    const principals = context.masked ? {} : samePrincipals(hops);
    const verdict = this.#health(requests, context);
    const trials = context.masked ? [] : trialsOf(hops, context.trials);
    return {
      id,
      source,
      target,
      protocol,
      mesh: lead.mesh,
      layer: lead.layer,
      observer: lead.observer,
      observers: evidenceOf(hops, shown),
      ...extensionsOf(hops),
      rate: tcp ? null : counted.rate,
      requests: tcp ? null : counted.rate * context.window,
      errorRate: tcp ? null : counted.errorRate,
      outcomes: tcp ? null : requests.length === 0 ? outcomesOf(() => 0) : counted.outcomes,
      codes: shown.codes,
      flags: tcp ? connectionFlags(connections) : shown.flags,
      hosts: context.masked ? {} : hostsOf(hops),
      ...operations(hops, context.masked),
      ...(bytes === null ? {} : { bytesPerSecond: bytes }),
      ...(messages === null ? {} : { messagesPerSecond: messages }),
      ...(connections === null ? {} : { connections: connectionRates(connections) }),
      ...(streaming ? { streaming } : {}),
      ...(newborn > 0 && Number.isFinite(since)
        ? { newborn: { atLeast: newborn, firstSeen: new Date(since * 1000).toISOString() } }
        : {}),
      ...latency(hops, tcp, streaming, context.latency),
      ...mtls(hops),
      ...(Object.keys(principals).length > 0 ? { principals } : {}),
      health: verdict.state,
      ...(trials.length === 0 ? {} : { trials }),
      ...(verdict.limit === undefined ? {} : { limit: verdict.limit }),
    };
  }

  #health(requests: readonly RequestCount[], { health, source, target }: EdgeContext): Verdict {
    const [first] = this.#hops;
    if (first === undefined || !this.#hops.some((hop) => hop.live)) return { state: "idle" };
    let verdict: Verdict = { state: "unknown" };
    for (const hop of this.#hops) verdict = worseVerdict(verdict, { state: connectionState(hop) });
    if (target !== null)
      verdict = worseVerdict(verdict, requestVerdict(requests, first.protocol, "inbound", health.tolerances(target)));
    if (source !== null)
      verdict = worseVerdict(verdict, requestVerdict(requests, first.protocol, "outbound", health.tolerances(source)));
    return verdict;
  }
}

function heaviest(hops: readonly Hop[]): Hop {
  const weight = (hop: Hop) => (hop.headline === null ? -1 : weightOf(hop.headline));
  return hops.reduce((best, hop) => (weight(hop) > weight(best) ? hop : best));
}

function extensionsOf(hops: readonly Hop[]): Pick<GraphEdge, "extensions"> {
  const names = new Set(hops.flatMap(({ extensions }) => extensions));
  return names.size === 0 ? {} : { extensions: [...names].sort() };
}

function evidenceOf(hops: readonly Hop[], shown: Codes): GraphEdge["observers"] {
  const l7 = hops[0]?.protocol !== "tcp";
  const out: Partial<Record<Observer, ObserverEvidence>> = {};
  for (const observer of OBSERVERS) {
    const list = hops.flatMap((hop) => hop.evidence.get(observer) ?? []);
    if (list.length === 0) continue;
    const { bytes, connections } = flowsOf(list);
    const sum: Evidence = {
      requests: coalesce(list.map((evidence) => evidence.requests)),
      bytes,
      connections,
      ...securedOf(list),
    };
    out[observer] = evidenceRecord(sum, l7 && observer !== "ztunnel", shown);
  }
  return out;
}

/** Bytes and connections of disjoint sets of calls. */
function flowsOf(list: readonly Evidence[]): Omit<Evidence, "requests"> {
  const [only] = list;
  if (list.length === 1 && only !== undefined) return { bytes: only.bytes, connections: only.connections };
  const none: Evidence = { requests: [], bytes: null, connections: null };
  const flows = list.filter(({ bytes, connections }) => bytes !== null || connections !== null);
  return flows.reduce(
    (sum, { bytes, connections }) => combineEvidence(sum, { requests: [], bytes, connections }),
    none,
  );
}

function latency(
  hops: readonly Hop[],
  tcp: boolean,
  streaming: boolean,
  wanted: boolean,
): { latency: Latency | null; latencyMissing?: LatencyMissing } {
  const none = (reason: LatencyMissing) => ({ latency: null, latencyMissing: reason });
  if (!wanted) return none("off");
  if (tcp) return none("tcp");
  if (streaming) return none("streaming");
  const merged = mergeLatency(hops.flatMap((hop) => hop.headline ?? []));
  if (merged.latency === null) return none(merged.latencyMissing ?? "source-failed");
  const summary = latencyOf(merged.latency);
  return summary === null ? none("no-samples") : { latency: summary };
}

/** Proven share of all the traffic: what nobody measured counts as not proven, so a sum never looks better than its parts. */
function mtls(hops: readonly Hop[]): Pick<GraphEdge, "mtls" | "mtlsBasis"> {
  let total = 0;
  let proven = 0;
  let basis: MtlsBasis | null = null;
  for (const { headline, mtls: own } of hops) {
    if (headline === null) continue;
    const weight = Math.max(weightOf(headline), 1e-9);
    total += weight;
    if (own.share === null) continue;
    proven += weight * own.share;
    basis = basis === null || own.basis === "peer" ? own.basis : basis;
  }
  if (basis !== null) return { mtls: ratio(Math.min(1, proven / total)), mtlsBasis: basis };
  return { mtls: null, mtlsBasis: hops.every((hop) => hop.mtls.basis === "inferred") ? "inferred" : "unknown" };
}

/** Principals where all hops agree. */
function samePrincipals(hops: readonly Hop[]): Principals {
  const [first] = hops;
  if (first === undefined) return {};
  const same = (read: (p: Principals) => string | undefined) =>
    hops.every((hop) => read(hop.principals) === read(first.principals)) ? read(first.principals) : undefined;
  const source = same((p) => p.source);
  const destination = same((p) => p.destination);
  return { ...(source === undefined ? {} : { source }), ...(destination === undefined ? {} : { destination }) };
}
