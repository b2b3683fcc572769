/**
 * Who is believed for one edge. Observers are never added: the client's proxy knows what the client got, so it wins
 * wherever it reports; the others stay as evidence (docs/numbers.md, "Headline").
 */
import { ratio } from "#lib/units.ts";
import { addTo } from "./combine.ts";
import { requestRate, weightOf } from "./measure.ts";
import type { Observer, Principals, Protocol } from "./model.ts";
import type { EdgeObservation } from "./observation.ts";
import type { Hop, Mtls } from "./workload-graph.ts";

type Reporter = { readonly observer: Observer; readonly side: "client" | "server" | undefined };

const L7_ORDER: readonly Reporter[] = [
  { observer: "source", side: undefined },
  { observer: "waypoint", side: undefined },
  { observer: "destination", side: undefined },
  { observer: "extension", side: undefined },
];
/** The client's ztunnel is the client's reporter; the server's stands where the server's proxy does. */
const TCP_ORDER: readonly Reporter[] = [
  { observer: "source", side: undefined },
  { observer: "ztunnel", side: "client" },
  { observer: "waypoint", side: undefined },
  { observer: "destination", side: undefined },
  { observer: "ztunnel", side: "server" },
  { observer: "extension", side: undefined },
];

/**
 * The observations whose numbers one edge shows: all of the first reporter in order that counted requests; if none did,
 * of the first that saw anything (a stream); if none did, of the first there is. A ztunnel never heads http or grpc.
 */
export function headlineOf(protocol: Protocol, observations: readonly EdgeObservation[]): readonly EdgeObservation[] {
  const ranked = (protocol === "tcp" ? TCP_ORDER : L7_ORDER)
    .map(({ observer, side }) =>
      observations.filter((o) => o.observer === observer && (side === undefined || o.side === side)),
    )
    .filter((list) => list.length > 0);
  const first = (test: (o: EdgeObservation) => boolean) => ranked.find((list) => list.some(test));
  return first((o) => requestRate(o.requests) > 0) ?? first((o) => weightOf(o) > 0) ?? ranked[0] ?? [];
}

/** Whose word on mTLS is taken, best first: the server measured it; the client saw the peer's certificate. What another mesh says of its own proves nothing. */
const MTLS_ORDER: readonly Observer[] = ["destination", "waypoint", "ztunnel", "source"];

/**
 * The share of an edge's traffic that is proven mTLS, by the best observer that knows. With none that does there is no
 * number: `inferred` or `unknown` never read as encrypted.
 */
export function mtlsOf(observations: readonly EdgeObservation[]): Mtls {
  for (const basis of ["server", "peer"] as const) {
    for (const observer of MTLS_ORDER) {
      let weight = 0;
      let proven = 0;
      for (const o of observations) {
        if (o.observer !== observer || o.mtls?.basis !== basis) continue;
        // An observation that weighs nothing (an open, silent connection) still has a word where it is alone.
        const w = Math.max(weightOf(o), 1e-9);
        weight += w;
        proven += w * o.mtls.share;
      }
      if (weight > 0) return { share: ratio(Math.min(1, proven / weight)), basis };
    }
  }
  const passthrough = observations.some((o) => o.destination.external === "PassthroughCluster");
  return { share: null, basis: passthrough ? "inferred" : "unknown" };
}

/** Principals as the ends proved them: the server's word first. */
export function principalsOf(observations: readonly EdgeObservation[]): Principals {
  const find = (read: (o: EdgeObservation) => string | null) => {
    for (const observer of MTLS_ORDER) {
      for (const o of observations) {
        const principal = o.observer === observer ? read(o) : null;
        if (principal !== null) return principal;
      }
    }
    return null;
  };
  const source = find((o) => o.sourcePrincipal);
  const destination = find((o) => o.destinationPrincipal);
  return { ...(source === null ? {} : { source }), ...(destination === null ? {} : { destination }) };
}

/** Whom the server's side says the calls came from; a waypoint knows the client, the ztunnel behind it the waypoint alone. */
export function callersOf(observations: readonly EdgeObservation[]): ReadonlyMap<string, number> {
  for (const observer of ["destination", "waypoint", "ztunnel"] as const) {
    const callers = new Map<string, number>();
    for (const o of observations) {
      if (o.observer !== observer) continue;
      for (const [name, weight] of o.callers ?? []) addTo(callers, name, weight);
    }
    if (callers.size > 0) return callers;
  }
  return NOBODY;
}

/** `list`: an edge's observations; `lower`: what ztunnels counted on the same connections. */
export function atZtunnel(
  { source, destination }: Pick<EdgeObservation, "source" | "destination">,
  list: readonly EdgeObservation[],
  lower: readonly EdgeObservation[],
  idOf: (end: EdgeObservation["source"]) => string,
): Pick<Hop, "atZtunnel"> {
  if (!list.some(({ observer }) => observer === "waypoint")) return {};
  const [client, target] = [idOf(source), idOf(destination)];
  const seen = { relayed: new Map<string, number>(), direct: new Map<string, number>() };
  for (const o of lower) {
    if (o.observer !== "ztunnel" || o.callers === undefined || idOf(o.destination) !== target) continue;
    const all = [...o.callers.values()].reduce((sum, weight) => sum + weight, 0);
    const opened = o.connections?.opened ?? 0;
    for (const [name, weight] of o.callers)
      addTo(idOf(o.source) === client ? seen.direct : seen.relayed, name, all > 0 ? (opened * weight) / all : 0);
  }
  return seen.relayed.size + seen.direct.size === 0 ? {} : { atZtunnel: seen };
}

const NOBODY: ReadonlyMap<string, number> = new Map();
