import { expect, test } from "vitest";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import {
  type Case,
  calm,
  consoleWorld,
  deployment,
  findingsOf,
  namespace,
  o,
  service,
  shop,
  testCases,
  waypoint,
  worldOf,
} from "./cases.test-support.ts";
import { ChecksEngine } from "./engine.ts";
import { checkRules } from "./registry.ts";

const gateway = (spec: string, place = "edge/public") => o("K8sGateway", place, spec);
const open = gateway("gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]");
const route = (spec: string, place = "shop/r") => o("HTTPRoute", place, spec);
const backend = (ref: string) =>
  route(`parentRefs: [{name: public, namespace: edge}], rules: [{backendRefs: [{${ref}}]}]`);
const filter = (patch: string, more = "") => o("EnvoyFilter", "shop/f", `${more}configPatches: [{${patch}}]`);
const pod = (place: string, spec: string, labels = "") =>
  o("Pod", place, spec, `metadata: {labels: {${labels}}}, status: {phase: Running}`);
const crd = (plural: string, served: string, bundle: string) =>
  o(
    "CustomResourceDefinition",
    `${plural}.gateway.networking.k8s.io`,
    `versions: [${served}]`,
    `metadata: {annotations: {gateway.networking.k8s.io/bundle-version: ${bundle}}}`,
  );
const webhook = (config: string) =>
  o(
    "MutatingWebhookConfiguration",
    "istio-sidecar-injector",
    "",
    `webhooks: [{name: inject, clientConfig: {${config}}}]`,
  );
const annotated = (text: string) =>
  o(
    "VirtualService",
    "shop/a",
    "hosts: [reviews], http: [{route: [{destination: {host: reviews}}]}]",
    `metadata: {annotations: {${text}}}`,
  );
const group = (place: string, spec: string) => o("WorkloadGroup", place, spec);
const vs = (http: string) =>
  o("VirtualService", "shop/a", `hosts: [reviews], http: [{route: [{destination: {host: reviews}}]${http}}]`);
const istiod = (env: string) =>
  o(
    "Deployment",
    "istio-system/istiod",
    `template: {spec: {containers: [{name: discovery, env: [${env}]}]}}`,
    "metadata: {labels: {app: istiod}}",
  );
const jwks = o("RequestAuthentication", "shop/j", "jwtRules: [{issuer: a, jwksUri: 'https://keys.example.com'}]");
const networks = (registry: string) =>
  o(
    "ConfigMap",
    "istio-system/istio",
    "",
    `data: {mesh: "a: 1", meshNetworks: "networks: {n: {endpoints: [{fromRegistry: ${registry}}]}}"}`,
  );
const injector = o(
  "ConfigMap",
  "istio-system/istio-sidecar-injector",
  "",
  `data: {values: '{"sidecarInjectorWebhook": {"enableNamespacesByDefault": true}}'}`,
);
const proxied = (place: string, image: string) =>
  pod(place, `containers: [{name: app}, {name: istio-proxy, image: ${image}}]`);

