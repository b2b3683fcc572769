/** Gateway API: what routes name, parents and backends. */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { GATEWAY_API } from "../kinds.ts";
import { named } from "../lookup.ts";
import { isObject, listAt, namespaceOf, numberAt, objectAt, textAt } from "../routing/json.ts";
import { GATEWAY_API as DOCS, REFERENCE_GRANT } from "./docs.ts";
import { type Draft, type Family, rulesOf } from "./family.ts";
import type { Model } from "./model.ts";

const GATEWAY = "Gateway.gateway.networking.k8s.io";
const ROUTES = ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"];

function* parents(route: Manifest, model: Model): Generator<Draft> {
  const defaults = { group: GATEWAY_API, kind: "Gateway", namespace: namespaceOf(route) };
  for (const [i, value] of listAt(route.spec, "parentRefs").entries()) {
    const { group, kind, namespace, name } = named(value, defaults);
    const path = ["spec", "parentRefs", i];
    if (name === "") continue;
    const isGateway = group === GATEWAY_API && kind === "Gateway";
    const isService = group === "" && kind === "Service";
    const gone =
      (isGateway && model.find(GATEWAY, namespace, name) === undefined && model.knows(GATEWAY, namespace)) ||
      (isService && model.service(namespace, name) === undefined && model.knows("Service", namespace));
    if (gone) {
      yield {
        code: isGateway ? "route-gateway-unknown" : "route-service-unknown",
        at: route,
        path: [...path, "name"],
        message: `There is no ${kind} ${namespace}/${name}: nothing takes this route.`,
        namespaces: [namespace],
        fix: "Create it, or name one that exists.",
      };
      continue;
    }
    const section = textAt(value, "sectionName");
    const gateway = isGateway ? model.find(GATEWAY, namespace, name) : undefined;
    if (section === null || gateway === undefined) continue;
    const listeners = listAt(gateway.spec, "listeners").map((each) => textAt(each, "name"));
    if (listeners.includes(section) || model.objects("ListenerSet").length > 0) continue;
    yield {
      code: "route-listener-unknown",
      at: route,
      path: [...path, "sectionName"],
      message: `Gateway ${namespace}/${name} has no listener ${section} (it has ${listeners.join(", ")}): nothing takes this route.`,
      evidence: [{ at: gateway, path: ["spec", "listeners"], text: "its listeners" }],
      fix: "Name one of its listeners.",
    };
  }
}

/** Everything a route sends to, with its place. */
function* backendsOf(route: Manifest): Generator<{ readonly path: Segments; readonly value: unknown }> {
  for (const [i, rule] of listAt(route.spec, "rules").entries()) {
    for (const [j, value] of listAt(rule, "backendRefs").entries()) {
      yield { path: ["spec", "rules", i, "backendRefs", j], value };
    }
    for (const [j, filter] of listAt(rule, "filters").entries()) {
      const mirror = objectAt(objectAt(filter, "requestMirror"), "backendRef");
      if (textAt(mirror, "name")) {
        yield { path: ["spec", "rules", i, "filters", j, "requestMirror", "backendRef"], value: mirror };
      }
    }
  }
}

const grants = (model: Model) => Map.groupBy(model.objects("ReferenceGrant"), namespaceOf);

function granted(route: Manifest, target: ReturnType<typeof named>, model: Model): boolean {
  return (model.table(grants).get(target.namespace) ?? []).some(
    ({ spec }) =>
      listAt(spec, "from").some(
        (from) =>
          textAt(from, "kind") === route.kind &&
          textAt(from, "namespace") === namespaceOf(route) &&
          textAt(from, "group") === GATEWAY_API,
      ) &&
      listAt(spec, "to").some(
        (to) =>
          textAt(to, "kind") === target.kind &&
          (textAt(to, "group") ?? "") === target.group &&
          (textAt(to, "name") ?? target.name) === target.name,
      ),
  );
}

function* backends(route: Manifest, model: Model): Generator<Draft> {
  for (const { path, value } of backendsOf(route)) {
    const target = named(value, { group: "", kind: "Service", namespace: namespaceOf(route) });
    if (target.name === "" || target.group !== "" || target.kind !== "Service") continue;
    const service = model.service(target.namespace, target.name);
    if (service === undefined) {
      if (!model.knows("Service", target.namespace)) continue;
      yield {
        code: "backend-unknown",
        at: route,
        path: [...path, "name"],
        message: `There is no service ${target.namespace}/${target.name}: its share of the calls answers 500.`,
        namespaces: [target.namespace],
        fix: "Create the service, or send the calls to one that exists.",
      };
      continue;
    }
    const port = isObject(value) ? numberAt(value, "port") : null;
    if (port !== null && !service.ports.some((each) => each.port === port)) {
      yield {
        code: "backend-port-unknown",
        at: route,
        path: [...path, "port"],
        message: `Service ${target.namespace}/${target.name} has no port ${port} (it has ${service.ports.map((each) => each.port).join(", ")}).`,
        evidence: [
          { at: model.core("Service", service.namespace, service.name), path: ["spec", "ports"], text: "its ports" },
        ],
        fix: "Name one of its ports.",
      };
    }
    if (
      target.namespace === namespaceOf(route) ||
      granted(route, target, model) ||
      !model.knows("ReferenceGrant", target.namespace)
    )
      continue;
    yield {
      code: "backend-not-granted",
      at: route,
      path: [...path, "namespace"],
      message: `No ReferenceGrant in ${target.namespace} lets ${route.kind}s of ${namespaceOf(route)} send to ${target.name}: its share of the calls answers 500.`,
      namespaces: [target.namespace],
      // Whether others may send there is for the service's owner to say.
      fix: `Have ${target.namespace} grant it: a ReferenceGrant there from ${route.kind}s of ${namespaceOf(route)} to the Service ${target.name}.`,
    };
  }
}

const rule = rulesOf(DOCS);

export const gatewayApiRoutes: Family = {
  rules: {
    "route-gateway-unknown": rule(["KIA1401", "IST0101"], "error", "A route names a Gateway that isn't there."),
    "route-service-unknown": rule(["KIA1402"], "error", "A route is for a Service that isn't there."),
    "route-listener-unknown": rule([], "error", "A route names a listener that its Gateway doesn't have."),
    "backend-unknown": rule(["KIA1402", "IST0101"], "error", "A route sends to a Service that isn't there."),
    "backend-port-unknown": rule([], "error", "A route sends to a port that its Service doesn't have."),
    "backend-not-granted": rule(
      [],
      "error",
      "A route sends to another namespace, and no ReferenceGrant there allows it.",
      REFERENCE_GRANT,
    ),
  },
  parts: [
    { of: ROUTES, reads: [GATEWAY, "ListenerSet", "inventory"], each: parents },
    { of: ROUTES, reads: ["ReferenceGrant", "inventory"], each: backends },
  ],
};
