/** Which objects an object names, found or not. Reading is total: what has another shape than Istio's names nothing. */
import { at, isObject, keysOf, listAt, own, textAt } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { printPath, type Segments } from "#lib/policy/path.ts";
import type { PolicyWorld, Reference } from "#lib/policy/port.ts";
import { refOf } from "#lib/policy/ref.ts";
import { findHost, isUnread, resolveHost, serviceRef } from "./hosts.ts";
import { GATEWAY_API, kinds, NETWORKING } from "./kinds.ts";
import { find, labelsAt, labelText, named, targetsOf, workloadsWith } from "./lookup.ts";
import { namespaceOf } from "./routing/json.ts";

type References = Iterable<Reference>;
type Named = ReturnType<typeof named>;

/** Destination rules that count for a host. https://istio.io/latest/docs/reference/config/networking/destination-rule/ */
function rulesFor(host: string, world: PolicyWorld): readonly Manifest[] {
  return world
    .objects("DestinationRule")
    .filter((rule) => resolveHost(textAt(rule.spec, "host") ?? "", namespaceOf(rule)) === host);
}

function* host(path: Segments, text: unknown, manifest: Manifest, world: PolicyWorld): References {
  if (typeof text !== "string" || text === "") return;
  yield { path: printPath(path), text, ...findHost(resolveHost(text, namespaceOf(manifest)), world) };
}

function* destination(path: Segments, value: unknown, manifest: Manifest, world: PolicyWorld): References {
  const [name, subset] = [textAt(value, "host"), textAt(value, "subset")];
  yield* host([...path, "host"], name, manifest, world);
  if (name === null || subset === null) return;
  const rules = rulesFor(resolveHost(name, namespaceOf(manifest)), world);
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
  yield {
    path: printPath(["spec", ...path]),
    to: null,
    text: labelText(wanted),
    found: carried(wanted, namespace, world),
  };
}

/** Whether a workload carries these labels; null: workloads aren't read. */
function carried(wanted: Readonly<Record<string, string>>, namespace: string | null, world: PolicyWorld) {
  return world.inventory === null ? null : workloadsWith(world, wanted, namespace).length > 0;
}

const LOOKED_FOR = new Set(kinds.map(({ group, kind }) => `${group}/${kind}`));

function resolve(target: Named, world: PolicyWorld): Pick<Reference, "to" | "found"> {
  const { group, kind, namespace, name } = target;
  if (group === "" && kind === "Service") {
    const to = serviceRef(world.cluster, { namespace, name });
    if (world.inventory?.services.has(`${namespace}/${name}`)) return { to, found: true };
    return { to: null, found: isUnread("services", world) ? null : false };
  }
  if (!LOOKED_FOR.has(`${group}/${kind}`)) return { to: null, found: null };
  const to = find(world, target, kind === "GatewayClass" ? null : namespace, name);
  return { to, found: to !== null };
}

function* reference(path: string, value: unknown, defaults: Omit<Named, "name">, world: PolicyWorld): References {
  if (!isObject(value)) return;
  const target = named(value, defaults);
  if (target.name === "") return;
  yield { path, text: `${target.kind} ${target.namespace}/${target.name}`, ...resolve(target, world) };
}

function* targets(manifest: Manifest, world: PolicyWorld, kind = "Gateway"): References {
  const defaults = { group: kind === "Service" ? "" : GATEWAY_API, kind, namespace: namespaceOf(manifest) };
  for (const { path, target } of targetsOf(manifest)) yield* reference(path, target, defaults, world);
}

/** Names that aren't objects the console reads, or that stand for several: they are shown as text, not looked for. */
function* texts(path: Segments, list: readonly unknown[]): References {
  for (const [index, text] of list.entries()) {
    if (typeof text === "string") yield { path: printPath([...path, index]), to: null, text, found: null };
  }
}

/** Namespaces to which an object is visible; `.` is its own, `*` any and `~` none. */
function* exported(manifest: Manifest): References {
  for (const [i, text] of listAt(manifest.spec, "exportTo").entries()) {
    if (typeof text === "string" && !/^[.*~]$/.test(text)) {
      yield { path: `spec.exportTo[${i}]`, to: null, text: `namespace ${text}`, found: null };
    }
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
    if (text !== null) yield { path: `spec.servers[${i}].tls.credentialName`, to: null, text, found: null };
  }
}

