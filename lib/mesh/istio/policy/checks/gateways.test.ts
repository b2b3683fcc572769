import { type Case, calm, gateway, o, open, server, testCases } from "./cases.test-support.ts";

const secure = (hosts: string, place?: string) =>
  gateway(
    `selector: {istio: ingressgateway}, servers: [{port: {number: 8080, name: tls, protocol: HTTPS}, hosts: [${hosts}], tls: {mode: SIMPLE}}]`,
    place,
  );
const redirecting = (place: string) =>
  gateway(
    `selector: {istio: ingressgateway}, servers: [${server("shop.example.com", 8080, ", tls: {httpsRedirect: true}")}]`,
    place,
  );
const entry = (spec: string, place = "shop/e") => o("ServiceEntry", place, spec);

const cases: readonly Case[] = [
  [
    "entry-declared-twice",
    [
      entry("hosts: [a.example.com], ports: [{number: 443, protocol: TLS}]"),
      entry("hosts: [a.example.com], ports: [{number: 443, protocol: TLS}]", "edge/e"),
    ],
    [
      entry("hosts: [a.example.com], exportTo: [.], ports: [{number: 443, protocol: TLS}]"),
      entry("hosts: [a.example.com], exportTo: [.], ports: [{number: 443, protocol: TLS}]", "edge/e"),
    ],
  ],
  [
    "entry-protocols-differ",
    [
      entry("hosts: [a.example.com], ports: [{number: 443, protocol: TLS}]"),
      entry("hosts: [a.example.com], ports: [{number: 443, protocol: HTTP}]", "edge/e"),
    ],
    [
      entry("hosts: [a.example.com], ports: [{number: 443, protocol: TLS}]"),
      entry("hosts: [a.example.com], ports: [{number: 80, protocol: HTTP}]", "edge/e"),
    ],
  ],
  [
    "entry-without-addresses",
    [entry("hosts: [a.example.com], ports: [{number: 5432, protocol: TCP}]")],
    [
      entry("hosts: [a.example.com], addresses: [10.0.0.1], ports: [{number: 5432, protocol: TCP}]"),
      entry("hosts: [b.example.com], ports: [{number: 443, protocol: TLS}]", "shop/f"),
    ],
  ],
  [
    "egress-host-unknown",
    [o("Sidecar", "shop/s", "egress: [{hosts: [./reviews]}]")],
    [o("Sidecar", "shop/s", "egress: [{hosts: [shop/reviews.shop.svc.cluster.local]}]")],
  ],
  [
    "egress-host-unknown",
    [o("Sidecar", "shop/s", "egress: [{hosts: [./nobody]}]")],
    [
      o(
        "Sidecar",
        "shop/s",
        "egress: [{hosts: [./reviews.shop.svc.cluster.local, 'istio-system/*', '~/*', shop/reviews.shop.svc.cluster.local]}]",
      ),
    ],
  ],
  [
    "global-sidecar-with-selector",
    [o("Sidecar", "istio-system/s", "workloadSelector: {labels: {app: a}}")],
    [o("Sidecar", "istio-system/s", "egress: [{hosts: ['./*']}]")],
  ],
  [
    "outbound-mode-unsaid",
    [o("Sidecar", "shop/s", "outboundTrafficPolicy: {}")],
    [o("Sidecar", "shop/s", "outboundTrafficPolicy: {mode: ALLOW_ANY}")],
  ],
  [
    "sidecar-in-ambient",
    [...calm, o("Sidecar", "calm/s", "egress: [{hosts: ['./*']}]")],
    [...calm, o("Sidecar", "shop/s", "egress: [{hosts: ['./*']}]")],
  ],
  [
    "gateway-host-twice",
    [secure("shop.example.com"), secure("'*/shop.example.com'", "shop/g")],
    [secure("shop.example.com"), secure("b.example.com", "shop/g")],
  ],
  [
    "gateway-host-twice",
    [secure("./shop.example.com"), secure("edge/shop.example.com", "shop/g")],
    [secure("./shop.example.com"), secure("./b.example.com", "shop/g")],
  ],
  [
    "gateway-host-twice",
    // Hosts of two namespaces are one server name to the proxy: https://github.com/istio/istio/issues/17079.
    [secure("./shop.example.com"), secure("./shop.example.com", "shop/g")],
    // Plaintext, their routes are told apart by who may bind.
    [
      gateway(`selector: {istio: ingressgateway}, servers: [${server("./shop.example.com")}]`),
      gateway(`selector: {istio: ingressgateway}, servers: [${server("./shop.example.com")}]`, "shop/g"),
    ],
  ],
  [
    "gateway-host-twice",
    // Where both redirect to HTTPS they say `tls`, and istiod drops the second.
    [redirecting("edge/public"), redirecting("shop/g")],
    [
      redirecting("edge/public"),
      gateway(`selector: {istio: ingressgateway}, servers: [${server("shop.example.com")}]`, "shop/g"),
    ],
  ],
  [
    "gateway-host-twice",
    [secure("shop.example.com"), secure("shop.example.com", "shop/g")],
    // Plaintext servers of one port are merged.
    [open, gateway(`selector: {istio: ingressgateway}, servers: [${server("shop.example.com")}]`, "shop/g")],
  ],
  ["gateway-without-pods", [gateway(`selector: {istio: nobody}, servers: [${server("a")}]`)], [open]],
  [
    "certificate-in-several-gateways",
    [
      gateway(`selector: {istio: ingressgateway}, servers: [${server("a", 8443, ", tls: {credentialName: c}")}]`),
      gateway(
        `selector: {istio: ingressgateway}, servers: [${server("b", 8443, ", tls: {credentialName: c}")}]`,
        "edge/h",
      ),
    ],
    [open],
  ],
  [
    "gateway-port-not-on-service",
    [gateway(`selector: {istio: ingressgateway}, servers: [${server("a", 9999)}]`)],
    [open],
  ],
  [
    "gateway-credential-unknown",
    [gateway(`selector: {istio: ingressgateway}, servers: [${server("a", 8080, ", tls: {credentialName: c}")}]`)],
    [
      gateway(`selector: {istio: ingressgateway}, servers: [${server("a", 8080, ", tls: {credentialName: c}")}]`),
      o("Secret", "edge/c"),
    ],
  ],
];

testCases("gateways, entries and sidecars", cases);
