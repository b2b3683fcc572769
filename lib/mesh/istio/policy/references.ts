/** Which objects an object names, found or not. Reading is total: what has another shape than Istio's names nothing. */
import { at, isObject, keysOf, listAt, own, textAt } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { printPath, type Segments } from "#lib/policy/path.ts";
import type { PolicyWorld, Reference } from "#lib/policy/port.ts";
import { type ObjectRef, refOf } from "#lib/policy/ref.ts";
import { GATEWAY_API, NETWORKING } from "./kinds.ts";
import {
  find,
  findHost,
  fullHost,
  labelsAt,
  labelText,
  named,
  namespaceOf,
  serviceRef,
  targetsOf,
  workloadsWith,
} from "./lookup.ts";

type References = Iterable<Reference>;
type Named = ReturnType<typeof named>;

/** Destination rules that count for a host. https://istio.io/latest/docs/reference/config/networking/destination-rule/ */
function rulesFor(host: string, world: PolicyWorld): readonly Manifest[] {
  return world
    .objects("DestinationRule")
    .filter((rule) => fullHost(textAt(rule.spec, "host") ?? "", namespaceOf(rule)) === host);
}

function* host(path: Segments, text: unknown, manifest: Manifest, world: PolicyWorld): References {
  if (typeof text !== "string" || text === "") return;
  yield { path: printPath(path), text, ...findHost(fullHost(text, namespaceOf(manifest)), world) };
}

function* destination(path: Segments, value: unknown, manifest: Manifest, world: PolicyWorld): References {
  const [name, subset] = [textAt(value, "host"), textAt(value, "subset")];
  yield* host([...path, "host"], name, manifest, world);
  if (name === null || subset === null) return;
  const rules = rulesFor(fullHost(name, namespaceOf(manifest)), world);
  const declares = rules.find((rule) => listAt(rule.spec, "subsets").some((s) => textAt(s, "name") === subset));
  const to = declares ?? rules[0];
  yield {
    path: printPath([...path, "subset"]),
    to: to ? refOf(world.cluster, to) : null,
    text: subset,
    found: declares !== undefined,
  };
}

/** `gateways` of a VirtualService: `mesh`, `name` of its own namespace, or `namespace/name`. */
function* gateways(path: Segments, list: readonly unknown[], manifest: Manifest, world: PolicyWorld): References {
  for (const [index, text] of list.entries()) {
    if (typeof text !== "string" || text === "mesh" || text === "") continue;
    const slash = text.indexOf("/");
    const namespace = slash < 0 ? namespaceOf(manifest) : text.slice(0, slash);
    const to = find(world, { group: NETWORKING, kind: "Gateway" }, namespace, text.slice(slash + 1));
    yield { path: printPath([...path, index]), to, text, found: to !== null };
  }
}

function* virtualService(manifest: Manifest, world: PolicyWorld): References {
  const { spec } = manifest;
  for (const [i, name] of listAt(spec, "hosts").entries()) yield* host(["spec", "hosts", i], name, manifest, world);
  yield* gateways(["spec", "gateways"], listAt(spec, "gateways"), manifest, world);
  for (const protocol of ["http", "tls", "tcp"]) {
    for (const [i, rule] of listAt(spec, protocol).entries()) {
      const here = ["spec", protocol, i];
      for (const [j, match] of listAt(rule, "match").entries()) {
        yield* gateways([...here, "match", j, "gateways"], listAt(match, "gateways"), manifest, world);
      }
      for (const part of ["route", "mirrors"]) {
        for (const [j, route] of listAt(rule, part).entries()) {
          yield* destination([...here, part, j, "destination"], own(route, "destination"), manifest, world);
        }
      }
      yield* destination([...here, "mirror"], own(rule, "mirror"), manifest, world);
      const name = textAt(rule, "delegate", "name");
      if (name === null) continue;
      const namespace = textAt(rule, "delegate", "namespace") ?? namespaceOf(manifest);
      const to = find(world, { group: NETWORKING, kind: "VirtualService" }, namespace, name);
      yield { path: printPath([...here, "delegate"]), to, text: `${namespace}/${name}`, found: to !== null };
    }
  }
}

/** Workloads by labels aren't policy objects: they are named by text, found where a workload carries them. */
function* labels(path: readonly string[], manifest: Manifest, world: PolicyWorld, everywhere = true): References {
  const wanted = labelsAt(manifest.spec, ...path);
  if (wanted === null || keysOf(wanted).length === 0) return;
  const namespace = everywhere && namespaceOf(manifest) === world.rootNamespace ? null : namespaceOf(manifest);
  const found = workloadsWith(world, wanted, namespace).length > 0;
  yield { path: printPath(["spec", ...path]), to: null, text: labelText(wanted), found };
}

function resolve(target: Named, world: PolicyWorld): ObjectRef | null {
  const { group, kind, namespace, name } = target;
  if (group === "" && kind === "Service") {
    const exists = world.inventory?.services.has(`${namespace}/${name}`) ?? false;
    return exists ? serviceRef(world.cluster, namespace, name) : null;
  }
  return find(world, target, kind === "GatewayClass" ? null : namespace, name);
}

function* reference(path: string, value: unknown, defaults: Omit<Named, "name">, world: PolicyWorld): References {
  if (!isObject(value)) return;
  const target = named(value, defaults);
  if (target.name === "") return;
  const to = resolve(target, world);
  yield { path, to, text: `${target.kind} ${target.namespace}/${target.name}`, found: to !== null };
}

