/**
 * Defaults of built-in kinds that live in Go code rather than in a schema (pkg/apis/*\/v1/defaults.go of
 * k8s.io/kubernetes), as far as clients of the lab look at them.
 */
import { rbacDefaults, rbacGroup } from "./builtin-rbac.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { type KubeObject, withMeta } from "./object.ts";
import type { Resource } from "./resource.ts";

type Defaults = Readonly<Record<string, Json>>;

/** Members that are absent are taken from the defaults; nested objects are filled in where they are present. */
function fill(value: Json | undefined, defaults: Defaults): JsonObject {
  return { ...defaults, ...(isObject(value) ? value : {}) };
}

function each(value: Json | undefined, edit: (item: JsonObject) => JsonObject): Json[] {
  return Array.isArray(value) ? value.map((item: Json) => (isObject(item) ? edit(item) : item)) : [];
}

/** Replaces a list where it is present. */
function edited(object: JsonObject, key: string, edit: (item: JsonObject) => JsonObject): JsonObject {
  return Array.isArray(object[key]) ? { ...object, [key]: each(object[key], edit) } : object;
}

const probe: Defaults = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };

function container(given: JsonObject): JsonObject {
  const image = typeof given["image"] === "string" ? given["image"] : "";
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  const pull = image.includes("@") || (tag !== undefined && tag !== "latest") ? "IfNotPresent" : "Always";
  const filled = fill(given, {
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: pull,
  });
  const probes = ["livenessProbe", "readinessProbe", "startupProbe"].flatMap((key) =>
    isObject(filled[key]) ? [[key, fill(filled[key], probe)] as const] : [],
  );
  return edited({ ...filled, ...Object.fromEntries(probes) }, "ports", (port) => fill(port, { protocol: "TCP" }));
}

function podSpec(given: Json | undefined): JsonObject {
  const filled = fill(given, {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
  });
  const account = filled["serviceAccountName"];
  const withAccount = typeof account === "string" && account !== "" ? { ...filled, serviceAccount: account } : filled;
  return edited(edited(withAccount, "containers", container), "initContainers", container);
}

function withTemplate(spec: JsonObject): JsonObject {
  const template = spec["template"];
  return isObject(template) ? { ...spec, template: { ...template, spec: podSpec(template["spec"]) } } : spec;
}

const rolling: Defaults = { maxUnavailable: "25%", maxSurge: "25%" };

function strategy(given: Json | undefined, defaults: Defaults): JsonObject {
  const type = isObject(given) && typeof given["type"] === "string" ? given["type"] : "RollingUpdate";
  const rest = isObject(given) ? given : {};
  return type === "RollingUpdate"
    ? { ...rest, type, rollingUpdate: fill(rest["rollingUpdate"], defaults) }
    : { ...rest, type };
}

/** By kind: what its spec gets. */
const specs: Readonly<Record<string, (spec: JsonObject) => JsonObject>> = {
  Pod: (spec) =>
    fill(podSpec(spec), { enableServiceLinks: true, priority: 0, preemptionPolicy: "PreemptLowerPriority" }),
  Deployment: (spec) => ({
    ...fill(withTemplate(spec), { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 }),
    strategy: strategy(spec["strategy"], rolling),
  }),
  ReplicaSet: (spec) => fill(withTemplate(spec), { replicas: 1 }),
  StatefulSet: (spec) => ({
    ...fill(withTemplate(spec), { replicas: 1, podManagementPolicy: "OrderedReady", revisionHistoryLimit: 10 }),
    updateStrategy: strategy(spec["updateStrategy"], { partition: 0 }),
  }),
  DaemonSet: (spec) => ({
    ...fill(withTemplate(spec), { revisionHistoryLimit: 10 }),
    updateStrategy: strategy(spec["updateStrategy"], { maxUnavailable: 1, maxSurge: 0 }),
  }),
  Job: (spec) =>
    fill(withTemplate(spec), {
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: "NonIndexed",
      suspend: false,
    }),
  CronJob: (spec) =>
    fill(spec, {
      concurrencyPolicy: "Allow",
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    }),
  Service: service,
  Namespace: (spec) => fill(spec, { finalizers: ["kubernetes"] }),
};

function service(spec: JsonObject): JsonObject {
  const type = typeof spec["type"] === "string" ? spec["type"] : "ClusterIP";
  const ports = edited(spec, "ports", (port) =>
    fill(port, { protocol: "TCP", ...(port["port"] === undefined ? {} : { targetPort: port["port"] }) }),
  );
  const shared = fill(ports, { type, sessionAffinity: "None" });
  if (type === "ExternalName") return shared;
  const traffic = type === "ClusterIP" ? {} : { externalTrafficPolicy: "Cluster" };
  return fill(shared, {
    internalTrafficPolicy: "Cluster",
    ipFamilies: ["IPv4"],
    ipFamilyPolicy: "SingleStack",
    ...traffic,
  });
}

/** What a new object's status is: nothing has observed it yet. */
const statuses: Readonly<Record<string, JsonObject>> = {
  Namespace: { phase: "Active" },
  Pod: { phase: "Pending", qosClass: "BestEffort" },
  Service: { loadBalancer: {} },
  ReplicaSet: { replicas: 0 },
  StatefulSet: { replicas: 0, availableReplicas: 0 },
  DaemonSet: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
};

/** The object with the defaults of its kind. `before` is null on creation. */
export function builtinDefaults(resource: Resource, object: KubeObject, before: KubeObject | null): KubeObject {
  const edit = resource.group === "" || object["spec"] !== undefined ? specs[resource.kind] : undefined;
  const spec = object["spec"];
  let result: KubeObject = edit === undefined ? object : { ...object, spec: edit(isObject(spec) ? spec : {}) };
  const initial = statuses[resource.kind];
  if (before === null && initial !== undefined) result = { ...result, status: initial };
  if (resource.kind === "Service" && before !== null) result = { ...result, spec: keepAddress(result, before) };
  if (resource.kind === "Namespace")
    return withMeta(result, {
      labels: { ...result.metadata.labels, "kubernetes.io/metadata.name": result.metadata.name },
    });
  if (resource.kind === "ControllerRevision") return { revision: 0, ...result };
  if (resource.group === rbacGroup) return rbacDefaults(result);
  return resource.kind === "Secret" ? secret(result) : result;
}

/** An address once given to a service stays when an update doesn't mention it. */
function keepAddress(object: KubeObject, before: KubeObject): JsonObject {
  const spec = isObject(object["spec"]) ? object["spec"] : {};
  const old = isObject(before["spec"]) ? before["spec"] : {};
  if (spec["type"] === "ExternalName" || old["clusterIP"] === undefined) return spec;
  return {
    clusterIP: old["clusterIP"],
    ...(old["clusterIPs"] === undefined ? {} : { clusterIPs: old["clusterIPs"] }),
    ...spec,
  };
}

/** stringData is written into data, and never read back. */
function secret(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  const written = Object.entries(isObject(stringData) ? stringData : {}).map(
    ([key, text]) => [key, Buffer.from(String(text)).toString("base64")] as const,
  );
  const data = { ...(isObject(rest["data"]) ? rest["data"] : {}), ...Object.fromEntries(written) };
  return {
    ...rest,
    type: typeof rest["type"] === "string" ? rest["type"] : "Opaque",
    ...(Object.keys(data).length > 0 ? { data } : {}),
  };
}
