/**
 * Kubernetes objects from `unknown` to the few fields that are read. Written by hand, since lists hold tens of thousands;
 * an object that isn't as its schema says is null: left out and counted, never half believed.
 * https://kubernetes.io/docs/reference/kubernetes-api/
 */
import type { TemplateTraits } from "#lib/inventory/model.ts";
import type {
  ContainerRestart,
  ControllerRecord,
  NamespaceRecord,
  OwnedRecord,
  Owner,
  PodRecord,
  ServiceEntryRecord,
  ServiceRecord,
  StringMap,
} from "#lib/inventory/records.ts";
import { type UnixSeconds, unixSeconds } from "#lib/units.ts";
import { CAPTURE_NOTES, withoutCapture } from "./capture-notes.ts";
import { isOn } from "./flag.ts";
import { istioAnnotations, podTraits, proxyImageOf, proxyRevisionOf, templateTraits } from "./traits.ts";

/** Annotations that something of ours reads; a pod's others (last-applied, checksums) are most of its bytes. */
const KEPT_ANNOTATIONS = new Set([
  "health.kiali.io/rate",
  "sidecar.istio.io/inject",
  "sidecar.istio.io/status",
  "ambient.istio.io/redirection",
  "sidecar.istio.io/rewriteAppHTTPProbers",
  ...CAPTURE_NOTES,
]);

/** A proxy's own settings, which can be long; of them only what they say of sampling is read. */
const PROXY_CONFIG = "proxy.istio.io/config";

/** istiod's variables that say where its settings are, and what they are. https://istio.io/latest/docs/reference/commands/pilot-discovery/#envvars */
const KEPT_ENV = ["REVISION", "SHARED_MESH_CONFIG", "PILOT_TRACE_SAMPLING", "BLOCKED_CIDRS_IN_JWKS_URIS"];

type Obj = Readonly<Record<string, unknown>>;

/** A Namespace: its name and labels. */
export function decodeNamespace(object: unknown): NamespaceRecord | null {
  const meta = metaOf(object);
  return meta && { name: meta.name, labels: strings(meta.raw.labels) };
}

/** A Pod, finished ones too: whether they count is the join's to say. */
export function decodePod(object: unknown): PodRecord | null {
  const meta = namespaced(object);
  if (!meta || !isObj(object)) return null;
  const spec = obj(object.spec);
  const status = obj(object.status);
  const kept = new Set(objects(spec.initContainers).filter((c) => c.restartPolicy === "Always"));
  const containers = [...objects(spec.containers), ...kept].map((c) => text(c.name)).filter((name) => name !== "");
  const ips = [text(status.podIP), ...objects(status.podIPs).map((entry) => text(entry.ip))].filter((ip) => ip !== "");
  return {
    namespace: meta.namespace,
    name: meta.name,
    labels: strings(meta.raw.labels),
    annotations: annotations(meta.raw.annotations),
    ...proxyConfig(meta.raw.annotations),
    owner: controllerOf(meta.raw.ownerReferences),
    serviceAccount: text(spec.serviceAccountName) || "default",
    ips: [...new Set(ips)],
    hostNetwork: spec.hostNetwork === true,
    ...(text(spec.nodeName) === "" ? {} : { node: text(spec.nodeName) }),
    phase: text(status.phase) || "Unknown",
    ready: objects(status.conditions).some((c) => c.type === "Ready" && c.status === "True"),
    deleting: typeof meta.raw.deletionTimestamp === "string",
    containers,
    restarts: [...objects(status.containerStatuses), ...objects(status.initContainerStatuses)].flatMap(restartOf),
    traits: podTraits(object.metadata, spec),
    ...imageOf(object.metadata, spec),
    ...revisionOf(object.metadata),
    createdAt: instant(meta.raw.creationTimestamp),
  };
}

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ContainerStatus: only the last run is kept. */
function restartOf(status: Obj): ContainerRestart[] {
  const ended = obj(obj(status.lastState).terminated);
  const at = instant(ended.finishedAt);
  const count = typeof status.restartCount === "number" ? status.restartCount : 0;
  if (at === null || count < 1) return [];
  const exitCode = typeof ended.exitCode === "number" ? ended.exitCode : null;
  return [{ container: text(status.name), at, reason: text(ended.reason), exitCode, count }];
}

