/**
 * What objects take effect on. Istio's rules: a selector takes workloads of the object's namespace, in the root namespace
 * of all; without one the object counts for its namespace, in the root namespace for the mesh.
 * https://istio.io/latest/docs/reference/config/type/workload-selector/
 */
import { listAt, own, textAt } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld, Selection } from "#lib/policy/port.ts";
import { findHost, fullName, type Named, resolveHost, serviceOfHost } from "./hosts.ts";
import { GATEWAY_API } from "./kinds.ts";
import { few, labelsAt, labelText, named, targetsOf, workloadsWith } from "./lookup.ts";
import { namespaceOf } from "./routing/json.ts";

const place = ({ namespace, name }: Named): Named => ({ namespace, name });
const NONE: Selection = { text: "nothing", services: [], workloads: [] };

/** Hosts of an object: short for services (`reviews.shop`), as they are for others. */
function hosts(list: readonly unknown[], manifest: Manifest, world: PolicyWorld): Selection {
  const full = list
    .filter((host): host is string => typeof host === "string" && host !== "")
    .map((host) => resolveHost(host, namespaceOf(manifest)));
  const services = full.flatMap((host) => {
    const service = serviceOfHost(host);
    return service !== null && findHost(host, world).to?.kind === "Service" ? [service] : [];
  });
  const workloads = services.flatMap(({ namespace, name }) =>
    (world.inventory?.services.get(`${namespace}/${name}`)?.workloads ?? []).map((w) => ({ namespace, name: w })),
  );
  const text = few(
    full.map((host) => {
      const service = serviceOfHost(host);
      return service === null ? host : `${service.name}.${service.namespace}`;
    }),
  );
  return { text, services, workloads };
}

/** Kinds whose selectors reach all namespaces from the root namespace; those of others stay in their own. */
export const REACHING: ReadonlySet<string> = new Set([
  ...["AuthorizationPolicy", "RequestAuthentication", "WasmPlugin", "TrafficExtension", "EnvoyFilter"],
]);

/** Labels, or without them the whole namespace or, from the root namespace, mesh. */
function selected(labels: Readonly<Record<string, string>> | null, manifest: Manifest, world: PolicyWorld): Selection {
  const namespace = namespaceOf(manifest);
  const root = namespace === world.rootNamespace;
  if (labels === null || Object.keys(labels).length === 0) {
    return { text: root ? "the whole mesh" : `every workload in ${namespace}`, services: [], workloads: null };
  }
  // https://istio.io/latest/docs/reference/config/security/peer_authentication/: one level each, workloads outside the root.
  if (root && manifest.kind === "PeerAuthentication") {
    return { ...NONE, text: "nothing: selectors don't count in the root namespace" };
  }
  const everywhere = root && REACHING.has(manifest.kind);
  const workloads = workloadsWith(world, labels, everywhere ? null : namespace).map(place);
  return { text: `${labelText(labels)} in ${everywhere ? "all namespaces" : namespace}`, services: [], workloads };
}

/** Objects by reference: Services, Gateways and others; workloads are those behind the Services. */
function referred(references: readonly unknown[], manifest: Manifest, world: PolicyWorld, gateway: boolean): Selection {
  const defaults = {
    group: gateway ? GATEWAY_API : "",
    kind: gateway ? "Gateway" : "Service",
    namespace: namespaceOf(manifest),
  };
  const all = references.map((reference) => named(reference, defaults)).filter(({ name }) => name !== "");
  if (all.length === 0) return NONE;
  const services = all.filter(({ group, kind }) => group === "" && kind === "Service").map(place);
  const hosted = hosts(services.map(fullName), manifest, world);
  // Gateways' pods carry the name of their Gateway. https://gateway-api.sigs.k8s.io/geps/gep-1762/
  const gateways = all
    .filter(({ kind }) => kind === "Gateway")
    .flatMap(({ namespace, name }) => workloadsWith(world, { [`${GATEWAY_API}/gateway-name`]: name }, namespace));
  const texts = all.map(({ kind, namespace, name }) =>
    kind === "Service" ? `${name}.${namespace}` : `${kind} ${namespace}/${name}`,
  );
  return { text: few(texts), services, workloads: [...(hosted.workloads ?? []), ...gateways.map(place)] };
}

