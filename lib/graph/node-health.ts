/** Health of nodes and edges from the headline numbers of their hops. */
import { connectionHealth, type HealthRules, type HealthSubject, requestHealth, worse } from "./health.ts";
import { messageRate } from "./measure.ts";
import type { HealthState, NodeKind, Protocol } from "./model.ts";
import type { EdgeObservation, RequestCount } from "./observation.ts";
import type { Direction } from "./tolerance.ts";
import type { Hop, WorkloadNode } from "./workload-graph.ts";

type Subject = Pick<WorkloadNode, "key" | "annotations">;

/** Kinds that are judged by what they send as well as by what they get; what isn't ours is judged by what it answers. */
const OURS: ReadonlySet<NodeKind> = new Set(["workload", "app", "service"]);

/** How the rules know a node. */
export function subjectOf({ key, annotations }: Subject): HealthSubject {
  return { namespace: key.namespace, kind: key.kind, name: key.name, annotations };
}

/** Connections of a tcp hop, a live stream, and what the layer below says of an L7 hop. */
export function connectionState(hop: Pick<Hop, "headline" | "below">): HealthState {
  const { headline, below } = hop;
  if (headline === null) return below;
  const { connections, bytes, layer } = headline;
  // Bodies of requests say that there were requests, not how they fared.
  const flow = bytes === null || layer === "l7" ? 0 : bytes.sent + bytes.received;
  const own = connectionHealth({
    opened: connections?.opened ?? 0,
    failed: connections?.failed ?? 0,
    open: connections?.open ?? null,
    bytes: flow + messageRate(headline),
  });
  return worse(own, below === "healthy" ? "unknown" : below);
}

/** Requests by node, direction and protocol, for judging the whole of them at once. */
class Ledger {
  readonly #requests = new Map<
    string,
    Map<string, { direction: Direction; protocol: Protocol; list: RequestCount[] }>
  >();
  readonly #states = new Map<string, HealthState>();

  add(
    id: string,
    direction: Direction,
    protocol: Protocol,
    headline: EdgeObservation | null,
    state: HealthState,
  ): void {
    this.#states.set(id, worse(this.#states.get(id) ?? "unknown", state));
    if (headline === null || headline.requests.length === 0) return;
    let sides = this.#requests.get(id);
    if (sides === undefined) {
      sides = new Map();
      this.#requests.set(id, sides);
    }
    const key = `${direction} ${protocol}`;
    const side = sides.get(key);
    if (side === undefined) sides.set(key, { direction, protocol, list: [...headline.requests] });
    else side.list.push(...headline.requests);
  }

  *judge(subjects: ReadonlyMap<string, Subject>, rules: HealthRules): Generator<readonly [string, HealthState]> {
    for (const [id, connections] of this.#states) {
      const subject = subjects.get(id);
      if (subject === undefined) continue;
      const tolerances = rules.tolerances(subjectOf(subject));
      let state = connections;
      for (const { direction, protocol, list } of this.#requests.get(id)?.values() ?? []) {
        state = worse(state, requestHealth(list, protocol, direction, tolerances));
      }
      yield [id, state];
    }
  }
}

/**
 * Health of nodes with live hops; the others are absent. A node is as bad as the worst of what comes in and what goes
 * out, by protocol.
 */
export function workloadHealth(
  hops: readonly Hop[],
  subjects: ReadonlyMap<string, Subject>,
  rules: HealthRules,
  place: (id: string, hop: Hop, end: "source" | "target") => string = (id) => id,
): ReadonlyMap<string, HealthState> {
  const ledger = new Ledger();
  for (const hop of hops) {
    if (!hop.live) continue;
    const [source, target] = [place(hop.source, hop, "source"), place(hop.target, hop, "target")];
    const state = connectionState(hop);
    const kind = subjects.get(source)?.key.kind;
    ledger.add(target, "inbound", hop.protocol, hop.headline, state);
    if (kind !== undefined && OURS.has(kind)) ledger.add(source, "outbound", hop.protocol, hop.headline, state);
    else ledger.add(source, "outbound", hop.protocol, null, "unknown");
  }
  return new Map(ledger.judge(subjects, rules));
}