/** A decoder of Deployments, StatefulSets or DaemonSets. */
export function decodeController(kind: ControllerRecord["kind"]): (object: unknown) => ControllerRecord | null {
  return (object) => {
    const meta = namespaced(object);
    if (!meta || !isObj(object)) return null;
    const template = obj(obj(object.spec).template);
    const inner = obj(template.metadata);
    return {
      kind,
      namespace: meta.namespace,
      name: meta.name,
      labels: strings(inner.labels),
      annotations: { ...annotations(inner.annotations), ...withoutCapture(annotations(meta.raw.annotations)) },
      serviceAccount: text(obj(template.spec).serviceAccountName) || "default",
      ...proxyConfig(inner.annotations),
      ...(obj(inner.labels).app === "istiod" ? { env: envOf(obj(template.spec)) } : {}),
      template: templateOf(template, meta.raw.annotations),
      createdAt: instant(meta.raw.creationTimestamp),
    };
  };
}

function templateOf({ metadata, spec }: Obj, annotations: unknown): TemplateTraits {
  const own = istioAnnotations(annotations);
  const traits = templateTraits(metadata, spec);
  return own === undefined ? traits : { ...traits, own };
}

function imageOf(metadata: unknown, spec: Obj): Pick<PodRecord, "proxyImage"> {
  const proxyImage = proxyImageOf(metadata, spec);
  return proxyImage === null ? {} : { proxyImage };
}

function revisionOf(metadata: unknown): Pick<PodRecord, "revision"> {
  const revision = proxyRevisionOf(metadata);
  return revision === null ? {} : { revision };
}

/** Of the container that is called as istiod's is, else of all; the last of a name counts, as for the kubelet. */
function envOf(spec: Obj): NonNullable<ControllerRecord["env"]> {
  const containers = objects(spec.containers);
  const own = containers.filter((each) => each.name === "discovery");
  const from = own.length > 0 ? own : containers;
  const all = from.flatMap((each) => objects(each.env));
  const others = from.some((each) => objects(each.envFrom).length > 0);
  return Object.fromEntries(
    KEPT_ENV.flatMap((name): [string, string | null][] => {
      const last = all.findLast((each) => each.name === name);
      if (last === undefined) return others ? [[name, null]] : [];
      // `$(OTHER)` is put together by the kubelet.
      const value = last.valueFrom === undefined ? text(last.value) : null;
      return [[name, value?.includes("$(") ? null : value]];
    }),
  );
}

/** A decoder of ReplicaSets or Jobs, whole or as metadata alone. */
export function decodeOwned(kind: OwnedRecord["kind"]): (object: unknown) => OwnedRecord | null {
  return (object) => {
    const meta = namespaced(object);
    if (!meta) return null;
    const { namespace, name, raw } = meta;
    const owner = controllerOf(raw.ownerReferences);
    return { kind, namespace, name, owner, createdAt: instant(raw.creationTimestamp) };
  };
}

/** A Service; one of type ExternalName selects nothing, whatever it says. */
export function decodeService(object: unknown): ServiceRecord | null {
  const meta = namespaced(object);
  if (!meta || !isObj(object)) return null;
  const spec = obj(object.spec);
  return {
    namespace: meta.namespace,
    name: meta.name,
    selector: spec.type === "ExternalName" ? {} : strings(spec.selector),
    ports: objects(spec.ports).flatMap((port) =>
      typeof port.port === "number"
        ? [
            {
              name: text(port.name) || null,
              port: port.port,
              protocol: text(port.protocol) || "TCP",
              appProtocol: text(port.appProtocol) || null,
              ...(typeof port.targetPort === "number" || text(port.targetPort) !== ""
                ? { targetPort: port.targetPort as number | string }
                : {}),
            },
          ]
        : [],
    ),
    headless: spec.clusterIP === "None",
    ...(spec.publishNotReadyAddresses === true ? { publishesUnready: true } : {}),
    ...addressesOf(spec),
    ...(spec.type === "ExternalName" ? { externalName: text(spec.externalName) } : {}),
    ...waypointOf(strings(meta.raw.labels)),
    ...ingressOf(strings(meta.raw.labels)),
    ...exportOf(strings(meta.raw.annotations)),
    ...istiosOf(meta.raw.annotations),
    ...negativeOf(obj(object.status)),
  };
}

const MOST_CONDITIONS = 8;
const LONGEST_TEXT = 300;

/** As istiod writes them of waypoints: https://istio.io/latest/docs/reference/config/config-status/ */
function negativeOf(status: Obj): Pick<ServiceRecord, "negative"> {
  const negative = objects(status.conditions)
    .filter((each) => each.status === "False" && text(each.type) !== "")
    .slice(0, MOST_CONDITIONS)
    .map((each) => ({
      type: text(each.type).slice(0, LONGEST_TEXT),
      text: (text(each.message) || text(each.reason) || "no reason is given").slice(0, LONGEST_TEXT),
    }));
  return negative.length === 0 ? {} : { negative };
}

