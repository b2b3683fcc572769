/** Workloads: whether they are in the mesh as their labels say. */
import type { Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { listAt, objectAt, textAt } from "../routing/json.ts";
import { AMBIENT, INJECTION, SECURITY, WAYPOINT } from "./docs.ts";
import { type Draft, type Family, rulesOf } from "./family.ts";
import type { Model } from "./model.ts";
import { pathIn } from "./templates.ts";

const MODE = "istio.io/dataplane-mode";
const INJECT = "sidecar.istio.io/inject";
const USE_WAYPOINT = "istio.io/use-waypoint";
const GATEWAY = "Gateway.gateway.networking.k8s.io";

function* sidecarOrAmbient(workload: Workload, model: Model): Generator<Draft> {
  const at = model.workloadRef(workload);
  const around = model.namespaceLabels(workload.namespace);
  const wish = workload.labels[INJECT] ?? workload.annotations[INJECT];
  const ambientPod = workload.labels[MODE] === "ambient";
  const redirected = workload.annotations["ambient.istio.io/redirection"] === "enabled";
  const draft = (code: string, message: string, fix: string): Draft => ({
    code,
    at,
    path: [...pathIn(workload.kind).slice(0, -1), "metadata", "labels"],
    message,
    fix,
  });
  if (wish === "true" && ambientPod) {
    yield draft(
      "sidecar-and-ambient-labels",
      "Its labels ask for a sidecar and for ambient mode: a sidecar wins, and ztunnel leaves the pod alone.",
      "Take one of the two labels away.",
    );
  }
  if (wish === "true" && redirected) {
    yield draft(
      "sidecar-label-while-redirected",
      "Its label asks for a sidecar while ztunnel takes its traffic: calls would be handled twice after the next restart.",
      "Take the label away, or take the pods out of ambient mode first.",
    );
  }
  if (workload.dataplane === "sidecar" && ambientPod) {
    yield draft(
      "sidecar-with-ambient-label",
      "Its pods run with a sidecar although their label asks for ambient mode.",
      "Restart them without injection, or take the label away.",
    );
  } else if (workload.dataplane === "sidecar" && around[MODE] === "ambient") {
    yield draft(
      "sidecar-in-ambient-namespace",
      "Its pods run with a sidecar in a namespace in ambient mode: they bypass the namespace's waypoint.",
      "Restart them without injection once policies by sidecar are replaced.",
    );
  }
  const { labels } = workload;
  const use = labels[USE_WAYPOINT];
  if (use !== undefined && use !== "none") {
    const namespace = labels[`${USE_WAYPOINT}-namespace`] ?? workload.namespace;
    if (workload.mesh !== "istio" || workload.dataplane === "none" || workload.dataplane === "sidecar") {
      yield draft(
        "waypoint-outside-ambient",
        `It asks for waypoint ${use} and isn't in ambient mode: nothing goes there.`,
        "Enrol it in ambient mode, or take the label away.",
      );
    }
    if (model.find(GATEWAY, namespace, use) === undefined && model.knows(GATEWAY, namespace)) {
      yield {
        ...draft(
          "waypoint-unknown",
          `There is no waypoint ${namespace}/${use}: calls to it go on without one, and rules of requests don't count.`,
          "Create the waypoint, or name one that exists.",
        ),
        namespaces: [namespace],
      };
    }
  }
  yield* withoutProxy(workload, model);
}

/** Pods that an injector should have seen. In the node's network it leaves them alone. (injection.Analyzer of istioctl) */
function* withoutProxy(workload: Workload, model: Model): Generator<Draft> {
  const { namespace, pods, labels, annotations } = workload;
  const wish = (labels[INJECT] ?? annotations[INJECT])?.toLowerCase();
  const around = model.namespaceLabels(namespace);
  const injected =
    around["istio-injection"] === "enabled" ||
    (around["istio-injection"] === undefined && around["istio.io/rev"] !== undefined);
  if (!injected || wish === "false") return;
  const [first, ...more] = pods.filter(({ unmeshed, hostNetwork }) => unmeshed === true && hostNetwork !== true);
  if (first === undefined) return;
  const all = more.length + 1 === pods.length;
  yield {
    code: "pods-without-proxy",
    at: model.workloadRef(workload),
    path: ["spec"],
    message: all
      ? "Its namespace is injected, and its pods run without a proxy: they began before that, or the injector wasn't there."
      : `Its namespace is injected, and ${more.length + 1} of its ${pods.length} pods run without a proxy: they began before that, or the injector wasn't there.`,
    evidence: all ? [] : [{ at: model.core("Pod", namespace, first.name), path: [], text: "has no proxy" }],
    fix: "Restart the workload.",
  };
}

type Selector = readonly (readonly [string, unknown])[];

const selectorOf = ({ spec }: Manifest): Selector =>
  Object.entries(objectAt(objectAt(spec, "selector"), "matchLabels"));
const hasTarget = ({ spec }: Manifest): boolean =>
  listAt(spec, "targetRefs").length > 0 || Boolean(textAt(objectAt(spec, "targetRef"), "name"));
const takes = (selector: Selector, { labels }: Workload): boolean =>
  selector.every(([key, value]) => labels[key] === value);

/**
 * A namespace where some workloads are under a policy and others are not: likely forgotten. Policies of the root namespace
 * count everywhere; those with targets are of waypoints and gateways, and whom these stand before isn't asked here.
 */
function* uncovered(model: Model): Generator<Draft> {
  const policies = Map.groupBy(model.objects("AuthorizationPolicy"), ({ metadata }) => metadata.namespace ?? "default");
  const everywhere = (policies.get(model.root) ?? []).filter((each) => !hasTarget(each)).map(selectorOf);
  for (const [namespace, list] of policies) {
    if (namespace === model.root || list.some(hasTarget)) continue;
    const selectors = [...everywhere, ...list.map(selectorOf)];
    for (const workload of model.workloadsWith({}, namespace)) {
      if (workload.mesh === null || selectors.some((each) => takes(each, workload))) continue;
      yield {
        code: "workload-without-authorization",
        at: model.workloadRef(workload),
        path: [],
        message: `No AuthorizationPolicy counts for it while others of ${namespace} have one: everybody may call it.`,
        // No plan is offered: a policy that denies the rest would cut off callers that nobody has looked at.
        fix: "Write a policy that allows its callers, or one for the whole namespace once all of them are known.",
      };
    }
  }
}

const rule = rulesOf(AMBIENT);

function* all(model: Model): Generator<Draft> {
  for (const workload of model.workloads) yield* sidecarOrAmbient(workload, model);
}

export const workloads: Family = {
  rules: {
    "pods-without-proxy": rule(
      ["IST0103"],
      "warning",
      "Pods run without a proxy in an injected namespace, all of a workload or some. In the node's network nothing is injected, nor reported.",
      INJECTION,
    ),
    "sidecar-and-ambient-labels": rule(
      ["KIA1311"],
      "error",
      "A workload's labels ask for a sidecar and for ambient mode.",
    ),
    "waypoint-outside-ambient": rule(
      ["KIA1312"],
      "warning",
      "A workload asks for a waypoint and isn't in ambient mode.",
      WAYPOINT,
    ),
    "waypoint-unknown": rule(["KIA1313"], "error", "A workload asks for a waypoint that isn't there.", WAYPOINT),
    "sidecar-label-while-redirected": rule(
      ["KIA1314"],
      "error",
      "A workload's label asks for a sidecar while ztunnel takes its traffic.",
    ),
    "sidecar-with-ambient-label": rule(
      ["KIA1315"],
      "error",
      "Pods run with a sidecar although their label asks for ambient mode.",
    ),
    "sidecar-in-ambient-namespace": rule(
      ["KIA1316"],
      "warning",
      "Pods run with a sidecar in a namespace in ambient mode.",
    ),
    "workload-without-authorization": rule(
      ["KIA1301"],
      "info",
      "No AuthorizationPolicy selects a workload while others of its namespace are selected. Where a namespace has none at all, nothing is reported.",
      SECURITY,
    ),
  },
  parts: [
    { reads: ["Namespace", GATEWAY, "inventory"], all },
    { reads: ["AuthorizationPolicy", "inventory"], all: uncovered },
  ],
};
