/** What kinds with selectors share: several for the same workloads, selectors that take none, namespaces that aren't there. */
import { same } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { labelsAt, labelText, targetsOf } from "../lookup.ts";
import { BY_DEFAULT, byAge, namespaceOf, textsAt } from "../routing/json.ts";
import { REACHING } from "../selection.ts";
import { SELECTOR, TRAFFIC } from "./docs.ts";
import { type Draft, type Family, removing, rulesOf } from "./family.ts";
import { mendOr } from "./mend.ts";
import type { Model } from "./model.ts";

/** Of these one counts for a workload; of others all do. */
const ONE_COUNTS = ["Sidecar", "PeerAuthentication", "Telemetry"];
const PLACES: Readonly<Record<string, readonly string[]>> = {
  Sidecar: ["workloadSelector", "labels"],
  EnvoyFilter: ["workloadSelector", "labels"],
  PeerAuthentication: ["selector", "matchLabels"],
  RequestAuthentication: ["selector", "matchLabels"],
  AuthorizationPolicy: ["selector", "matchLabels"],
  Telemetry: ["selector", "matchLabels"],
  WasmPlugin: ["selector", "matchLabels"],
  TrafficExtension: ["selector", "matchLabels"],
  ProxyConfig: ["selector", "matchLabels"],
};
const EXPORTED = ["VirtualService", "DestinationRule", "ServiceEntry"];
const selectorOf = (object: Manifest) => labelsAt(object.spec, ...(PLACES[object.kind] ?? [])) ?? {};
/** Those with targets are attached to gateways and services instead. */
const bySelector = (object: Manifest) => targetsOf(object).length === 0;

function* withoutSelector(kind: string, model: Model): Generator<Draft> {
  const groups = Map.groupBy(
    model.objects(kind).filter((each) => bySelector(each) && Object.keys(selectorOf(each)).length === 0),
    namespaceOf,
  );
  for (const list of groups.values()) {
    const [first, ...others] = list.toSorted(byAge);
    for (const object of others) {
      if (first === undefined) continue;
      yield {
        code:
          kind === "Sidecar" || kind === "Telemetry"
            ? `${kind.toLowerCase()}-default-twice`
            : "namespace-default-twice",
        at: object,
        path: ["spec"],
        message: `${first.metadata.name} is without a selector too: only one ${kind} can be the default of ${namespaceOf(object)}, and the older is likely the one.`,
        evidence: [{ at: first, path: ["spec"], text: "the older one" }],
        // Without ages, as in files, the older isn't known: of two that say the same either may go.
        fix: !aged(first, object)
          ? "Keep one."
          : {
              text: "Keep one.",
              deletions: [
                {
                  cluster: model.world.cluster,
                  group: groupOf(object),
                  version: versionOf(object),
                  kind,
                  namespace: namespaceOf(object),
                  name: object.metadata.name,
                },
              ],
            },
      };
    }
  }
}

const aged = (first: Manifest, other: Manifest): boolean =>
  same(first.spec, other.spec) || [first, other].every(({ metadata }) => metadata.creationTimestamp !== undefined);

const groupOf = ({ apiVersion }: Manifest): string => apiVersion.split("/")[0] ?? "";
const versionOf = ({ apiVersion }: Manifest): string => apiVersion.split("/")[1] ?? "";

function* overlapping(kind: string, model: Model): Generator<Draft> {
  const claimed = new Map<string, Manifest>();
  for (const object of model.objects(kind).toSorted(byAge)) {
    const labels = selectorOf(object);
    if (Object.keys(labels).length === 0 || !bySelector(object)) continue;
    let said = false;
    for (const workload of model.workloadsWith(labels, namespaceOf(object))) {
      const key = `${workload.namespace}/${workload.name}`;
      const before = claimed.get(key);
      if (before === undefined) claimed.set(key, object);
      else if (!said) {
        said = true;
        yield {
          code:
            kind === "Sidecar" || kind === "Telemetry"
              ? `${kind.toLowerCase()}-selects-twice`
              : "workload-selected-twice",
          at: object,
          path: ["spec", ...(PLACES[kind] ?? [])],
          message: `${before.metadata.name} selects ${workload.name} too: only one ${kind} counts for a workload, and the older is likely the one.`,
          evidence: [
            { at: before, path: ["spec", ...(PLACES[kind] ?? [])], text: "the older one" },
            { at: model.workloadRef(workload), path: [], text: "selected by both" },
          ],
          fix: "Put both into one, or narrow a selector.",
        };
      }
    }
  }
}