/** https://kubernetes.io/docs/concepts/services-networking/dual-stack/#services */
function addressesOf({ clusterIP, clusterIPs }: Obj): Pick<ServiceRecord, "addresses"> {
  const all = Array.isArray(clusterIPs) ? clusterIPs : [clusterIP];
  const addresses = all.filter((each) => typeof each === "string" && each !== "" && each !== "None");
  return addresses.length === 0 ? {} : { addresses };
}

/** https://istio.io/latest/docs/ambient/usage/waypoint/#useawaypoint */
function waypointOf(labels: StringMap): Pick<ServiceRecord, "waypoint"> {
  const name = labels["istio.io/use-waypoint"];
  return name ? { waypoint: { name, namespace: labels["istio.io/use-waypoint-namespace"] ?? null } } : {};
}

/** https://istio.io/latest/docs/reference/config/labels/#IoIstioIngressUseWaypoint */
function ingressOf(labels: StringMap): Pick<ServiceRecord, "ingressWaypoint"> {
  const said = labels["istio.io/ingress-use-waypoint"];
  return said === undefined ? {} : { ingressWaypoint: isOn(said) };
}

/** https://istio.io/latest/docs/reference/config/annotations/#NetworkingExportTo */
function exportOf(said: StringMap): Pick<ServiceRecord, "exportTo"> {
  const exportTo = (said["networking.istio.io/exportTo"] ?? "").split(",").flatMap((each) => each.trim() || []);
  return exportTo.length === 0 ? {} : { exportTo };
}

function istiosOf(said: unknown): Pick<ServiceRecord, "annotations"> {
  const found = istioAnnotations(said);
  return found === undefined ? {} : { annotations: found };
}

/** https://istio.io/latest/docs/reference/config/networking/service-entry/ : MESH_EXTERNAL is the enum's zero, so it is left out. */
export function decodeServiceEntry(object: unknown): ServiceEntryRecord | null {
  const meta = namespaced(object);
  if (!meta || !isObj(object)) return null;
  const spec = obj(object.spec);
  const hosts = Array.isArray(spec.hosts) ? spec.hosts.filter((host) => typeof host === "string") : [];
  if (hosts.length === 0) return null;
  const location = spec.location === "MESH_INTERNAL" ? "MESH_INTERNAL" : "MESH_EXTERNAL";
  return { namespace: meta.namespace, name: meta.name, hosts, location };
}

/** An object's key, to drop it by. */
export function decodeKey(object: unknown): { readonly namespace: string; readonly name: string } | null {
  const meta = metaOf(object);
  return meta && { namespace: text(meta.raw.namespace), name: meta.name };
}

function metaOf(object: unknown): { readonly name: string; readonly raw: Obj } | null {
  if (!isObj(object) || !isObj(object.metadata)) return null;
  const name = text(object.metadata.name);
  return name === "" ? null : { name, raw: object.metadata };
}

function namespaced(object: unknown): { readonly name: string; readonly namespace: string; readonly raw: Obj } | null {
  const meta = metaOf(object);
  const namespace = meta ? text(meta.raw.namespace) : "";
  return meta && namespace !== "" ? { ...meta, namespace } : null;
}

function controllerOf(references: unknown): Owner | null {
  const owner = objects(references).find((reference) => reference.controller === true);
  if (!owner) return null;
  const kind = text(owner.kind);
  const name = text(owner.name);
  return kind === "" || name === "" ? null : { kind, name };
}

/** Copied entry by entry into an object whose keys can't reach a prototype. */
function strings(value: unknown): StringMap {
  if (!isObj(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function annotations(value: unknown): StringMap {
  if (!isObj(value)) return {};
  const kept: [string, string][] = [];
  for (const key of KEPT_ANNOTATIONS) {
    const text = Object.hasOwn(value, key) ? value[key] : undefined;
    // Of the injection's report only that it exists is read.
    if (typeof text === "string") kept.push([key, key === "sidecar.istio.io/status" ? "injected" : text]);
  }
  return Object.fromEntries(kept);
}

/** https://istio.io/latest/docs/reference/config/annotations/#ProxyConfig */
function proxyConfig(value: unknown): { readonly proxyConfig?: string } {
  const said = isObj(value) && Object.hasOwn(value, PROXY_CONFIG) ? value[PROXY_CONFIG] : undefined;
  return typeof said === "string" && said.includes("sampling") ? { proxyConfig: said } : {};
}

function instant(value: unknown): UnixSeconds | null {
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : unixSeconds(ms / 1000);
}

const isObj = (value: unknown): value is Obj => typeof value === "object" && value !== null && !Array.isArray(value);
const obj = (value: unknown): Obj => (isObj(value) ? value : {});
const objects = (value: unknown): readonly Obj[] => (Array.isArray(value) ? value.filter(isObj) : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