function* targets(manifest: Manifest, world: PolicyWorld, kind = "Gateway"): References {
  const defaults = { group: kind === "Service" ? "" : GATEWAY_API, kind, namespace: namespaceOf(manifest) };
  for (const { path, target } of targetsOf(manifest)) yield* reference(path, target, defaults, world);
}

/** Names that aren't objects the console reads: they are shown as text, not looked for. */
function* texts(path: Segments, list: readonly unknown[]): References {
  for (const [index, text] of list.entries()) {
    if (typeof text === "string") yield { path: printPath([...path, index]), to: null, text, found: false };
  }
}

/** Identities that an AuthorizationPolicy names. */
function* identities(manifest: Manifest): References {
  for (const [i, rule] of listAt(manifest.spec, "rules").entries()) {
    for (const [j, from] of listAt(rule, "from").entries()) {
      for (const field of ["principals", "notPrincipals", "serviceAccounts", "notServiceAccounts"]) {
        yield* texts(["spec", "rules", i, "from", j, "source", field], listAt(from, "source", field));
      }
    }
  }
}

function* gatewaySecrets(manifest: Manifest): References {
  for (const [i, server] of listAt(manifest.spec, "servers").entries()) {
    const text = textAt(server, "tls", "credentialName");
    if (text !== null) yield { path: `spec.servers[${i}].tls.credentialName`, to: null, text, found: false };
  }
}

/** Hosts of a Sidecar are `namespace/host`; `.` is its own, `*` any and `~` none: those name no object. */
function* sidecar(manifest: Manifest, world: PolicyWorld): References {
  yield* labels(["workloadSelector", "labels"], manifest, world);
  for (const [i, egress] of listAt(manifest.spec, "egress").entries()) {
    for (const [j, text] of listAt(egress, "hosts").entries()) {
      if (typeof text !== "string" || text.includes("*") || text.startsWith("~")) continue;
      const slash = text.indexOf("/");
      const [namespace, name] = [text.slice(0, Math.max(0, slash)), text.slice(slash + 1)];
      const own = namespace === "." || namespace === "" ? namespaceOf(manifest) : namespace;
      yield { path: `spec.egress[${i}].hosts[${j}]`, text, ...findHost(fullHost(name, own), world) };
    }
  }
}

function* route(manifest: Manifest, world: PolicyWorld): References {
  const namespace = namespaceOf(manifest);
  const parent = { group: GATEWAY_API, kind: "Gateway", namespace };
  const backend = { group: "", kind: "Service", namespace };
  for (const [i, value] of listAt(manifest.spec, "parentRefs").entries()) {
    yield* reference(`spec.parentRefs[${i}]`, value, parent, world);
  }
  for (const [i, rule] of listAt(manifest.spec, "rules").entries()) {
    for (const [j, value] of listAt(rule, "backendRefs").entries()) {
      yield* reference(`spec.rules[${i}].backendRefs[${j}]`, value, backend, world);
    }
    for (const [j, filter] of listAt(rule, "filters").entries()) {
      const path = `spec.rules[${i}].filters[${j}].requestMirror.backendRef`;
      yield* reference(path, at(filter, "requestMirror", "backendRef"), backend, world);
    }
  }
}

function* all(manifest: Manifest, world: PolicyWorld): References {
  const namespace = namespaceOf(manifest);
  switch (manifest.kind) {
    case "VirtualService":
      return yield* virtualService(manifest, world);
    case "DestinationRule":
      yield* host(["spec", "host"], own(manifest.spec, "host"), manifest, world);
      return yield* labels(["workloadSelector", "matchLabels"], manifest, world, false);
    case "Gateway": {
      if (!manifest.apiVersion.startsWith(`${GATEWAY_API}/`)) {
        const wanted = labelsAt(manifest.spec, "selector");
        if (wanted !== null && keysOf(wanted).length > 0) {
          const found = workloadsWith(world, wanted, null).length > 0;
          yield { path: "spec.selector", to: null, text: labelText(wanted), found };
        }
        return yield* gatewaySecrets(manifest);
      }
      const name = textAt(manifest.spec, "gatewayClassName");
      const to = name && find(world, { group: GATEWAY_API, kind: "GatewayClass" }, null, name);
      if (name) yield { path: "spec.gatewayClassName", to: to || null, text: name, found: Boolean(to) };
      return;
    }
    case "ServiceEntry":
      return yield* labels(["workloadSelector", "labels"], manifest, world, false);
    case "Sidecar":
      return yield* sidecar(manifest, world);
    case "EnvoyFilter":
      yield* labels(["workloadSelector", "labels"], manifest, world);
      return yield* targets(manifest, world);
    case "AuthorizationPolicy":
    case "PeerAuthentication":
    case "RequestAuthentication":
    case "Telemetry":
    case "WasmPlugin":
    case "TrafficExtension":
    case "ProxyConfig":
      if (manifest.kind === "AuthorizationPolicy") yield* identities(manifest);
      yield* labels(["selector", "matchLabels"], manifest, world);
      return yield* targets(manifest, world);
    case "BackendTLSPolicy":
      return yield* targets(manifest, world, "Service");
    case "ListenerSet": {
      const defaults = { group: GATEWAY_API, kind: "Gateway", namespace };
      return yield* reference("spec.parentRef", own(manifest.spec, "parentRef"), defaults, world);
    }
    case "HTTPRoute":
    case "GRPCRoute":
    case "TCPRoute":
    case "TLSRoute":
    case "UDPRoute":
      return yield* route(manifest, world);
  }
}

/** Objects that this one names, in the order in which it names them. */
export function references(manifest: Manifest, world: PolicyWorld): readonly Reference[] {
  return [...all(manifest, world)];
}
