/** Ambient mode: rules of requests count only where a waypoint reads them, and policies only where they are attached to it. */
import type { Service, Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { resolveHost, serviceOfHost } from "../hosts.ts";
import { labelsAt, targetsOf } from "../lookup.ts";
import { has, listAt, namespaceOf, objectAt, specOf, textAt, textsAt } from "../routing/json.ts";
import { AMBIENT_L7 } from "./docs.ts";
import { type Draft, type Family, setting } from "./family.ts";
import type { Model } from "./model.ts";

const GATEWAY = "Gateway.gateway.networking.k8s.io";

const waypoints = (model: Model): ReadonlyMap<string, readonly Manifest[]> =>
  Map.groupBy(
    model.objects(GATEWAY).filter((each) => (textAt(each.spec, "gatewayClassName") ?? "").includes("waypoint")),
    namespaceOf,
  );

const isAmbient = (service: Service, model: Model): boolean =>
  service.workloads.some((name) => model.workload(service.namespace, name)?.dataplane === "ambient");

/** The waypoint that the service's calls pass; null: none. */
function waypointOf({ namespace, waypoint }: Service, model: Model): string | null {
  const use = waypoint?.name ?? model.namespaceLabels(namespace)["istio.io/use-waypoint"];
  return use === undefined || use === "none" ? null : use;
}

/** A waypoint as `istioctl waypoint generate` writes it. */
export const waypointGateway = (namespace: string, name: string): Manifest => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name, namespace, labels: { "istio.io/waypoint-for": "service" } },
  spec: { gatewayClassName: "istio-waypoint", listeners: [{ name: "mesh", port: 15008, protocol: "HBONE" }] },
});

interface Words {
  readonly none: string;
  readonly unenrolled: string;
  readonly foreign: string;
}

/** What a VirtualService or DestinationRule needs to count for an ambient service. */
function* byHost(
  object: Manifest,
  path: readonly (string | number)[],
  host: string,
  codes: Words,
  model: Model,
): Generator<Draft> {
  const named = serviceOfHost(resolveHost(host, namespaceOf(object)));
  const service = named && model.service(named.namespace, named.name);
  if (!service || !isAmbient(service, model)) return;
  const at = model.core("Service", service.namespace, service.name);
  const use = waypointOf(service, model);
  const [there] = model.table(waypoints).get(service.namespace) ?? [];
  const base = { at: object, path, evidence: [{ at, path: [], text: "is in ambient mode" }] };
  const what = `${service.namespace}/${service.name}`;
  if (use === null && there === undefined) {
    yield {
      ...base,
      code: codes.none,
      message: `${what} is in ambient mode and no waypoint stands before it: what this says of requests doesn't count for ambient clients.`,
      fix:
        model.find(GATEWAY, service.namespace, "waypoint") === undefined
          ? {
              text: "Create a waypoint; services use it once they or their namespace are labelled istio.io/use-waypoint=waypoint.",
              manifests: [waypointGateway(service.namespace, "waypoint")],
            }
          : "Create a waypoint, and label the service or its namespace istio.io/use-waypoint with its name.",
    };
  } else if (use === null && there !== undefined) {
    yield {
      ...base,
      code: codes.unenrolled,
      message: `${what} doesn't use the waypoint ${there.metadata.name} of its namespace: what this says of requests doesn't count for ambient clients.`,
      evidence: [...base.evidence, { at: there, path: [], text: "the waypoint" }],
      fix: `Label the service or its namespace istio.io/use-waypoint=${there.metadata.name}.`,
    };
  } else if (namespaceOf(object) !== service.namespace) {
    yield {
      ...base,
      code: codes.foreign,
      message: `${what} has a waypoint, which follows objects of ${service.namespace} alone: this one of ${namespaceOf(object)} doesn't count for ambient clients.`,
      fix: `Move it to ${service.namespace}.`,
    };
  }
}

const VS: Words = {
  none: "route-needs-waypoint",
  unenrolled: "route-target-not-enrolled",
  foreign: "route-in-other-namespace",
};
const DR: Words = {
  none: "rule-needs-waypoint",
  unenrolled: "rule-target-not-enrolled",
  foreign: "rule-in-other-namespace",
};

