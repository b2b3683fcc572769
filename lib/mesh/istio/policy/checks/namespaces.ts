/** Namespaces: whether their labels say what pods in them shall be. */
import { AMBIENT, INJECTION, WAYPOINT } from "./docs.ts";
import { type Draft, type Family, rulesOf } from "./family.ts";
import { injectsByDefault, saidBy } from "./injector.ts";
import type { Model } from "./model.ts";

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
        fix: { text: "Keep the revision alone.", edits: [{ path: 'metadata.labels["istio-injection"]' }] },
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
      fix: {
        text: "Create the waypoint.",
        manifests: [
          {
            apiVersion: "gateway.networking.k8s.io/v1",
            kind: "Gateway",
            metadata: { name: use, namespace: where, labels: { "istio.io/waypoint-for": "service" } },
            spec: { gatewayClassName: "istio-waypoint", listeners: [{ name: "mesh", port: 15008, protocol: "HBONE" }] },
          },
        ],
      },
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
    { reads: ["Namespace", "ConfigMap", "inventory"], all: namespaces },
    { reads: ["Namespace", GATEWAY, "inventory"], all: waypointsOfOthers },
  ],
};
