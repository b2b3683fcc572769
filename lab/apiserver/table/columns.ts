/** The columns of `kubectl get` for the kinds whose printers are compiled into the real server. */
import { isObject, type Json } from "../json.ts";
import type { KubeObject } from "../object.ts";
import type { Column, Resource } from "../resource.ts";
import { humanDuration } from "./duration.ts";
import { jsonPath } from "./json-path.ts";

/** A column and how its cell is found. `now` is in milliseconds since the epoch. */
export interface Printer {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  /** 0 is always shown, 1 by `-o wide`. */
  readonly priority: number;
  cell(object: KubeObject, now: number): Json;
}

type Cell = (object: KubeObject) => Json;

function column(name: string, cell: Printer["cell"], priority = 0, type = "string", format = ""): Printer {
  return { name, type, format, priority, cell };
}

const at = (object: KubeObject, path: string): Json => jsonPath(object, path)[0] ?? null;
const count =
  (path: string): Cell =>
  (object) =>
    at(object, path) ?? 0;
const text =
  (path: string, absent = "<none>"): Cell =>
  (object) =>
    at(object, path) ?? absent;
const ratio =
  (ready: string, wanted: string): Cell =>
  (object) =>
    `${String(at(object, ready) ?? 0)}/${String(at(object, wanted) ?? 0)}`;
const number = (name: string, path: string): Printer => column(name, count(path), 0, "integer");

function since(value: Json, now: number): string {
  const then = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(then) ? "<unknown>" : humanDuration((now - then) / 1000);
}

const name = column("Name", (object) => object.metadata.name, 0, "string", "name");
const age = column("Age", (object, now) => since(object.metadata.creationTimestamp ?? null, now));

function podStatus(object: KubeObject): Json {
  if (object.metadata.deletionTimestamp !== undefined) return "Terminating";
  const waiting = jsonPath(object, ".status.containerStatuses[*].state.waiting.reason")[0];
  return waiting ?? at(object, ".status.reason") ?? at(object, ".status.phase") ?? "Unknown";
}

function podReady(object: KubeObject): Json {
  const ready = jsonPath(object, ".status.containerStatuses[*].ready").filter((value) => value === true);
  return `${ready.length}/${jsonPath(object, ".spec.containers[*]").length}`;
}

function podRestarts(object: KubeObject): Json {
  const restarts = jsonPath(object, ".status.containerStatuses[*].restartCount").filter(
    (value) => typeof value === "number",
  );
  return String(restarts.reduce((sum, value) => sum + value, 0));
}

function servicePorts(object: KubeObject): Json {
  const ports = jsonPath(object, ".spec.ports[*]").filter(isObject);
  const one = (port: { readonly [key: string]: Json | undefined }): string => {
    const node = typeof port["nodePort"] === "number" && port["nodePort"] > 0 ? `:${port["nodePort"]}` : "";
    return `${String(port["port"])}${node}/${String(port["protocol"] ?? "TCP")}`;
  };
  return ports.length === 0 ? "<none>" : ports.map(one).join(",");
}

function externalAddress(object: KubeObject): Json {
  const given = [
    ...jsonPath(object, ".spec.externalIPs[*]"),
    ...jsonPath(object, ".status.loadBalancer.ingress[*].ip"),
  ];
  if (given.length > 0) return given.join(",");
  if (at(object, ".spec.type") === "ExternalName") return at(object, ".spec.externalName");
  return at(object, ".spec.type") === "LoadBalancer" ? "<pending>" : "<none>";
}

const createdAt = column("Created At", (object) => object.metadata.creationTimestamp ?? "", 0, "date");

function subjects(kind: string): Cell {
  return (object) =>
    jsonPath(object, ".subjects[*]")
      .filter(isObject)
      .filter((subject) => subject["kind"] === kind)
      .map(({ namespace, name: of }) => (typeof namespace === "string" ? `${namespace}/${String(of)}` : String(of)))
      .join(", ");
}

const binding = [
  column("Role", (object) => `${String(at(object, ".roleRef.kind"))}/${String(at(object, ".roleRef.name"))}`),
  age,
  column("Users", subjects("User"), 1),
  column("Groups", subjects("Group"), 1),
  column("ServiceAccounts", subjects("ServiceAccount"), 1),
];