/** Settings that need somebody who reads requests. */
function ofRequests(rule: Manifest): boolean {
  const policy = objectAt(rule.spec, "trafficPolicy");
  const wants = ["loadBalancer", "outlierDetection", "connectionPool"].some((key) => has(policy, key));
  return wants || listAt(rule.spec, "subsets").length > 0;
}

const HTTP_SOURCE = ["requestPrincipals", "notRequestPrincipals", "remoteIpBlocks", "notRemoteIpBlocks"];
const HTTP_OPERATION = ["hosts", "notHosts", "methods", "notMethods", "paths", "notPaths"];

/** Whether an AuthorizationPolicy asks for what only HTTP has. */
export function httpRules(policy: Manifest): boolean {
  if (["CUSTOM", "AUDIT"].includes(textAt(policy.spec, "action") ?? "")) return true;
  return listAt(policy.spec, "rules").some(
    (rule) =>
      listAt(rule, "from").some((each) => HTTP_SOURCE.some((key) => has(objectAt(each, "source"), key))) ||
      listAt(rule, "to").some((each) => HTTP_OPERATION.some((key) => has(objectAt(each, "operation"), key))) ||
      listAt(rule, "when").some((each) => (textAt(each, "key") ?? "").startsWith("request.")),
  );
}

interface Attached {
  readonly kind: string;
  readonly none: string;
  readonly unattached: string;
  readonly wants: (policy: Manifest) => boolean;
}

const ATTACHED: readonly Attached[] = [
  {
    kind: "AuthorizationPolicy",
    none: "authorization-needs-waypoint",
    unattached: "authorization-needs-target",
    wants: httpRules,
  },
  {
    kind: "RequestAuthentication",
    none: "authentication-needs-waypoint",
    unattached: "authentication-needs-target",
    wants: () => true,
  },
  { kind: "WasmPlugin", none: "wasm-needs-waypoint", unattached: "wasm-needs-target", wants: () => true },
  { kind: "Telemetry", none: "telemetry-needs-waypoint", unattached: "telemetry-needs-target", wants: () => true },
];

function* bySelector({ kind, none, unattached, wants }: Attached, policy: Manifest, model: Model): Generator<Draft> {
  const namespace = namespaceOf(policy);
  if (targetsOf(policy).length > 0 || !wants(policy) || namespace === model.root) return;
  const labels = labelsAt(policy.spec, "selector", "matchLabels") ?? {};
  const pods = model.workloadsWith(labels, namespace).filter(({ dataplane }) => dataplane !== "none");
  const ambient = pods.filter(({ dataplane }) => dataplane === "ambient");
  const [first] = ambient;
  if (first === undefined) return;
  const [waypoint] = model.table(waypoints).get(namespace) ?? [];
  const enrolled = waypoint !== undefined || usesWaypoint(first, model);
  const path = Object.keys(labels).length > 0 ? ["spec", "selector"] : ["spec"];
  const evidence = [{ at: model.workloadRef(first), path: [], text: "is in ambient mode" }];
  const what = `${first.name}${ambient.length > 1 ? ` and ${ambient.length - 1} more` : ""}`;
  if (!enrolled) {
    yield {
      code: none,
      at: policy,
      path,
      message: `It needs somebody who reads requests, and no waypoint stands before ${what}, in ambient mode${kind === "AuthorizationPolicy" ? ": ztunnel drops ALLOW rules of requests, so what they allow is denied" : ": it has no effect there"}.`,
      evidence,
      fix: "Put a waypoint before the services and attach this to it by targetRefs.",
    };
  } else {
    yield {
      code: unattached,
      at: policy,
      path,
      message: `Selectors reach ztunnel, not the waypoint: for ${what}, in ambient mode, it isn't read as it is meant.`,
      evidence: waypoint === undefined ? evidence : [...evidence, { at: waypoint, path: [], text: "the waypoint" }],
      // With targets it counts there alone: no longer at ztunnel, which callers reach without the waypoint, nor at sidecars.
      fix:
        waypoint === undefined ||
        has(specOf(policy), "selector") ||
        kind === "AuthorizationPolicy" ||
        ambient.length < pods.length
          ? "Attach it to the service or the waypoint by targetRefs, instead of a selector; what else it is for needs one of its own."
          : {
              text: `Attach it to the waypoint ${waypoint.metadata.name}.`,
              edits: [
                setting(
                  ["spec", "targetRefs"],
                  [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: waypoint.metadata.name }],
                ),
              ],
            },
    };
  }
}

