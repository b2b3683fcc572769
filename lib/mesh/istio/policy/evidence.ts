/**
 * How to have a workload's proxies say more, by a Telemetry object: calls written down, labels that Istio's metrics don't have, more
 * requests traced. Pure. https://istio.io/latest/docs/reference/config/telemetry/
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { RequestFact } from "#lib/mesh/port.ts";
import type { EvidenceOffer } from "#lib/policy/evidence.ts";
import type { Json, Manifest } from "#lib/policy/manifest.ts";
import { type ObjectRef, refOf } from "#lib/policy/ref.ts";
import { FACT_LABELS } from "../labels.ts";
import type { SecurityWorld } from "./meaning/effective/sight.ts";
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
  text: "Each call with its path, its answer and where it came from, in the pods’ logs. Read here on the way to strict, for who calls in plaintext. It costs the proxies some processor time and the nodes room, and stands in place of what the namespace or the mesh sets for access logs.",
};

const KINDS: readonly Kind[] = [
  ACCESS_LOGS,
  {
    what: "labels",
    field: "metrics",
    value: [
      {
        providers: [{ name: "prometheus" }],
        overrides: [
          {
            match: { metric: "REQUEST_COUNT", mode: "SERVER" },
            tagOverrides: Object.fromEntries(
              Object.entries(FACT_VALUES).map(([fact, of]) => [FACT_LABELS[fact as RequestFact], { value: of }]),
            ),
          },
        ],
      },
    ],
    text: "Method, host and port as labels of istio_requests_total at the server. The impact of a change reads them. Each value makes series of its own, so a host that callers choose can make very many.",
  },
  {
    what: "traces",
    field: "tracing",
    value: [{ randomSamplingPercentage: 10 }],
    text: "A trace of 10 % of the requests that begin here, for whoever asks for traces of its calls and of what dry runs would deny. It takes a tracing provider in the mesh’s settings, and each trace costs room there.",
  },
];

/** One Telemetry may select a workload: where there is one, that one is changed. `version`: the one that the cluster serves. */
export function evidenceOffers(
  workload: Workload,
  world: SecurityWorld,
  version: string | null,
): readonly EvidenceOffer[] {
  const base = baseOf(workload, world, version);
  return KINDS.map((kind) => offerOf(kind, base));
}

/** The same of access logs alone. */
export function accessLogOffer(workload: Workload, world: SecurityWorld, version: string | null): EvidenceOffer {
  return offerOf(ACCESS_LOGS, baseOf(workload, world, version));
}

function offerOf({ what, field, value, text }: Kind, base: Base | string): EvidenceOffer {
  if (typeof base === "string") return advice(what, `${text} ${base}`);
  const { own, object, manifest } = base;
  if (own === null) {
    const whole: Manifest = { ...manifest, spec: { ...manifest.spec, [field]: value } };
    return { what, text, object, fix: { text, edits: [], manifests: [whole], deletions: [] } };
  }
  if (has(specOf(own), field))
    return advice(what, `${text} Telemetry ${object.namespace}/${object.name} sets ${field} for it already.`);
  const edits = [{ path: `spec.${field}`, value }];
  return { what, text, object, fix: { text, edits, manifests: [], deletions: [] } };
}

const advice = (what: EvidenceOffer["what"], text: string): EvidenceOffer => ({
  ...{ what, text, object: null },
  fix: { text, edits: [], manifests: [], deletions: [] },
});

interface Base {
  /** That selects it; null: none, and `manifest` would. */
  readonly own: Manifest | null;
  readonly object: ObjectRef;
  readonly manifest: Manifest & { readonly spec: { readonly selector: Json } };
}

/** A text: why nothing can be planned. */
function baseOf(workload: Workload, world: SecurityWorld, version: string | null): Base | string {
  const { namespace, name, labels } = workload;
  const unread = world.unread("Telemetry");
  if (unread !== null) return `Whether a Telemetry object selects it already isn’t known: ${unread}`;
  if (version === null) return "The cluster serves no Telemetry objects.";
  const selected = world.objects("Telemetry").filter((each) => selects(each, workload));
  if (!selected.every(world.sees)) return "A Telemetry object that you may not see selects it: that one has to say so.";
  const key = ["app", "app.kubernetes.io/name"].find((each) => labels[each] !== undefined);
  const [own = null] = selected;
  if (own === null && key === undefined)
    return "Its pods carry no label app that a Telemetry object could select them by.";
  const manifest = {
    ...{
      apiVersion: `telemetry.istio.io/${version}`,
      kind: "Telemetry",
      metadata: { namespace, name: `${name}-telemetry` },
    },
    spec: { selector: { matchLabels: key === undefined ? {} : { [key]: labels[key] ?? "" } } },
  };
  return { own, manifest, object: refOf(world.cluster, own ?? manifest) };
}

function selects(telemetry: Manifest, { namespace, labels }: Workload): boolean {
  if (telemetry.metadata.namespace !== namespace) return false;
  const wanted = Object.entries(mapAt(objectAt(specOf(telemetry), "selector"), "matchLabels"));
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}