/** `deployment.apps/web`, of the owner that controls it. */
function controller(object: KubeObject): Json {
  const owner = jsonPath(object, ".metadata.ownerReferences[*]")
    .filter(isObject)
    .find((one) => one["controller"] === true);
  if (owner === undefined) return "<none>";
  const group = String(owner["apiVersion"]).includes("/") ? `.${String(owner["apiVersion"]).split("/")[0] ?? ""}` : "";
  return `${String(owner["kind"]).toLowerCase()}${group}/${String(owner["name"])}`;
}

const builtin: Readonly<Record<string, readonly Printer[]>> = {
  Namespace: [column("Status", text(".status.phase"))],
  Pod: [
    column("Ready", podReady),
    column("Status", podStatus),
    column("Restarts", podRestarts),
    age,
    column("IP", text(".status.podIP"), 1),
    column("Node", text(".spec.nodeName"), 1),
  ],
  Service: [
    column("Type", text(".spec.type")),
    column("Cluster-IP", text(".spec.clusterIP")),
    column("External-IP", externalAddress),
    column("Port(s)", servicePorts),
  ],
  ConfigMap: [
    column("Data", (object) => Object.keys(isObject(object["data"]) ? object["data"] : {}).length, 0, "integer"),
  ],
  Secret: [
    column("Type", text(".type")),
    column("Data", (object) => Object.keys(isObject(object["data"]) ? object["data"] : {}).length, 0, "integer"),
  ],
  Endpoints: [
    column("Endpoints", (object) => jsonPath(object, ".subsets[*].addresses[*].ip").slice(0, 3).join(",") || "<none>"),
  ],
  EndpointSlice: [
    column("AddressType", text(".addressType")),
    column("Ports", (object) => jsonPath(object, ".ports[*].port").join(",") || "<unset>"),
    column("Endpoints", (object) => jsonPath(object, ".endpoints[*].addresses[*]").slice(0, 3).join(",") || "<unset>"),
  ],
  Deployment: [
    column("Ready", ratio(".status.readyReplicas", ".spec.replicas")),
    number("Up-to-date", ".status.updatedReplicas"),
    number("Available", ".status.availableReplicas"),
  ],
  ReplicaSet: [
    number("Desired", ".spec.replicas"),
    number("Current", ".status.replicas"),
    number("Ready", ".status.readyReplicas"),
  ],
  StatefulSet: [column("Ready", ratio(".status.readyReplicas", ".spec.replicas"))],
  DaemonSet: [
    number("Desired", ".status.desiredNumberScheduled"),
    number("Current", ".status.currentNumberScheduled"),
    number("Ready", ".status.numberReady"),
  ],
  Lease: [column("Holder", text(".spec.holderIdentity", ""))],
  Role: [createdAt],
  ClusterRole: [createdAt],
  RoleBinding: binding,
  ClusterRoleBinding: binding,
  ControllerRevision: [
    column("Controller", controller),
    column("Revision", (object) => String(at(object, ".revision"))),
  ],
  CustomResourceDefinition: [column("Created At", (object) => object.metadata.creationTimestamp ?? "", 0, "date")],
};

/** A column that a CRD declares. */
function declared({ name: title, type, format, priority, jsonPath: path }: Column): Printer {
  return column(
    title,
    (object, now) => {
      const values = jsonPath(object, path);
      const [first] = values;
      if (first === undefined) return null;
      if (type === "date") return since(first, now);
      if (type === "integer" || type === "number" || type === "boolean") return first;
      const whole = values.length > 1 ? values.join(",") : first;
      return typeof whole === "string" ? whole : JSON.stringify(whole);
    },
    priority ?? 0,
    type,
    format ?? "",
  );
}

/** The columns of a resource in one version. */
export function columnsOf(resource: Resource, columns: readonly Column[]): readonly Printer[] {
  if (!resource.builtin) return [name, ...columns.map(declared)];
  const own = builtin[resource.kind] ?? [];
  const dated = own.some((printer) => printer === age || printer.type === "date");
  return [name, ...own, ...(dated ? [] : [age])];
}
