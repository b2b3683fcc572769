import { describe, expect, test } from "vitest";
import { type Case, calm, findingsOf, gateway, o, open, server, shop, testCases } from "./cases.test-support.ts";

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

/** The beginning of a certificate, as much as is looked at. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----\\nMIIBszCCAVmgAwIBAgIU\\n-----END CERTIFICATE-----`;
const PAIR = `stringData: {tls.crt: "${CERTIFICATE}", tls.key: k}`;
const using = (tls: string) =>
  gateway(`selector: {istio: ingressgateway}, servers: [${server("a", 8080, `, tls: {mode: SIMPLE, ${tls}}`)}]`);

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
  [
    "gateway-credential-unknown",
    [using("credentialNames: [c, d]"), o("Secret", "edge/c", "", PAIR)],
    [using("credentialName: 'kubernetes-gateway://vault/c'")],
  ],
  [
    "gateway-credential-invalid",
    [
      using("credentialName: c"),
      o("Secret", "edge/c", "", "type: kubernetes.io/tls, data: {tls.crt: '', tls.key: a2V5}"),
    ],
    [using("credentialName: c"), o("Secret", "edge/c", "", PAIR)],
  ],
];

testCases("gateways, entries and sidecars", cases);

describe("a Secret's certificate", () => {
  const told = (more: string) =>
    findingsOf([...shop, using("credentialName: c"), o("Secret", "edge/c", "", more)]).flatMap(({ code, evidence }) =>
      code === "gateway-credential-invalid" ? evidence.map(({ text }) => text) : [],
    );
  const base64 = (text: string) => btoa(text.replaceAll("\\n", "\n"));

  test.each([
    ["stringData: {cert: '', key: ''}", "holds no tls.crt with a tls.key"],
    [`stringData: {tls.crt: "${CERTIFICATE}"}`, "holds no tls.crt with a tls.key"],
    ["stringData: {tls.crt: no, tls.key: k}", "holds no certificate in its tls.crt"],
    [
      `stringData: {tls.crt: "${CERTIFICATE.replaceAll("CERTIFICATE", "PRIVATE KEY")}", tls.key: k}`,
      "holds no certificate in its tls.crt",
    ],
    [
      `stringData: {tls.crt: "${CERTIFICATE.replace("MII", "AII")}", tls.key: k}`,
      "holds no certificate in its tls.crt",
    ],
  ])("%s is told", (more, why) => expect(told(more)).toEqual([why]));

  test("is taken where there is one, in either pair and in either writing", () => {
    expect(told(`data: {tls.crt: ${base64(CERTIFICATE)}, tls.key: ${base64("k")}}`)).toEqual([]);
    expect(told(`stringData: {cert: "${CERTIFICATE}", key: k, tls.crt: no}`)).toEqual([]);
  });

  test("says nothing where its file holds it encrypted, or as a template", () => {
    expect(told("sops: {}, data: {tls.crt: x, tls.key: y}")).toEqual([]);
    expect(told("data: {tls.crt: 'ENC[AES256_GCM,data:x]', tls.key: 'ENC[AES256_GCM,data:x]'}")).toEqual([]);
    expect(told("stringData: {tls.crt: '{{ .Values.crt }}', tls.key: k}")).toEqual([]);
    expect(told("data: {tls.crt: '%%%', tls.key: k}")).toEqual([]);
  });
});