const cases: readonly Case[] = [
  ["route-gateway-unknown", [route("parentRefs: [{name: nobody}]")], [open, backend("name: reviews, port: 9080")]],
  [
    "route-service-unknown",
    [route("parentRefs: [{group: '', kind: Service, name: nobody}]")],
    [route("parentRefs: [{group: '', kind: Service, name: reviews}]")],
  ],
  [
    "route-listener-unknown",
    [open, route("parentRefs: [{name: public, namespace: edge, sectionName: https}]")],
    [open, route("parentRefs: [{name: public, namespace: edge, sectionName: http}]")],
  ],
  ["backend-unknown", [open, backend("name: nobody, port: 80")], [open, backend("name: reviews, port: 9080")]],
  ["backend-port-unknown", [open, backend("name: reviews, port: 80")], [open, backend("name: reviews, port: 9080")]],
  [
    "backend-not-granted",
    [open, backend("name: ingress, namespace: edge, port: 80")],
    [
      open,
      backend("name: ingress, namespace: edge, port: 80"),
      o(
        "ReferenceGrant",
        "edge/g",
        "from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}], to: [{group: '', kind: Service}]",
      ),
    ],
  ],
  [
    "listener-not-unique",
    [
      gateway(
        "gatewayClassName: istio, listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP}]",
      ),
    ],
    [
      gateway(
        "gatewayClassName: istio, listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP, hostname: b.example.com}]",
      ),
    ],
  ],
  [
    "gateway-listener-twice",
    [
      gateway("addresses: [{value: 10.0.0.1}], listeners: [{name: a, port: 80}]"),
      gateway("addresses: [{value: 10.0.0.1}], listeners: [{name: b, port: 80}]", "edge/b"),
    ],
    [gateway("listeners: [{name: a, port: 80}]"), gateway("listeners: [{name: b, port: 80}]", "edge/b")],
  ],
  [
    "gateway-address-shared",
    [
      gateway("addresses: [{value: 10.0.0.1}], listeners: [{name: a, port: 80}]"),
      gateway("addresses: [{value: 10.0.0.1}], listeners: [{name: b, port: 81}]", "edge/b"),
    ],
    [gateway("addresses: [{value: 10.0.0.1}]"), gateway("addresses: [{value: 10.0.0.2}]", "edge/b")],
  ],
  [
    "gateway-class-unknown",
    [gateway("gatewayClassName: nobody")],
    [gateway("gatewayClassName: mine"), o("GatewayClass", "mine", "controllerName: a/b")],
  ],
  [
    "grant-namespace-unknown",
    [o("ReferenceGrant", "edge/g", "from: [{namespace: nowhere}]")],
    [o("ReferenceGrant", "edge/g", "from: [{namespace: shop}]")],
  ],
  [
    "two-kinds-of-routes",
    [vs(""), route("parentRefs: [{group: '', kind: Service, name: reviews}]")],
    [vs(""), route("parentRefs: [{group: '', kind: Service, name: multi}]")],
  ],
  [
    "patch-order",
    [filter("applyTo: HTTP_FILTER, patch: {operation: INSERT_BEFORE}")],
    [
      filter("applyTo: HTTP_FILTER, patch: {operation: INSERT_BEFORE}", "priority: 10, "),
      filter("applyTo: HTTP_FILTER, patch: {operation: INSERT_FIRST}"),
    ],
  ],
  [
    "patch-order-by-version",
    [filter("applyTo: CLUSTER, match: {proxy: {proxyVersion: '1.2.*'}}, patch: {operation: MERGE}")],
    [filter("applyTo: CLUSTER, patch: {operation: MERGE}")],
  ],
  [
    "patch-replace-ignored",
    [filter("applyTo: CLUSTER, patch: {operation: REPLACE}")],
    [filter("applyTo: HTTP_FILTER, patch: {operation: REPLACE}")],
  ],
  [
    "patch-add-ignored",
    [filter("applyTo: HTTP_ROUTE, patch: {operation: ADD}")],
    [filter("applyTo: CLUSTER, patch: {operation: ADD}")],
  ],
  [
    "patch-remove-ignored",
    [filter("applyTo: ROUTE_CONFIGURATION, patch: {operation: REMOVE}")],
    [filter("applyTo: CLUSTER, patch: {operation: REMOVE}")],
  ],
  [
    "telemetry-without-provider",
    [o("Telemetry", "shop/t", "tracing: [{providers: []}]")],
    [o("Telemetry", "shop/t", "tracing: [{providers: [{name: zipkin}]}, {}]")],
  ],
  [
    "group-account-unknown",
    [group("shop/g", "template: {serviceAccount: nobody}")],
    [group("shop/g", "template: {serviceAccount: vm}"), o("ServiceAccount", "shop/vm")],
  ],
  [
    "group-labels-twice",
    [group("shop/g", "metadata: {labels: {app: vm}}"), group("shop/h", "metadata: {labels: {app: vm}}")],
    [group("shop/g", "metadata: {labels: {app: vm}}"), group("edge/h", "metadata: {labels: {app: vm}}")],
  ],
  ["annotation-unknown", [annotated("sidecar.istio.io/nothing: a")], [annotated("example.com/anything: a")]],
  [
    "annotation-misplaced",
    [annotated("sidecar.istio.io/inject: 'true'")],
    [deployment("shop/x", "app: x", "sidecar.istio.io/inject: 'true'")],
  ],
  [
    "annotation-invalid",
    [deployment("shop/x", "app: x", "traffic.sidecar.istio.io/excludeInboundPorts: '80,a'")],
    [deployment("shop/x", "app: x", "traffic.sidecar.istio.io/excludeInboundPorts: '80,90-95'")],
  ],
  [
    "annotation-deprecated",
    [deployment("shop/x", "app: x", "sidecar.istio.io/inject: 'true'")],
    [deployment("shop/x", "app: x", "proxy.istio.io/config: '{}'")],
  ],
  [
    "annotation-alpha",
    [deployment("shop/x", "app: x", "sidecar.istio.io/logLevel: debug")],
    [deployment("shop/x", "app: x", "proxy.istio.io/config: '{}'")],
  ],
  ["value-refused", [vs(", timeout: soon")], [vs(", timeout: 1.5s")]],
  [
    "value-odd",
    [o("ServiceEntry", "shop/e", "hosts: [a.example.com, a.example.com], ports: [{number: 443, protocol: TLS}]")],
    [o("ServiceEntry", "shop/e", "hosts: [a.example.com, b.example.com], ports: [{number: 443, protocol: TLS}]")],
  ],
  [
    "field-deprecated",
    [vs(", mirror: {host: reviews}, mirrorPercent: 10")],
    [vs(", mirror: {host: reviews}, mirrorPercentage: {value: 10}")],
  ],
  [
    "status-negative",
    [{ ...open, status: { conditions: [{ type: "Programmed", status: "False", message: "no address" }] } }],
    [{ ...open, status: { conditions: [{ type: "Programmed", status: "True" }] } }],
  ],
  [
    "port-name-without-protocol",
    [service("shop/s", "reviews", "{name: web, port: 80}")],
    [service("shop/s", "reviews", "{name: http-web, port: 80}, {name: web, port: 81, appProtocol: grpc}")],
  ],
  [
    "app-protocol-unknown",
    [service("shop/s", "reviews", "{name: web, port: 80, appProtocol: gopher}")],
    [service("shop/s", "reviews", "{name: web, port: 80, appProtocol: kubernetes.io/h2c}")],
  ],
  [
    "external-name-as-tcp",
    [o("Service", "shop/s", "type: ExternalName, externalName: a.example.com, ports: [{name: tcp, port: 80}]")],
    [o("Service", "shop/s", "type: ExternalName, externalName: a.example.com, ports: [{name: https, port: 443}]")],
  ],
  [
    "port-protocols-differ",
    [service("shop/s", "reviews", "{name: grpc, port: 9080}")],
    [service("shop/s", "reviews", "{name: http-b, port: 9080}")],
  ],
  [
    "target-port-shared",
    [service("shop/s", "reviews", "{name: http, port: 80, targetPort: 9080}")],
    [service("shop/s", "reviews", "{name: http, port: 80, targetPort: 8080}")],
  ],
  [
    "service-port-not-in-pods",
    [
      service("shop/s", "x", "{name: http, port: 80, targetPort: 90}"),
      o(
        "Deployment",
        "shop/x",
        "template: {metadata: {labels: {app: x}}, spec: {containers: [{name: a, ports: [{containerPort: 80}]}]}}",
      ),
    ],
    [
      service("shop/s", "x", "{name: http, port: 80, targetPort: web}"),
      o(
        "Deployment",
        "shop/x",
        "template: {metadata: {labels: {app: x}}, spec: {containers: [{name: a, ports: [{containerPort: 80, name: web}]}]}}",
      ),
    ],
  ],
  [
    "namespace-labelled-twice",
    [namespace("two", "istio-injection: enabled, istio.io/rev: a")],
    [namespace("two", "istio.io/rev: a")],
  ],
  ["namespace-injected-by-default", [injector, namespace("bare")], [namespace("bare")]],
  [
    "namespace-not-in-mesh",
    [namespace("bare"), deployment("bare/x", "app: x")],
    [namespace("bare", "istio-injection: disabled"), deployment("bare/x", "app: x")],
  ],
  [
    "pods-without-proxy",
    [pod("shop/x", "containers: [{name: app}]")],
    [pod("shop/x", "containers: [{name: app}, {name: istio-proxy}]")],
  ],
  [
    "sidecar-and-ambient-labels",
    [deployment("shop/x", "sidecar.istio.io/inject: 'true', istio.io/dataplane-mode: ambient")],
    [deployment("shop/x", "sidecar.istio.io/inject: 'true'")],
  ],
  [
    "sidecar-label-while-redirected",
    [deployment("calm/x", "sidecar.istio.io/inject: 'true'", "ambient.istio.io/redirection: enabled")],
    [deployment("calm/x", "a: b", "ambient.istio.io/redirection: enabled")],
  ],
  [
    "sidecar-with-ambient-label",
    [pod("shop/x", "containers: [{name: app}, {name: istio-proxy}]", "istio.io/dataplane-mode: ambient")],
    [pod("shop/x", "containers: [{name: app}, {name: istio-proxy}]")],
  ],
  [
    "sidecar-in-ambient-namespace",
    [...calm, pod("calm/x", "containers: [{name: app}, {name: istio-proxy}]")],
    [...calm, pod("calm/x", "containers: [{name: app}]")],
  ],
  [
    "waypoint-outside-ambient",
    [deployment("shop/x", "istio.io/use-waypoint: w")],
    [...calm, waypoint, deployment("calm/x", "istio.io/use-waypoint: waypoint")],
  ],
  [
    "waypoint-unknown",
    [...calm, deployment("calm/x", "istio.io/use-waypoint: nobody")],
    [...calm, waypoint, deployment("calm/x", "istio.io/use-waypoint: waypoint")],
  ],
  [
    "waypoint-of-others-unknown",
    [namespace("calm", "istio.io/use-waypoint: nobody")],
    [waypoint, namespace("calm", "istio.io/use-waypoint: waypoint")],
  ],
  [
    "user-of-the-proxy",
    [pod("shop/x", "securityContext: {runAsUser: 1337}, containers: [{name: a}]")],
    [pod("shop/x", "containers: [{name: istio-proxy, securityContext: {runAsUser: 1337}}]")],
  ],
  [
    "image-auto",
    [
      namespace("bare"),
      o("Deployment", "bare/x", "template: {spec: {containers: [{name: istio-proxy, image: auto}]}}"),
    ],
    [o("Deployment", "shop/x", "template: {spec: {containers: [{name: istio-proxy, image: auto}]}}")],
  ],
  [
    "image-auto-in-pod",
    [namespace("bare"), pod("bare/x", "containers: [{name: istio-proxy, image: auto}]")],
    [pod("shop/x", "containers: [{name: istio-proxy, image: auto}]")],
  ],
  [
    "proxy-images-differ",
    [proxied("shop/x", "proxyv2:1.2"), proxied("shop/y", "proxyv2:1.3")],
    [proxied("shop/x", "proxyv2:1.2"), proxied("edge/y", "proxyv2:1.3")],
  ],
  [
    "webhook-service-unknown",
    [webhook("service: {namespace: istio-system, name: istiod}")],
    [webhook("service: {namespace: istio-system, name: istiod}"), service("istio-system/istiod", "istiod")],
  ],
  [
    "control-plane-address-invalid",
    [webhook("url: 'ftp://a'")],
    [webhook("url: 'https://istiod.example.com:15017/inject'")],
  ],
  [
    "control-plane-by-address",
    [webhook("url: 'https://10.0.0.1/inject'")],
    [webhook("url: 'https://istiod.example.com/inject'")],
  ],
  [
    "gateway-api-unread",
    [crd("gateways", "{name: v1alpha2, served: true}", "v0.4.0")],
    [crd("gateways", "{name: v1beta1, served: true}", "v0.5.0")],
  ],
  [
    "gateway-api-soon-unread",
    [crd("gateways", "{name: v1beta1, served: true}", "v0.5.0")],
    [crd("gateways", "{name: v1, served: true}, {name: v1beta1, served: true}", "v1.3.0")],
  ],
  [
    "gateway-api-bundle-old",
    [crd("tlsroutes", "{name: v1alpha2, served: true}", "v1.4.0")],
    [crd("tlsroutes", "{name: v1, served: true}", "v1.5.0")],
  ],
  [
    "network-registry-unknown",
    [networks("west")],
    [
      networks("west"),
      o("Secret", "istio-system/s", "", "metadata: {labels: {istio/multiCluster: 'true'}}, data: {west: a}"),
    ],
  ],
  [
    "network-registry-unknown",
    [networks("west"), istiod("{name: CLUSTER_ID, value: east}")],
    [networks("west"), istiod("{name: CLUSTER_ID, value: west}")],
  ],
  [
    "network-registry-unknown",
    [networks("west"), injector],
    [
      networks("west"),
      o(
        "ConfigMap",
        "istio-system/istio-sidecar-injector",
        "",
        `data: {values: '{"global": {"multiCluster": {"clusterName": "west"}}}'}`,
      ),
    ],
  ],
  [
    "keys-fetched-from-anywhere",
    [jwks, istiod("")],
    [jwks, istiod("{name: BLOCKED_CIDRS_IN_JWKS_URIS, value: 10.0.0.0/8}")],
  ],
];

