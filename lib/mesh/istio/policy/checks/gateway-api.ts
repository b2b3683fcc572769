/** Gateway API: gateways, their listeners, addresses and classes; grants. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { fullName, resolveHost } from "../hosts.ts";
import { GATEWAY_API } from "../kinds.ts";
import { named } from "../lookup.ts";
import { byAge, listAt, namespaceOf, numberAt, textAt, textsAt } from "../routing/json.ts";
import { GATEWAY_API as DOCS, REFERENCE_GRANT } from "./docs.ts";
import { type Draft, type Family, rulesOf } from "./family.ts";
import { type Model, push } from "./model.ts";

const GATEWAY = "Gateway.gateway.networking.k8s.io";
/** Classes that istiod makes by itself. https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/ */
const BUILT_IN = new Set(["istio", "istio-remote", "istio-waypoint", "istio-east-west"]);

function* listeners(gateway: Manifest): Generator<Draft> {
  const names = new Map<string, number>();
  const seats = new Map<string, number>();
  for (const [i, listener] of listAt(gateway.spec, "listeners").entries()) {
    const name = textAt(listener, "name") ?? "";
    const seat = [
      numberAt(listener, "port") ?? 0,
      textAt(listener, "protocol") ?? "",
      (textAt(listener, "hostname") ?? "").toLowerCase(),
    ].join(" ");
    const before = names.get(name) ?? seats.get(seat);
    if (before !== undefined) {
      yield {
        code: "listener-not-unique",
        at: gateway,
        path: ["spec", "listeners", i],
        message: `Listener ${name} has the name, or the port, protocol and hostname, of listeners[${before}]: neither is served.`,
        evidence: [{ at: gateway, path: ["spec", "listeners", before], text: "the other one" }],
        fix: "Give it a name and hostname of its own.",
      };
    }
    if (!names.has(name)) names.set(name, i);
    if (!seats.has(seat)) seats.set(seat, i);
  }
}

/** Each Gateway has an address of its own unless it asks for one; only those that share one stand in each other's way. */
function* addresses(model: Model): Generator<Draft> {
  const byAddress = new Map<string, Manifest[]>();
  for (const gateway of model.objects(GATEWAY).toSorted(byAge)) {
    for (const address of listAt(gateway.spec, "addresses")) {
      const value = textAt(address, "value");
      if (value) push(byAddress, `${textAt(address, "type") ?? "IPAddress"} ${value}`, gateway);
    }
  }
  for (const [address, list] of byAddress) {
    const [first, ...others] = list;
    for (const gateway of others) {
      if (first === undefined || gateway === first) continue;
      const evidence = [{ at: first, path: ["spec", "addresses"], text: "the same address" }];
      const seat = (each: unknown) =>
        `${numberAt(each, "port") ?? 0} ${(textAt(each, "hostname") ?? "*").toLowerCase()}`;
      const taken = new Set(listAt(first.spec, "listeners").map(seat));
      const at = listAt(gateway.spec, "listeners").findIndex((each) => taken.has(seat(each)));
      yield {
        code: at < 0 ? "gateway-address-shared" : "gateway-listener-twice",
        at: gateway,
        path: at < 0 ? ["spec", "addresses"] : ["spec", "listeners", at],
        message: `${namespaceOf(first)}/${first.metadata.name} has the address ${address.split(" ")[1]} too${at < 0 ? "." : ", and a listener for the same port and hostname: one of them isn't served."}`,
        evidence,
        fix: "Give each Gateway an address, or put the listeners into one.",
      };
    }
  }
}

function* classes(gateway: Manifest, model: Model): Generator<Draft> {
  const name = textAt(gateway.spec, "gatewayClassName");
  if (
    !name ||
    BUILT_IN.has(name) ||
    model.find("GatewayClass", null, name) !== undefined ||
    !model.knows("GatewayClass", null)
  )
    return;
  yield {
    code: "gateway-class-unknown",
    at: gateway,
    path: ["spec", "gatewayClassName"],
    message: `There is no GatewayClass ${name}: nobody makes this gateway.`,
    fix: "Name a class that is there (Istio's is istio), or install this one's.",
  };
}

function* grantsFrom(grant: Manifest, model: Model): Generator<Draft> {
  for (const [i, from] of listAt(grant.spec, "from").entries()) {
    const namespace = textAt(from, "namespace");
    if (!namespace || model.hasNamespace(namespace) !== false) continue;
    yield {
      code: "grant-namespace-unknown",
      at: grant,
      path: ["spec", "from", i, "namespace"],
      message: `There is no namespace ${namespace}: nothing is granted.`,
      namespaces: [namespace],
      fix: "Correct the name, or take the entry away.",
    };
  }
}

/** Both kinds of routes for one host on the mesh: Istio follows the Gateway API's. */
function* mixed(model: Model): Generator<Draft> {
  const routed = new Map<string, Manifest>();
  for (const kind of ["HTTPRoute", "GRPCRoute"]) {
    for (const route of model.objects(kind)) {
      for (const parent of listAt(route.spec, "parentRefs")) {
        const {
          kind: of,
          group,
          namespace,
          name,
        } = named(parent, { group: GATEWAY_API, kind: "Gateway", namespace: namespaceOf(route) });
        if (group === "" && of === "Service") routed.set(fullName({ namespace, name }), route);
      }
    }
  }
  if (routed.size === 0) return;
  for (const vs of model.objects("VirtualService")) {
    for (const [i, host] of textsAt(vs.spec, "hosts").entries()) {
      const route = routed.get(resolveHost(host, namespaceOf(vs)));
      if (route === undefined) continue;
      yield {
        code: "two-kinds-of-routes",
        at: vs,
        path: ["spec", "hosts", i],
        message: `${route.kind} ${namespaceOf(route)}/${route.metadata.name} routes ${host} too: the two kinds aren't merged, and which counts isn't promised.`,
        evidence: [{ at: route, path: ["spec", "parentRefs"], text: "routes the same service" }],
        fix: "Route a host by one kind.",
      };
    }
  }
}

const rule = rulesOf(DOCS);

export const gatewayApi: Family = {
  rules: {
    "listener-not-unique": rule(
      ["KIA1503"],
      "error",
      "Two listeners of a Gateway share a name, or port, protocol and hostname.",
    ),
    "gateway-listener-twice": rule(
      ["KIA1501"],
      "warning",
      "Two Gateways with the same address have a listener for the same port and hostname. Gateways without an address get one each, and nothing is reported.",
    ),
    "gateway-address-shared": rule(["KIA1502"], "warning", "Two Gateways ask for the same address."),
    "gateway-class-unknown": rule(["KIA1504"], "error", "A Gateway's class isn't there."),
    "grant-namespace-unknown": rule(
      ["KIA1601"],
      "error",
      "A ReferenceGrant names a namespace that isn't there.",
      REFERENCE_GRANT,
    ),
    "two-kinds-of-routes": rule(
      [],
      "warning",
      "A VirtualService and an HTTPRoute or GRPCRoute route the same service.",
      `https://istio.io/latest/docs/tasks/traffic-management/traffic-shifting/`,
    ),
  },
  parts: [
    { of: [GATEWAY], reads: [], each: listeners },
    { of: [GATEWAY], reads: ["GatewayClass"], each: classes },
    { reads: [GATEWAY], all: addresses },
    { of: ["ReferenceGrant"], reads: ["Namespace", "inventory"], each: grantsFrom },
    { reads: ["HTTPRoute", "GRPCRoute", "VirtualService"], all: mixed },
  ],
};