function usesWaypoint(workload: Workload, model: Model): boolean {
  return workload.services.some((name) => {
    const service = model.service(workload.namespace, name);
    return service !== undefined && waypointOf(service, model) !== null;
  });
}

const rule = (also: readonly string[], when: string) => ({
  also,
  severity: "warning" as const,
  when,
  docs: AMBIENT_L7,
});

function* routes(vs: Manifest, model: Model): Generator<Draft> {
  if (listAt(vs.spec, "http").length === 0) return;
  for (const [i, host] of textsAt(vs.spec, "hosts").entries()) {
    yield* byHost(vs, ["spec", "hosts", i], host, VS, model);
  }
}

function* destinations(rule: Manifest, model: Model): Generator<Draft> {
  if (ofRequests(rule)) yield* byHost(rule, ["spec", "host"], textAt(rule.spec, "host") ?? "", DR, model);
}

export const ambient: Family = {
  rules: {
    "route-needs-waypoint": rule(
      ["KIA1109"],
      "A VirtualService is for an ambient service before which no waypoint stands.",
    ),
    "route-target-not-enrolled": rule(
      ["KIA1113"],
      "The same where the namespace has a waypoint and the service doesn't use it.",
    ),
    "route-in-other-namespace": rule(
      ["KIA1114"],
      "A VirtualService for an ambient service with a waypoint is in another namespace.",
    ),
    "rule-needs-waypoint": rule(
      ["KIA0210"],
      "A DestinationRule with settings of requests is for an ambient service before which no waypoint stands.",
    ),
    "rule-target-not-enrolled": rule(
      ["KIA0211"],
      "The same where the namespace has a waypoint and the service doesn't use it.",
    ),
    "rule-in-other-namespace": rule(
      ["KIA0212"],
      "A DestinationRule for an ambient service with a waypoint is in another namespace.",
    ),
    "authorization-needs-waypoint": rule(
      ["KIA0109", "KIA1317"],
      "An AuthorizationPolicy of requests selects ambient workloads before which no waypoint stands.",
    ),
    "authorization-needs-target": rule(
      ["KIA0110"],
      "The same with a waypoint, to which the policy isn't attached by targetRefs.",
    ),
    "authentication-needs-waypoint": rule(
      ["KIA1110"],
      "A RequestAuthentication selects ambient workloads before which no waypoint stands.",
    ),
    "authentication-needs-target": rule(
      ["KIA1115"],
      "The same with a waypoint, to which it isn't attached by targetRefs.",
    ),
    "wasm-needs-waypoint": rule(["KIA1111"], "A WasmPlugin selects ambient workloads before which no waypoint stands."),
    "wasm-needs-target": rule(["KIA1116"], "The same with a waypoint, to which it isn't attached by targetRefs."),
    "telemetry-needs-waypoint": rule(
      ["KIA1112"],
      "A Telemetry selects ambient workloads before which no waypoint stands.",
    ),
    "telemetry-needs-target": rule(["KIA1117"], "The same with a waypoint, to which it isn't attached by targetRefs."),
  },
  parts: [
    { of: ["VirtualService"], reads: [GATEWAY, "Namespace", "inventory"], each: routes },
    { of: ["DestinationRule"], reads: [GATEWAY, "Namespace", "inventory"], each: destinations },
    ...ATTACHED.map((attached) => ({
      of: [attached.kind],
      reads: [GATEWAY, "Namespace", "inventory"],
      each: (policy: Manifest, model: Model) => bySelector(attached, policy, model),
    })),
  ],
};