testCases("membership, services, Gateway API and installation", cases);
test("service-differs-between-clusters", () => {
  const other = (ports: string) => {
    const { inventory } = worldOf([service("shop/reviews", "reviews", ports)]);
    return [{ ...(inventory as ClusterInventory), cluster: "east" }];
  };
  const codes = (ports: string) =>
    new ChecksEngine().check({ ...worldOf(shop), elsewhere: other(ports) }).map(({ code }) => code);
  expect(codes("{name: http, port: 9090}")).toEqual(["service-differs-between-clusters"]);
  expect(codes("{name: http, port: 9080}")).toEqual([]);
});

test("codes are used once, named in kebab case, and each says when and where to read on", () => {
  expect(new Set(checkRules.map(({ code }) => code)).size).toBe(checkRules.length);
  for (const { code, also, when, docs } of checkRules) {
    expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
    expect(also.every((each) => /^(KIA|IST)\d{4}$/.test(each))).toBe(true);
    expect(when).toMatch(/\.\)?$/);
    expect(docs).toMatch(/^https:\/\//);
  }
});

test("pods that aren't read have no ports to miss", () => {
  expect(findingsOf([service("shop/s", "x", "{name: http, port: 80, targetPort: 90}")], false)).toEqual([]);
});

const READ_BY_NAME = ["CustomResourceDefinition", "MutatingWebhookConfiguration", "ConfigMap"];
const installed = cases.filter(([code]) =>
  /^(webhook|control-plane|gateway-api)-|^namespace-injected-by-default$/.test(code),
);
test.each(installed)(
  "in the console, %s is found where what it asks for may be read, and nowhere else",
  (code, fires, quiet) => {
    const codes = (objects: Case[1], more: readonly string[]) =>
      new ChecksEngine().check(consoleWorld([...shop, ...objects], more)).map((each) => each.code);
    expect(codes(fires, READ_BY_NAME)).toContain(code);
    expect(codes(quiet, READ_BY_NAME)).not.toContain(code);
    expect(codes(fires, [])).not.toContain(code);
  },
);

test("files without Secrets don't say which clusters are registered: nobody keeps those in a repository", () => {
  const codes = (...more: Case[1]) => findingsOf([...shop, networks("west"), ...more], false).map(({ code }) => code);
  expect(codes()).not.toContain("network-registry-unknown");
  expect(codes(o("Secret", "istio-system/other"))).toContain("network-registry-unknown");
});

test("which clusters are registered Secrets say, so the console says of no network that its registry isn't there", () => {
  const found = new ChecksEngine().check(consoleWorld([...shop, networks("west")], READ_BY_NAME));
  expect(found.map(({ code }) => code)).not.toContain("network-registry-unknown");
});