/** Waypoints and gateways by targetRefs, else sidecars by selector: a policy with targets ignores the latter. */
function attached(manifest: Manifest, world: PolicyWorld, selector: readonly string[]): Selection {
  const targets = targetsOf(manifest);
  if (targets.length === 0) return selected(labelsAt(manifest.spec, ...selector), manifest, world);
  return referred(
    targets.map(({ target }) => target),
    manifest,
    world,
    true,
  );
}

/** A Namespace: its own workloads. */
function namespaceSelection(name: string): Selection {
  return { text: `every workload in ${name}`, services: [], workloads: null };
}

/** What an object takes effect on, as far as the caller may see it. Kinds that take effect on nothing by themselves say so. */
export function selection(manifest: Manifest, world: PolicyWorld): Selection {
  const { spec, kind } = manifest;
  const gatewayApi = manifest.apiVersion.startsWith(`${GATEWAY_API}/`);
  switch (kind) {
    case "VirtualService":
      // A delegate has no hosts: those of the object that names it count.
      if (listAt(spec, "hosts").length === 0) return { ...NONE, text: "calls that other routes delegate to it" };
      return hosts(listAt(spec, "hosts"), manifest, world);
    case "ServiceEntry":
      return hosts(listAt(spec, "hosts"), manifest, world);
    case "DestinationRule":
      return hosts([own(spec, "host")], manifest, world);
    case "Gateway": {
      // Istio's gateways take pods of all namespaces unless istiod is told otherwise (PILOT_SCOPE_GATEWAY_TO_NAMESPACE).
      const labels = gatewayApi
        ? { [`${GATEWAY_API}/gateway-name`]: manifest.metadata.name }
        : labelsAt(spec, "selector");
      if (labels === null || Object.keys(labels).length === 0) return NONE;
      const namespace = gatewayApi ? namespaceOf(manifest) : null;
      const workloads = workloadsWith(world, labels, namespace).map(place);
      return { text: `${labelText(labels)} in ${namespace ?? "all namespaces"}`, services: [], workloads };
    }
    case "EnvoyFilter":
      return attached(manifest, world, ["workloadSelector", "labels"]);
    case "Sidecar":
      return selected(labelsAt(spec, "workloadSelector", "labels"), manifest, world);
    case "ProxyConfig":
    case "PeerAuthentication":
      return selected(labelsAt(spec, "selector", "matchLabels"), manifest, world);
    case "RequestAuthentication":
    case "AuthorizationPolicy":
    case "Telemetry":
    case "WasmPlugin":
    case "TrafficExtension":
      return attached(manifest, world, ["selector", "matchLabels"]);
    case "WorkloadEntry":
      return { ...NONE, text: textAt(spec, "address") ?? labelText(labelsAt(spec, "labels") ?? {}) };
    case "WorkloadGroup":
      return { ...NONE, text: labelText(labelsAt(spec, "metadata", "labels") ?? {}) || "workloads that join it" };
    case "HTTPRoute":
    case "GRPCRoute":
    case "TCPRoute":
    case "TLSRoute":
    case "UDPRoute":
      return referred(listAt(spec, "parentRefs"), manifest, world, true);
    case "ListenerSet":
      return referred([own(spec, "parentRef")], manifest, world, true);
    case "BackendTLSPolicy":
      return referred(
        targetsOf(manifest).map(({ target }) => target),
        manifest,
        world,
        false,
      );
    case "ReferenceGrant":
      return { ...NONE, text: `references into ${namespaceOf(manifest)}` };
    case "GatewayClass":
      return { ...NONE, text: textAt(spec, "controllerName") ?? "gateways of its class" };
    case "Namespace":
      return namespaceSelection(manifest.metadata.name);
    default:
      return NONE;
  }
}