function* none(object: Manifest, model: Model): Generator<Draft> {
  const labels = selectorOf(object);
  if (Object.keys(labels).length === 0 || !bySelector(object)) return;
  const everywhere = namespaceOf(object) === model.root && REACHING.has(object.kind);
  const namespace = everywhere ? null : namespaceOf(object);
  const path = ["spec", ...(PLACES[object.kind] ?? [])];
  const found = model.workloadsWith(labels, namespace);
  const gateway = found.find((each) => each.labels["gateway.networking.k8s.io/gateway-name"] !== undefined);
  if (gateway !== undefined && object.kind !== "EnvoyFilter" && object.kind !== "Sidecar") {
    yield {
      code: "selector-on-gateway-pods",
      at: object,
      path,
      message: `It selects pods of the Gateway API's Gateway ${gateway.labels["gateway.networking.k8s.io/gateway-name"]}, which follow targetRefs alone.`,
      evidence: [{ at: model.workloadRef(gateway), path: [], text: "belongs to a Gateway" }],
      fix: "Name the Gateway by targetRefs.",
    };
  }
  if (found.length > 0 || !model.knows("Workload", namespace)) return;
  yield {
    code: "selector-takes-nothing",
    at: object,
    path,
    message: `No workload ${namespace === null ? "" : `in ${namespace} `}carries ${labelText(labels)}: it takes effect on nothing.`,
    fix: "Correct the labels, or delete the object.",
  };
}

function* exported(object: Manifest, model: Model): Generator<Draft> {
  const to = textsAt(object.spec, "exportTo");
  if (to.includes(BY_DEFAULT)) return;
  for (const [i, text] of to.entries()) {
    if (/^[.*~]$/.test(text) || model.hasNamespace(text) !== false) continue;
    yield {
      code: "export-namespace-unknown",
      at: object,
      path: ["spec", "exportTo", i],
      message: `There is no namespace ${text} to show it to.`,
      namespaces: [text],
      // An empty list is no list: the mesh's default counts, which is everybody.
      fix: mendOr(
        to.length > 1 ? [removing(["spec", "exportTo", i])] : null,
        "Take it away, or correct the name.",
        "Correct the name, or write . to show it to its own namespace alone. Without it everybody sees it.",
      ),
    };
  }
}

const rule = rulesOf(SELECTOR);

export const selectors: Family = {
  rules: {
    "namespace-default-twice": rule(
      ["KIA0002"],
      "error",
      "A namespace has two PeerAuthentications without a selector. (RequestAuthentications and AuthorizationPolicies add up: several are no fault.)",
    ),
    "sidecar-default-twice": rule(
      ["KIA0002", "IST0111"],
      "error",
      "A namespace has two Sidecars without a workloadSelector.",
    ),
    "telemetry-default-twice": rule(["IST0160"], "error", "A namespace has two Telemetries without a selector."),
    "workload-selected-twice": rule(["KIA0003"], "error", "Two PeerAuthentications select one workload."),
    "sidecar-selects-twice": rule(["KIA0003", "IST0110"], "error", "Two Sidecars select one workload."),
    "telemetry-selects-twice": rule(["IST0159"], "error", "Two Telemetries select one workload."),
    "selector-takes-nothing": rule(["KIA0004", "IST0127", "IST0101"], "warning", "A selector takes no workload."),
    "selector-on-gateway-pods": rule(["IST0166"], "warning", "A selector takes pods of a Gateway API Gateway."),
    "export-namespace-unknown": rule(["KIA0005"], "error", "exportTo names a namespace that isn't there.", TRAFFIC),
  },
  parts: [
    ...ONE_COUNTS.flatMap((kind) => [
      { reads: [kind], all: (model: Model) => withoutSelector(kind, model) },
      { reads: [kind, "inventory"], all: (model: Model) => overlapping(kind, model) },
    ]),
    { of: Object.keys(PLACES), reads: ["inventory"], each: none },
    { of: EXPORTED, reads: ["Namespace", "inventory"], each: exported },
  ],
};
