/**
 * How to have a workload's proxies say more, by a Telemetry object: calls written down, labels that Istio's metrics don't have, more
 * requests traced. A sidecar or gateway is found by its pods' labels, a waypoint by `targetRefs`, in its own namespace alone; a ztunnel
 * follows no such object. Pure. (applicableTelemetries in istiod's pilot/pkg/model/telemetry.go)
 * https://istio.io/latest/docs/reference/config/telemetry/
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { RequestFact } from "#lib/mesh/port.ts";
import type { EvidenceOffer } from "#lib/policy/evidence.ts";
import type { Json, JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { type ObjectRef, refOf } from "#lib/policy/ref.ts";
import { FACT_LABELS } from "../labels.ts";
import { GATEWAY_API } from "./kinds.ts";
import { few, named, targetsOf } from "./lookup.ts";
import { proxiesOf } from "./meaning/effective/pod-waypoint.ts";
import { waypointOf } from "./meaning/effective/security.ts";
import type { SecurityWorld } from "./meaning/effective/sight.ts";
import { ownLabels } from "./own-labels.ts";
import { FACT_VALUES } from "./request-labels.ts";
import { has, mapAt, objectAt, specOf } from "./routing/json.ts";

interface Kind {
  readonly what: EvidenceOffer["what"];
  readonly field: "accessLogging" | "metrics" | "tracing";
  readonly value: Json;
  readonly text: string;
}

const ACCESS_LOGS: Kind = {
  what: "access logs",
  field: "accessLogging",
  value: [{ providers: [{ name: "envoy" }] }],
  text: "Each call with its path, its answer and where it came from, in the pods’ logs. Read here beside the impact of a plan, for what metrics can’t decide, and on the way to strict, for who calls in plaintext. It costs the proxies some processor time and the nodes room, and stands in place of what the namespace or the mesh sets for access logs.",
};

/** A waypoint counts as servers do (buildWaypointHTTPFilters in istiod's networking/core/listener_waypoint.go). */
const labels = (facts: readonly RequestFact[], text: string): Kind => ({
  what: "labels",
  field: "metrics",
  value: [
    {
      providers: [{ name: "prometheus" }],
      overrides: [
        {
          match: { metric: "REQUEST_COUNT", mode: "SERVER" },
          tagOverrides: Object.fromEntries(facts.map((fact) => [FACT_LABELS[fact], { value: FACT_VALUES[fact] }])),
        },
      ],
    },
  ],
  text: `${text} The impact of a change reads them. Each value makes series of its own, so a host that callers choose can make very many.`,
});

const TRACES: Kind = {
  what: "traces",
  field: "tracing",
  value: [{ randomSamplingPercentage: 10 }],
  text: "A trace of 10 % of the requests that begin here, for whoever asks for traces of its calls and of what dry runs would deny, and beside the impact of a plan, for what metrics can’t decide. It takes a tracing provider in the mesh’s settings, and each trace costs room there.",
};

const KINDS: readonly Kind[] = [
  ACCESS_LOGS,
  labels(["method", "host", "port"], "Method, host and port as labels of istio_requests_total at the server."),
  TRACES,
];

/** Of all that stands behind it. The port that a waypoint is asked at is the Service's, not the workload's: no policy compares it with that. */
const AT_WAYPOINT: readonly Kind[] = [
  ACCESS_LOGS,
  labels(["method", "host"], "Method and host as labels of istio_requests_total at the waypoint."),
  TRACES,
].map((kind) => ({ ...kind, text: `${kind.text} It counts for all that uses the waypoint.` }));

/** No object of the mesh changes what a ztunnel writes. https://github.com/istio/ztunnel/blob/master/src/proxy/metrics.rs (access_log) */
const AT_ZTUNNEL: EvidenceOffer = {
  ...{ what: "access logs", at: null, object: null },
  text: "Its ztunnels write a line for each connection at its end, at level info, which is their default; RUST_LOG (logLevel in their chart’s values) can leave them out, and no object of the mesh changes that. A line has addresses, the port and the identity, of a refused one why, and nothing of requests.",
  fix: { text: "Let ztunnels log at level info.", edits: [], manifests: [], deletions: [] },
};

/**
 * One Telemetry may select a workload: where there is one, that one is changed. Of an ambient workload they are its ztunnels' and those of
 * the waypoints before its Services. `version`: the one that the cluster serves.
 */
export function evidenceOffers(
  workload: Workload,
  world: SecurityWorld,
  version: string | null,
): readonly EvidenceOffer[] {
  if (workload.dataplane === "ambient") return [AT_ZTUNNEL, ...beforeIt(workload, world, version)];
  const base = baseOf(workload, world, version);
  return (workload.dataplane === "waypoint" ? AT_WAYPOINT : KINDS).map((kind) => offerOf(kind, base));
}

/** The same of its own access logs alone. */
export function accessLogOffer(workload: Workload, world: SecurityWorld, version: string | null): EvidenceOffer {
  return workload.dataplane === "ambient" ? AT_ZTUNNEL : offerOf(ACCESS_LOGS, baseOf(workload, world, version));
}