/** Secrets of a Gateway API Gateway; the console doesn't read Secrets. */
function* certificates(manifest: Manifest, world: PolicyWorld): References {
  const secret = { group: "", kind: "Secret", namespace: namespaceOf(manifest) };
  for (const [i, listener] of listAt(manifest.spec, "listeners").entries()) {
    for (const [j, value] of listAt(at(listener, "tls"), "certificateRefs").entries()) {
      yield* reference(`spec.listeners[${i}].tls.certificateRefs[${j}]`, value, secret, world);
    }
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
      yield { path: `spec.egress[${i}].hosts[${j}]`, text, ...findHost(resolveHost(name, own), world) };
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
      yield* granted(`spec.rules[${i}].backendRefs[${j}]`, value, backend, manifest, world);
    }
    for (const [j, filter] of listAt(rule, "filters").entries()) {
      const path = `spec.rules[${i}].filters[${j}].requestMirror.backendRef`;
      yield* granted(path, at(filter, "requestMirror", "backendRef"), backend, manifest, world);
    }
  }
}

/** A backend, and the ReferenceGrant that lets a route of another namespace name it: without one calls there fail. */
function* granted(
  path: string,
  value: unknown,
  defaults: Omit<Named, "name">,
  manifest: Manifest,
  world: PolicyWorld,
): References {
  yield* reference(path, value, defaults, world);
  const target = named(value, defaults);
  const own = namespaceOf(manifest);
  if (target.name === "" || target.namespace === own) return;
  const grant = world.objects("ReferenceGrant").find((one) => grants(one, target, manifest.kind, own));
  yield {
    path: `${path}.namespace`,
    to: grant ? refOf(world.cluster, grant) : null,
    text: `ReferenceGrant in ${target.namespace} for ${manifest.kind}s of ${own}`,
    found: grant !== undefined,
  };
}

/** https://gateway-api.sigs.k8s.io/api-types/referencegrant/: in the target's namespace, from there, to this kind or object. */
function grants(grant: Manifest, target: Named, kind: string, namespace: string): boolean {
  const from = listAt(grant.spec, "from").some(
    (one) =>
      textAt(one, "group") === GATEWAY_API && textAt(one, "kind") === kind && textAt(one, "namespace") === namespace,
  );
  const to = listAt(grant.spec, "to").some(
    (one) =>
      (textAt(one, "group") ?? "") === target.group &&
      textAt(one, "kind") === target.kind &&
      (textAt(one, "name") ?? target.name) === target.name,
  );
  return namespaceOf(grant) === target.namespace && from && to;
}

function* all(manifest: Manifest, world: PolicyWorld): References {
  const namespace = namespaceOf(manifest);
  switch (manifest.kind) {
    case "VirtualService":
      yield* virtualService(manifest, world);
      return yield* exported(manifest);
    case "DestinationRule":
      yield* host(["spec", "host"], own(manifest.spec, "host"), manifest, world);
      yield* labels(["workloadSelector", "matchLabels"], manifest, world, false);
      return yield* exported(manifest);
    case "Gateway": {
      if (!manifest.apiVersion.startsWith(`${GATEWAY_API}/`)) {
        const wanted = labelsAt(manifest.spec, "selector");
        if (wanted !== null && keysOf(wanted).length > 0) {
          yield { path: "spec.selector", to: null, text: labelText(wanted), found: carried(wanted, null, world) };
        }
        return yield* gatewaySecrets(manifest);
      }
      const name = textAt(manifest.spec, "gatewayClassName");
      const to = name && find(world, { group: GATEWAY_API, kind: "GatewayClass" }, null, name);
      if (name) yield { path: "spec.gatewayClassName", to: to || null, text: name, found: Boolean(to) };
      return yield* certificates(manifest, world);
    }
    case "ServiceEntry":
      yield* labels(["workloadSelector", "labels"], manifest, world, false);
      return yield* exported(manifest);
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
