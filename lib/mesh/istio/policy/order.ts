/**
 * In which order objects are written so that no call meets a half-written state: what is named before what names it, and
 * taken away the other way round ("make before break"). https://istio.io/latest/docs/ops/best-practices/traffic-management/
 */
import { listAt, textAt } from "#lib/policy/json.ts";
import { kindKey, manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { StepOp } from "#lib/policy/plan.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import { refText } from "#lib/policy/ref.ts";

/** Lower is written first. Clients' TLS (DestinationRule) before what servers ask for (PeerAuthentication). */
const ranks: readonly (readonly string[])[] = [
  ["Namespace", "GatewayClass", "ReferenceGrant"],
  ["ServiceEntry", "WorkloadGroup", "WorkloadEntry"],
  ["Gateway.networking.istio.io", "Gateway.gateway.networking.k8s.io"],
  ["ListenerSet", "ProxyConfig", "BackendTLSPolicy"],
  ["DestinationRule"],
  ["VirtualService", "HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"],
  ["PeerAuthentication"],
  // Claims are checked before rules that ask for them; without it every such call would be denied meanwhile.
  ["RequestAuthentication"],
  ["AuthorizationPolicy"],
  ["Sidecar", "Telemetry", "WasmPlugin", "TrafficExtension", "EnvoyFilter"],
];
const rankOf = new Map(ranks.flatMap((keys, rank) => keys.map((key) => [key, rank] as const)));
const LAST = ranks.length;
/** Deletions come after everything else, in the opposite order. */
const AFTER = 2 * LAST + 1;

/** By kind alone: orderSteps knows more, because it sees what a change takes away. */
export function order(object: ObjectRef, op: StepOp): number {
  const rank = rankOf.get(kindKey(object)) ?? LAST;
  return op === "delete" ? AFTER + LAST - rank : rank;
}

export interface OrderStep {
  readonly op: StepOp;
  readonly ref: ObjectRef;
  readonly before: Manifest | null;
  readonly after: Manifest | null;
}

/** What others may name of an object: subsets, hosts, servers. */
function offers(manifest: Manifest | null): ReadonlySet<string> {
  if (manifest === null) return new Set();
  switch (manifestKindKey(manifest)) {
    case "DestinationRule": {
      const host = textAt(manifest.spec, "host") ?? "";
      const subsets = listAt(manifest.spec, "subsets").map((subset) => `subset ${textAt(subset, "name") ?? ""}`);
      return new Set([`host ${host}`, ...subsets]);
    }
    case "ServiceEntry":
      return new Set(listAt(manifest.spec, "hosts").map((host) => `host ${String(host)}`));
    case "Gateway.networking.istio.io":
      return new Set(
        listAt(manifest.spec, "servers").flatMap((server) =>
          listAt(server, "hosts").map((host) => `host ${String(host)} on port ${textAt(server, "port", "name") ?? ""}`),
        ),
      );
    case "Gateway.gateway.networking.k8s.io":
      return new Set(listAt(manifest.spec, "listeners").map((l) => `listener ${textAt(l, "name") ?? ""}`));
    default:
      return new Set();
  }
}

const ROUTES = new Set(ranks[5]);

/**
 * The steps in a safe order, or why there is none. An update that only drops what others may name (a DestinationRule's
 * subset) goes after the routes that stop naming it, like a deletion. One that both adds and drops while routes change with
 * it has no safe place in one write: it is refused, and the reason says to make it two plans. Stable within a rank.
 */
export function orderSteps<S extends OrderStep>(
  steps: readonly S[],
): { readonly ok: true; readonly steps: readonly S[] } | { readonly ok: false; readonly reason: string } {
  const routed = steps.some(({ ref }) => ROUTES.has(kindKey(ref)));
  const places = new Map<S, number>();
  for (const step of steps) {
    const [old, now] = [offers(step.before), offers(step.after)];
    const added = [...now].filter((item) => !old.has(item));
    const dropped = [...old].filter((item) => !now.has(item));
    const update = step.op === "update";
    if (update && routed && added.length > 0 && dropped.length > 0) {
      return {
        ok: false,
        reason:
          `${refText(step.ref)} gains ${added.join(", ")} and loses ${dropped.join(", ")} while routes change with it: ` +
          "calls would fail in between. Add first, move the routes, and remove in a second plan.",
      };
    }
    places.set(step, order(step.ref, update && dropped.length > 0 && routed ? "delete" : step.op));
  }
  return { ok: true, steps: steps.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0)) };
}