/** Who may not see a waypoint's namespace isn't offered it. */
function beforeIt(workload: Workload, world: SecurityWorld, version: string | null): readonly EvidenceOffer[] {
  const { namespace, services } = workload;
  const places = services.flatMap((name) => {
    const service = world.inventory.services.get(`${namespace}/${name}`);
    return service?.headless === true ? [] : (waypointOf({ namespace, name }, world) ?? []);
  });
  const proxies = new Set(places.flatMap((place) => proxiesOf(place, world)));
  return [...proxies].flatMap((proxy) =>
    evidenceOffers(proxy, world, version).map((offer) => ({ ...offer, at: `${proxy.namespace}/${proxy.name}` })),
  );
}

function offerOf({ what, field, value, text: says }: Kind, base: Base | string): EvidenceOffer {
  if (typeof base === "string") return advice(what, `${says} ${base}`);
  const { own, object, manifest, others } = base;
  const also = `Telemetry ${object.namespace}/${object.name} counts for ${few(others)} as well.`;
  const text = others.length === 0 ? says : `${says} ${also}`;
  if (own === null) {
    const whole: Manifest = { ...manifest, spec: { ...manifest.spec, [field]: value } };
    return { what, at: null, text, object, fix: { text, edits: [], manifests: [whole], deletions: [] } };
  }
  if (has(specOf(own), field))
    return advice(what, `${text} Telemetry ${object.namespace}/${object.name} sets ${field} for it already.`);
  const edits = [{ path: `spec.${field}`, value }];
  return { what, at: null, text, object, fix: { text, edits, manifests: [], deletions: [] } };
}

const advice = (what: EvidenceOffer["what"], text: string): EvidenceOffer => ({
  ...{ what, at: null, text, object: null },
  fix: { text, edits: [], manifests: [], deletions: [] },
});

interface Base {
  /** That selects it; null: none, and `manifest` would. */
  readonly own: Manifest | null;
  readonly object: ObjectRef;
  readonly manifest: Manifest;
  /** Names of other workloads that `own` selects. */
  readonly others: readonly string[];
}

/** A text: why nothing can be planned. */
function baseOf(workload: Workload, world: SecurityWorld, version: string | null): Base | string {
  const { namespace, name } = workload;
  const unread = world.unread("Telemetry");
  if (unread !== null) return `Whether a Telemetry object selects it already isn’t known: ${unread}`;
  if (version === null) return "The cluster serves no Telemetry objects.";
  const selected = world.objects("Telemetry").filter((each) => selects(each, workload));
  if (!selected.every(world.sees)) return "A Telemetry object that you may not see selects it: that one has to say so.";
  const [own = null] = selected;
  const here = [...world.inventory.workloads.values()].filter(
    (each) => each.namespace === namespace && each.goneAt === null,
  );
  const spec = specFor(workload, here);
  if (own === null && typeof spec === "string") return spec;
  const manifest = {
    ...{
      apiVersion: `telemetry.istio.io/${version}`,
      kind: "Telemetry",
      metadata: { namespace, name: `${name}-telemetry` },
    },
    spec: typeof spec === "string" ? {} : spec,
  };
  const others = own === null ? [] : here.filter((each) => each.name !== name && selects(own, each));
  return {
    ...{ own, manifest, object: refOf(world.cluster, own ?? manifest) },
    others: others.map((each) => each.name).toSorted(),
  };
}

/** What makes a Telemetry object count for it; a text: why none does. */
function specFor(workload: Workload, here: readonly Workload[]): JsonObject | string {
  const { labels, dataplane } = workload;
  if (dataplane === "waypoint") {
    const name = labels[GATEWAY_NAME];
    if (name === undefined) return `Its pods carry no label ${GATEWAY_NAME}, so that no Gateway can be targeted.`;
    return { targetRefs: [{ group: GATEWAY_API, kind: "Gateway", name }] };
  }
  if (Object.keys(labels).length === 0) return "Its pods carry no label that a Telemetry object could select them by.";
  const matchLabels = ownLabels(workload, here);
  return matchLabels === null
    ? "No labels tell it from other workloads here, so that a Telemetry object for it would count for those too."
    : { selector: { matchLabels } };
}

const GATEWAY_NAME = `${GATEWAY_API}/gateway-name`;

function selects(telemetry: Manifest, { namespace, labels, dataplane }: Workload): boolean {
  if (telemetry.metadata.namespace !== namespace) return false;
  const targets = targetsOf(telemetry).map(({ target }) => named(target, { group: "", kind: "", namespace }));
  const targeted = targets.some(
    ({ group, kind, name }) => group === GATEWAY_API && kind === "Gateway" && name === labels[GATEWAY_NAME],
  );
  // Of a gateway that a Gateway was made for either counts. (ShouldAttachPolicy in istiod's pilot/pkg/model/policyattachment.go)
  if (dataplane === "waypoint" || targets.length > 0) return targeted;
  const wanted = Object.entries(mapAt(objectAt(specOf(telemetry), "selector"), "matchLabels"));
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}
