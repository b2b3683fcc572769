import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { NETWORKING } from "../../kinds.ts";
import { policy } from "../../world.test-support.ts";
import {
  ask,
  CLIENTS,
  HOST,
  of,
  portOf,
  service,
  spec,
  to,
  V,
  vs,
  workload,
  worldOf,
} from "./client-routing.test-support.ts";
import { clientRouting } from "./client-routing.ts";

describe("a port that carries bytes", () => {
  const spoken = (name: string) => service({ ports: [{ name, port: 80, protocol: "TCP", appProtocol: null }] });
  const bytes = (rules: string, more = `hosts: [${HOST}]`) =>
    policy("VirtualService", "shop/a", spec(`${more}, ${rules}`));
  const gate = (server: string) =>
    policy("Gateway", "edge/g", spec(`selector: {istio: in}, servers: [${server}]`), NETWORKING);
  const TCP = gate("{port: {number: 90, protocol: TCP}, hosts: ['*']}");
  const TLS = gate("{port: {number: 443, protocol: TLS}, hosts: ['*'], tls: {mode: PASSTHROUGH}}");
  const AT = "hosts: ['*'], gateways: [edge/g]";
  const tcpRoute = {
    ...policy(
      "TCPRoute",
      "shop/r",
      spec(
        `parentRefs: [{group: '', kind: Service, name: reviews}], rules: [{backendRefs: [{name: reviews, port: 80}]}]`,
      ),
    ),
    apiVersion: "gateway.networking.k8s.io/v1",
  };
  const istiod = (version: string | null) =>
    workload("istio-system/istiod", "none", {
      labels: { app: "istiod", ...(version === null ? {} : { "app.kubernetes.io/version": version }) },
    });
  const READS =
    "whether istiod reads TCPRoutes: from Istio 1.31 on it does, of version v1, before with PILOT_ENABLE_ALPHA_GATEWAY_API alone";
  const table: readonly (readonly [string, readonly Manifest[], string, string, string?])[] = [
    ["no rule", [], "shop/web", "itself; all → any 100"],
    ["rules for requests", [V, vs(to("v1"))], "shop/web", "itself; all → any 100"],
    ["a rule for all", [V, bytes(`tcp: [${to("v1=90 v2=10")}]`)], "shop/web", "rules; all → v1 90, v2 10"],
    [
      "an address, and the rest",
      [V, bytes(`tcp: [${to("v1", "{destinationSubnets: [10.0.0.0/8], port: 80}")}]`)],
      "shop/web",
      "rules; address = 10.0.0.0/8 → v1 100; all → any 100",
    ],
    [
      "never reached",
      [V, bytes(`tcp: [${to("v1")}, ${to("v2")}]`)],
      "shop/web",
      "rules; all → v1 100; all → v2 100 (never)",
    ],
    [
      "another's labels",
      [V, bytes(`tcp: [${to("v1", "{sourceLabels: {app: till}}")}]`)],
      "bank/till",
      "rules; all → v1 100",
    ],
    [
      "not this one's",
      [V, bytes(`tcp: [${to("v1", "{sourceLabels: {app: till}}")}]`)],
      "shop/web",
      "itself; all → any 100",
    ],
    ["a subset that nobody declares", [bytes(`tcp: [${to("v1")}]`)], "shop/web", "rules; all → v1 100!"],
    [
      "TLS by name, and what goes past",
      [V, bytes(`tls: [${to("v1", "{sniHosts: [x.com]}")}]`)],
      "shop/web",
      "rules; SNI = x.com → v1 100; outbound-traffic-policy",
      "https",
    ],
    [
      "two rules that ask for one name",
      [V, bytes(`tls: [${to("v1", "{sniHosts: [x.com, y.com]}")}, ${to("v2", "{sniHosts: [x.com]}")}]`)],
      "shop/web",
      "unknown; what the proxy had before: Envoy refuses a listener where two rules ask for the same name and address",
      "https",
    ],
    ["a protocol that nobody says", [V, bytes(`tcp: [${to("v1")}]`)], "shop/web", "unknown; the port’s protocol", "x"],
    ["ambient clients past it", [V, bytes(`tcp: [${to("v1")}]`)], "amb/one", "itself; all → any 100"],
    ["at a gateway", [V, TCP, bytes(`tcp: [${to("v1")}]`, AT)], "edge/in", "rules; TCP:90 all → v1 100"],
    [
      "TLS at a gateway",
      [V, TLS, bytes(`tls: [${to("v1", "{sniHosts: [x.com]}")}]`, AT)],
      "edge/in",
      "rules; TLS x.com:443 all → v1 100",
    ],
    [
      "a gateway that leads elsewhere",
      [V, TCP, bytes("tcp: [{route: [{destination: {host: x.shop.svc.cluster.local}}]}]", AT)],
      "edge/in",
      "nothing",
    ],
    [
      "for other networks",
      [gate("{port: {number: 15443, protocol: TLS}, hosts: ['*.local'], tls: {mode: AUTO_PASSTHROUGH}}")],
      "edge/in",
      "unknown; what proxies of other networks send through its AUTO_PASSTHROUGH servers",
    ],
    ["a TCPRoute", [tcpRoute], "shop/web", `unknown; ${READS}; which Istio runs isn’t known`],
  ];
  for (const [title, objects, client, wanted, name = "tcp"] of table)
    test(title, () => expect(of(ask(objects, spoken(name)), client)).toBe(wanted));

  test.each([
    ["1.31.0", "rules; all → any 100"],
    ["1.32-alpha.1", "rules; all → any 100"],
    ["1.30.4", `unknown; ${READS}; Istio 1.30 runs`],
    [null, `unknown; ${READS}; which Istio runs isn’t known`],
    ["next", `unknown; ${READS}; which Istio runs isn’t known`],
  ])("TCPRoutes with Istio %s", (version, wanted) => {
    const called = spoken("tcp");
    const world = worldOf([tcpRoute], called, [...CLIENTS, istiod(version)]);
    expect(of(clientRouting(called, portOf(called), world).classes, "shop/web")).toBe(wanted);
  });

  test("ambient clients by the waypoint", () => {
    const called = { ...spoken("tcp"), waypoint: { name: "door", namespace: null } };
    expect(of(ask([V, bytes(`tcp: [${to("v1")}]`)], called), "amb/one")).toBe("rules; all → v1 100");
    expect(of(ask([V, vs(to("v1"))], called), "amb/one")).toBe("itself; all → any 100");
  });

  test("what is left out is named", () => {
    const route = { ...tcpRoute, spec: { ...tcpRoute.spec, rules: [{ backendRefs: [{ name: "reviews" }] }] } };
    const called = spoken("tcp");
    const world = worldOf([route], called, [...CLIENTS, istiod("1.31.0")]);
    expect(clientRouting(called, portOf(called), world).classes[0]?.ignored).toMatchObject([
      { why: expect.stringContaining("without its port") },
    ]);
  });
});
