/**
 * What checks ask of pods and of what makes them, taken from objects that are too large to keep. Most pods have nothing to
 * say: then nothing is kept of them.
 */
import type { PodTraits } from "./model.ts";

type Obj = Readonly<Record<string, unknown>>;

/** The proxy's own user. https://istio.io/latest/docs/ops/deployment/application-requirements/#pod-requirements */
const PROXY_UID = 1337;
const PROXY = "istio-proxy";
const STATUS = "sidecar.istio.io/status";
/** Which proxy a pod asks for itself: it differs from the others on purpose. */
const OWN_IMAGE = "sidecar.istio.io/proxyImage";
/** Longer values are kept as "": no value that is checked is as long. */
const LONGEST = 500;

/** What injector and CNI write on pods themselves, which nobody chose (istioctl's maturity analyzer leaves them out too). */
const WRITTEN: ReadonlySet<string> = new Set([STATUS, "istio.io/rev", "ambient.istio.io/redirection"]);
const WRITTEN_ON_INJECTED: ReadonlySet<string> = new Set([
  "sidecar.istio.io/interceptionMode",
  "traffic.sidecar.istio.io/includeInboundPorts",
  "traffic.sidecar.istio.io/excludeInboundPorts",
  "traffic.sidecar.istio.io/includeOutboundIPRanges",
]);

const NOTHING: PodTraits = {};

/** Of Istio's own domains. */
export const isIstios = (name: string): boolean => /(^|\.)istio\.io\//.test(name);

/** Whether Istio wrote an annotation on a pod, given all that it carries. */
export const isWritten = (name: string, annotations: Obj): boolean =>
  WRITTEN.has(name) || (Object.hasOwn(annotations, STATUS) && WRITTEN_ON_INJECTED.has(name));

/** Annotations of Istio's domains; undefined: none. */
export function istioAnnotations(annotations: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObj(annotations)) return undefined;
  let kept: [string, string][] | undefined;
  for (const name of Object.keys(annotations)) {
    const value = annotations[name];
    if (typeof value !== "string" || !isIstios(name)) continue;
    kept ??= [];
    kept.push([name, value.length > LONGEST ? "" : value]);
  }
  return kept && Object.fromEntries(kept);
}

/** Of a template: all that is kept. */
export function templateTraits(metadata: unknown, spec: unknown): PodTraits {
  const annotations = istioAnnotations(obj(metadata).annotations);
  const ports = portsOf(obj(spec));
  return compact({ ...inside(obj(spec)), ...(annotations ? { annotations } : {}), ...(ports ? { ports } : {}) });
}

/** Of a pod: without its ports, which only templates are asked for, and without what Istio wrote on it. */
export function podTraits(metadata: unknown, spec: unknown): PodTraits {
  const raw = obj(obj(metadata).annotations);
  const own = Object.entries(istioAnnotations(raw) ?? {}).filter(([name]) => !isWritten(name, raw));
  return compact({ ...inside(obj(spec)), ...(own.length > 0 ? { annotations: Object.fromEntries(own) } : {}) });
}

/** The image of a pod's proxy; null: it has none, or asks for one of its own. */
export function proxyImageOf(metadata: unknown, spec: unknown): string | null {
  if (Object.hasOwn(obj(obj(metadata).annotations), OWN_IMAGE)) return null;
  const { containers, initContainers } = obj(spec);
  const proxy = [...objects(containers), ...objects(initContainers)].find(({ name }) => name === PROXY);
  return typeof proxy?.image === "string" && proxy.image.length <= LONGEST ? proxy.image : null;
}

/** Names of revisions, which are labels' values too. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ */
const REVISION = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
/** What the injector writes is shorter by far. */
const LONGEST_STATUS = 10_000;

/**
 * The revision of the control plane that a proxy was made for; null: the pod doesn't say. The injector writes its own into the status
 * (getInjectionStatus in istiod's pkg/kube/inject/webhook.go); a pod that no webhook injects (kube-gateway.yaml and waypoint.yaml of
 * istiod's chart, ztunnel's daemonset.yaml) has it as an annotation. Its label isn't asked: that may be a tag.
 */
export function proxyRevisionOf(metadata: unknown): string | null {
  const raw = obj(obj(metadata).annotations);
  const said = Object.hasOwn(raw, STATUS) ? revisionIn(raw[STATUS]) : raw["istio.io/rev"];
  return typeof said === "string" && REVISION.test(said) ? said : null;
}

function revisionIn(status: unknown): unknown {
  if (typeof status !== "string" || status.length > LONGEST_STATUS) return null;
  try {
    return obj(JSON.parse(status)).revision;
  } catch {
    return null;
  }
}

/** One object for all that have nothing to say. */
const compact = (traits: PodTraits): PodTraits => (Object.keys(traits).length === 0 ? NOTHING : traits);

function inside(spec: Obj): Pick<PodTraits, "proxyUsers" | "imageAuto"> {
  const containers = Array.isArray(spec.containers) ? spec.containers.map(obj) : [];
  const users = containers.flatMap(({ name, securityContext }, i) =>
    name !== PROXY && obj(securityContext).runAsUser === PROXY_UID ? [i] : [],
  );
  if (obj(spec.securityContext).runAsUser === PROXY_UID) users.unshift(-1);
  const imageAuto = containers.findIndex(({ image }) => image === "auto");
  return { ...(users.length > 0 ? { proxyUsers: users } : {}), ...(imageAuto >= 0 ? { imageAuto } : {}) };
}

/** Of containers that keep running. https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/ */
function portsOf(spec: Obj): PodTraits["ports"] {
  const sidecars = objects(spec.initContainers).filter(({ restartPolicy }) => restartPolicy === "Always");
  let found: Set<number | string> | undefined;
  for (const container of [...objects(spec.containers), ...sidecars]) {
    for (const { containerPort, name, protocol } of objects(container.ports)) {
      found ??= new Set();
      if (typeof containerPort === "number") found.add(containerPort);
      if (typeof name === "string" && name !== "") {
        found.add(`${name}/${typeof protocol === "string" && protocol !== "" ? protocol : "TCP"}`);
      }
    }
  }
  return found && [...found];
}

const isObj = (value: unknown): value is Obj => typeof value === "object" && value !== null && !Array.isArray(value);
const obj = (value: unknown): Obj => (isObj(value) ? value : {});
const objects = (value: unknown): readonly Obj[] => (Array.isArray(value) ? value.filter(isObj) : []);
