/** Namespaces: whether their labels say what pods in them shall be. */
import { targetsOf } from "../lookup.ts";
import { namespaceOf } from "../routing/json.ts";
import { waypointGateway } from "./ambient.ts";
import { AMBIENT, INJECTION, WAYPOINT } from "./docs.ts";
import { type Draft, type Family, rulesOf } from "./family.ts";
import { injectsByDefault, saidBy } from "./injector.ts";
import { mendOr } from "./mend.ts";
import type { Model } from "./model.ts";
import { PODS } from "./templates.ts";

const MODE = "istio.io/dataplane-mode";
const USE_WAYPOINT = "istio.io/use-waypoint";
const GATEWAY = "Gateway.gateway.networking.k8s.io";
/** Namespaces that belong to Kubernetes or to the mesh itself. */
const SYSTEM = new Set("kube-system kube-public kube-node-lease istio-system istio-operator istio-cni".split(" "));

function* namespaces(model: Model): Generator<Draft> {
  for (const namespace of model.objects("Namespace")) {
    const { name, labels = {} } = namespace.metadata;
    const injected = labels["istio-injection"];
    const revision = labels["istio.io/rev"];
    if (injected !== undefined && revision !== undefined) {
      yield {
        code: "namespace-labelled-twice",
        at: namespace,
        path: ["metadata", "labels", "istio.io/rev"],
        message: `istio-injection=${injected} and istio.io/rev=${revision}: the first wins, and the revision is not what pods get.`,
        fix: mendOr(
          injected === "enabled" ? [{ path: 'metadata.labels["istio-injection"]' }] : null,
          "Keep the revision alone.",
          "Keep the one that is meant: without istio-injection its pods join the mesh.",
        ),
      };
    }
    if (
      SYSTEM.has(name) ||
      name === model.root ||
      injected !== undefined ||
      revision !== undefined ||
      labels[MODE] !== undefined
    )
      continue;
    const setting = injectsByDefault(model);
    if (setting?.injects === true) {
      yield {
        code: "namespace-injected-by-default",
        at: namespace,
        path: ["metadata", "labels"],
        message:
          "It has no label of its own, and the injector is set to inject everywhere (enableNamespacesByDefault).",
        evidence: saidBy(setting),
        fix: "Say by a label whether its pods join the mesh.",
      };
      continue;
    }
    const inside = model.workloadsWith({}, name);
    if (inside.length === 0 || inside.some(({ mesh }) => mesh !== null)) continue;
    yield {
      code: "namespace-not-in-mesh",
      at: namespace,
      path: ["metadata", "labels"],
      message: "No label says whether its pods join the mesh, so they don't.",
      fix: {
        text: "Enrol it; or label it istio-injection=disabled to say that this is meant.",
        edits: [{ path: 'metadata.labels["istio-injection"]', value: "enabled" }],
      },
    };
  }
}

/**
 * A waypoint that is named already takes calls as soon as it is there, and pods' own policies see it instead of the clients: DENY
 * rules by identity would no longer take them. https://istio.io/latest/docs/ambient/usage/l7-features/
 */
function created(model: Model, namespace: string, where: string, name: string): Draft["fix"] {
  const here = [namespace, where, model.root];
  const bySelector = model
    .objects("AuthorizationPolicy")
    .some((each) => here.includes(namespaceOf(each)) && targetsOf(each).length === 0);
  return bySelector || !model.knows("AuthorizationPolicy", null)
    ? "Create the waypoint, once authorization policies without targetRefs don't ask who the client is: behind it they see the waypoint."
    : { text: "Create the waypoint.", manifests: [waypointGateway(where, name)] };
}

/** Services and namespaces that name a waypoint which isn't there. */
function* waypointsOfOthers(model: Model): Generator<Draft> {
  for (const namespace of model.objects("Namespace")) {
    const use = namespace.metadata.labels?.[USE_WAYPOINT];
    if (use === undefined || use === "none") continue;
    const where = namespace.metadata.labels?.[`${USE_WAYPOINT}-namespace`] ?? namespace.metadata.name;
    if (model.find(GATEWAY, where, use) !== undefined || !model.knows(GATEWAY, where)) continue;
    yield {
      code: "waypoint-of-others-unknown",
      at: namespace,
      path: ["metadata", "labels", USE_WAYPOINT],
      message: `There is no waypoint ${where}/${use}: rules of requests don't count for its services.`,
      namespaces: [where],
      fix: created(model, namespace.metadata.name, where, use),
    };
  }
  for (const { namespace, name, waypoint } of model.services) {
    if (waypoint === undefined || waypoint.name === "none") continue;
    const where = waypoint.namespace ?? namespace;
    if (model.find(GATEWAY, where, waypoint.name) !== undefined || !model.knows(GATEWAY, where)) continue;
    yield {
      code: "waypoint-of-others-unknown",
      at: model.core("Service", namespace, name),
      path: ["metadata", "labels", USE_WAYPOINT],
      message: `There is no waypoint ${where}/${waypoint.name}: rules of requests don't count for the service.`,
      namespaces: [where],
      fix: "Create the waypoint, or name one that exists.",
    };
  }
}

const rule = rulesOf(AMBIENT);

export const namespaceChecks: Family = {
  rules: {
    "namespace-labelled-twice": rule(
      ["IST0123"],
      "warning",
      "A namespace has both istio-injection and istio.io/rev.",
      INJECTION,
    ),
    "namespace-injected-by-default": rule(
      ["IST0148"],
      "info",
      "A namespace without labels is injected because the injector's default says so. In the console only where the injector's ConfigMap may be read.",
      INJECTION,
    ),
    "namespace-not-in-mesh": rule(
      ["IST0102"],
      "info",
      "A namespace has workloads and no label that says whether they join the mesh.",
      INJECTION,
    ),
    "waypoint-of-others-unknown": rule(
      ["KIA1313"],
      "error",
      "A service or namespace asks for a waypoint that isn't there.",
      WAYPOINT,
    ),
  },
  parts: [
    { reads: [...PODS, "Namespace", "ConfigMap"], all: namespaces },
    { reads: ["Namespace", GATEWAY, "AuthorizationPolicy", "inventory"], all: waypointsOfOthers },
  ],
};
