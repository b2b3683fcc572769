/** A stretch of traffic as the viewer sees it, and what one pair's calls in it came to. */
import { parseNodeId } from "#lib/graph/id.ts";
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import { splitFlags } from "#lib/graph/outcome.ts";

export interface Traffic {
  /** What its rates are averages over. */
  readonly seconds: number;
  /** Between workloads, hosts and services that nobody answered for. */
  readonly edges: readonly GraphEdge[];
  /** The same calls drawn through the services that they ask for: client → service, service → who answers (`half`). */
  readonly through: readonly GraphEdge[];
  readonly nodes: ReadonlyMap<string, GraphNode>;
}

/** Counts of calls (of tcp: connections). null: telemetry doesn't tell. */
export interface Tally {
  readonly calls: number;
  /** 401 and 403, or gRPC's for the same: RBAC and JWT answer so, and applications may. */
  readonly refused: number | null;
  readonly neverArrived: number | null;
  readonly server: number | null;
  /** Other 4xx. */
  readonly client: number | null;
  /** Answered by a fault (FI), held back by one (DI), given up (UT): by the flags of who counted the calls. */
  readonly injected: number | null;
  readonly held: number | null;
  readonly timedOut: number | null;
  /** Without mutual TLS, of those of which it was measured. */
  readonly plain: { readonly calls: number; readonly of: number } | null;
}

/** https://grpc.io/docs/guides/status-codes/: PERMISSION_DENIED, UNAUTHENTICATED */
const REFUSED = { http: ["401", "403"], grpc: ["7", "16", "401", "403"] } as const;

const positive = (value: number | null | undefined): number =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;

/** Requests/s, of tcp connections/s. */
export function callRate({ protocol, rate, connections }: GraphEdge): number {
  if (protocol !== "tcp") return positive(rate);
  return Math.max(positive(connections?.openedPerSecond), positive(connections?.failedPerSecond));
}

/** What calls over these edges came to, all together. */
export function tallyOf(edges: readonly GraphEdge[], seconds: number): Tally {
  const sum = (read: (edge: GraphEdge) => number | null): number | null => {
    let total = 0;
    for (const edge of edges) {
      const value = read(edge);
      if (value === null) return null;
      total += value * seconds;
    }
    return total;
  };
  const measured = edges.filter(({ mtls }) => mtls !== null);
  const of = measured.reduce((total, edge) => total + callRate(edge) * seconds, 0);
  return {
    calls: edges.reduce((total, edge) => total + callRate(edge) * seconds, 0),
    refused: sum(refusedRate),
    neverArrived: sum((edge) =>
      edge.protocol === "tcp" ? positive(edge.connections?.failedPerSecond) : (edge.outcomes?.neverArrived ?? null),
    ),
    server: sum((edge) => (edge.protocol === "tcp" ? 0 : (edge.outcomes?.server ?? null))),
    client: sum((edge) => {
      const refused = refusedRate(edge);
      if (edge.protocol === "tcp") return 0;
      return edge.outcomes === null || refused === null ? null : Math.max(0, edge.outcomes.client - refused);
    }),
    injected: sum((edge) => (edge.protocol === "tcp" ? 0 : (edge.outcomes?.injected ?? null))),
    held: sum((edge) => flagRate(edge, "DI")),
    timedOut: sum((edge) => flagRate(edge, "UT")),
    plain:
      of > 0
        ? { of, calls: measured.reduce((all, edge) => all + callRate(edge) * seconds * (1 - (edge.mtls ?? 0)), 0) }
        : null,
  };
}

/** Alone or among others. null: its answers aren't in the telemetry. */
function flagRate({ outcomes, flags, protocol }: GraphEdge, flag: string): number | null {
  if (protocol === "tcp") return 0;
  if (outcomes === null) return null;
  return Object.entries(flags).reduce(
    (sum, [key, rate]) => (splitFlags(key).includes(flag) ? sum + positive(rate) : sum),
    0,
  );
}

function refusedRate({ protocol, outcomes, codes }: GraphEdge): number | null {
  if (protocol === "tcp") return 0;
  if (outcomes === null) return null;
  const answered = REFUSED[protocol].reduce((total, code) => total + positive(codes[code]), 0);
  // A fault may answer so too: it is of another class.
  return Math.min(answered, outcomes.client + outcomes.policy);
}

/** Servers count mirrored copies too: where anybody else reports, those edges that only servers do are left out. */
export function asked(edges: readonly GraphEdge[]): readonly GraphEdge[] {
  const reported = edges.filter(({ observer }) => observer !== "destination");
  return reported.length > 0 ? reported : edges;
}

/** Requests/s of a caller to who answers for a host that servers counted beyond what the caller's own proxy asked for. */
export function copies(
  { source, target }: Pick<Pair, "source" | "target">,
  { edges }: Traffic,
  traffics: readonly Traffic[],
): number {
  const answer = behind(target, traffics);
  return edges
    .filter((each) => each.source === source && each.protocol !== "tcp" && answer.has(each.target))
    .reduce((sum, { observers, observer, rate }) => {
      const served = observers.destination?.rate ?? (observer === "destination" ? rate : null);
      return sum + Math.max(0, positive(served) - positive(observers.source?.rate));
    }, 0);
}

/** Who answers calls to a service, and the service itself for those that reach nobody. */
export function behind(service: string, traffics: readonly Traffic[]): ReadonlySet<string> {
  const halves = traffics.flatMap(({ through }) => through.filter(({ half, source }) => half && source === service));
  return new Set([service, ...halves.map(({ target }) => target)]);
}

export const isService = (id: string): boolean => parseNodeId(id)?.kind === "service";

/** Both ends may be named to the reader. */
export const isNamed = ({ source, target }: Pick<GraphEdge, "source" | "target">): boolean =>
  [source, target].every((id) => parseNodeId(id)?.kind !== "restricted");

export interface Pair {
  readonly source: string;
  readonly target: string;
  readonly tcp: boolean;
}

/** The edges that a predicted pair means: to a workload or host its own, to a service those of all who answer for it. */
export function edgesOf({ source, target, tcp }: Pair, { edges, through }: Traffic): readonly GraphEdge[] {
  const drawn = isService(target) ? through : edges;
  return drawn.filter(
    (each) => each.source === source && each.target === target && !each.half && (each.protocol === "tcp") === tcp,
  );
}

/**
 * A caller's calls to a workload that never arrived are counted at the service that it asked for, whoever would have answered: those
 * edges, and whether they may belong to another workload's calls as well.
 */
export function strays(
  { source, target, tcp }: Pair,
  traffic: Traffic,
  before: Traffic,
): { readonly edges: readonly GraphEdge[]; readonly shared: boolean } {
  if (isService(target)) return { edges: [], shared: false };
  const own = traffic.edges.filter(
    (each) => each.source === source && isService(each.target) && (each.protocol === "tcp") === tcp,
  );
  const answers = own.map((edge) => ({ edge, answer: behind(edge.target, [before, traffic]) }));
  const fits = answers.filter(({ answer }) => answer.has(target));
  const others = [before, traffic].flatMap(({ edges }) =>
    edges.filter((each) => each.source === source && each.target !== target && !isService(each.target)),
  );
  return {
    edges: fits.map(({ edge }) => edge),
    shared: fits.some(({ answer }) => others.some((each) => answer.has(each.target))),
  };
}
