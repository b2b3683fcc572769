import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { consoleWorld, deployment, namespace, o, service, shop, worldOf } from "./cases.test-support.ts";
import { ChecksEngine } from "./engine.ts";
import { expectSound } from "./fixes.test-support.ts";

const pod = (place: string, spec: string, more = "") => o("Pod", place, spec, `metadata: {${more}}`);
const template = (place: string, containers: string, more = "") =>
  o("Deployment", place, `template: {metadata: {labels: {app: x}}, spec: {containers: [${containers}]}}`, more);
const proxied = (place: string, image: string, more = "") =>
  pod(place, `containers: [{name: app}, {name: istio-proxy, image: ${image}}]`, more);
const to = (target: string, more = "") =>
  service("shop/s", "x", `{name: http, port: 80, targetPort: ${target}${more}}`);
const off = namespace("off", "istio-injection: disabled");
const auto = "{name: istio-proxy, image: auto}";
const jwks = o("RequestAuthentication", "shop/j", "jwtRules: [{issuer: a, jwksUri: 'https://keys.example.com'}]");
const istiod = (env: string) =>
  o(
    "Deployment",
    "istio-system/istiod",
    `template: {metadata: {labels: {app: istiod}}, spec: {containers: [{name: discovery, ${env}}]}}`,
    "metadata: {labels: {app: istiod}}",
  );
const injector = (everywhere: boolean) =>
  o(
    "ConfigMap",
    "istio-system/istio-sidecar-injector",
    "",
    `data: {values: '{"sidecarInjectorWebhook": {"enableNamespacesByDefault": ${everywhere}}}'}`,
  );
const BLOCKED = "BLOCKED_CIDRS_IN_JWKS_URIS";

type Running = readonly [code: string, fires: readonly Manifest[], quiet: readonly Manifest[], at: string];

/** Each fires on the first objects, at that object, and is quiet on the second: where they are read whole, and where they aren't. */
const cases: readonly Running[] = [
  [
    "service-port-not-in-pods",
    [to("90"), template("shop/x", "{name: a, ports: [{containerPort: 80}]}")],
    [to("web"), template("shop/x", "{name: a, ports: [{containerPort: 80, name: web}]}")],
    "Service s spec.ports[0]",
  ],
  [
    "service-port-not-in-pods",
    [to("dns, protocol: UDP"), template("shop/x", "{name: a, ports: [{containerPort: 53, name: dns}]}")],
    [to("dns, protocol: UDP"), template("shop/x", "{name: a, ports: [{containerPort: 53, name: dns, protocol: UDP}]}")],
    "Service s spec.ports[0]",
  ],
  [
    "service-port-not-in-pods",
    [to("web"), template("shop/x", "{name: a}")],
    [to("90"), template("shop/x", "{name: a}")],
    "Service s spec.ports[0]",
  ],
  [
    "user-of-the-proxy",
    [template("shop/x", "{name: a}, {name: b, securityContext: {runAsUser: 1337}}")],
    [template("shop/x", "{name: istio-proxy, securityContext: {runAsUser: 1337}}, {name: a}")],
    "Deployment x spec.template.spec.containers[1].securityContext.runAsUser",
  ],
  [
    "user-of-the-proxy",
    [pod("shop/x", "securityContext: {runAsUser: 1337}, containers: [{name: a}, {name: istio-proxy}]")],
    [pod("shop/x", "securityContext: {runAsUser: 1000}, containers: [{name: a}, {name: istio-proxy}]")],
    "Pod x spec.securityContext.runAsUser",
  ],
  [
    "image-auto",
    [off, template("off/x", auto)],
    [template("shop/x", auto)],
    "Deployment x spec.template.spec.containers[0].image",
  ],
  [
    "image-auto-in-pod",
    [off, pod("off/x", `containers: [${auto}]`)],
    [off, pod("off/x", "containers: [{name: istio-proxy, image: proxyv2}]")],
    "Pod x spec.containers[0].image",
  ],
  [
    "proxy-images-differ",
    ["a", "b", "c"].map((name) => proxied(`shop/${name}`, name === "a" ? "proxyv2:1.2" : "proxyv2:1.3")),
    [
      ...[proxied("shop/a", "proxyv2:1.2"), proxied("edge/b", "proxyv2:1.3")],
      proxied("shop/c", "mine", "annotations: {sidecar.istio.io/proxyImage: mine}"),
    ],
    "Pod a ",
  ],
  [
    "annotation-unknown",
    [deployment("shop/x", "app: x", "sidecar.istio.io/nothing: a")],
    [deployment("shop/x", "app: x", "example.com/anything: a")],
    'Deployment x spec.template.metadata.annotations["sidecar.istio.io/nothing"]',
  ],
  [
    "annotation-misplaced",
    [template("shop/x", "{name: a}", "metadata: {annotations: {sidecar.istio.io/inject: 'true'}}")],
    [deployment("shop/x", "app: x", "sidecar.istio.io/inject: 'true'")],
    'Deployment x metadata.annotations["sidecar.istio.io/inject"]',
  ],
  [
    "annotation-misplaced",
    [o("Service", "shop/s", "ports: []", "metadata: {annotations: {sidecar.istio.io/inject: 'true'}}")],
    [o("Service", "shop/s", "ports: []", "metadata: {annotations: {networking.istio.io/exportTo: '.'}}")],
    'Service s metadata.annotations["sidecar.istio.io/inject"]',
  ],
  [
    "annotation-invalid",
    [pod("shop/x", "containers: [{name: a}]", "annotations: {traffic.sidecar.istio.io/excludeInboundPorts: '80,a'}")],
    [pod("shop/x", "containers: [{name: a}]", "annotations: {traffic.sidecar.istio.io/excludeInboundPorts: '80,9'}")],
    'Pod x metadata.annotations["traffic.sidecar.istio.io/excludeInboundPorts"]',
  ],
  [
    "annotation-deprecated",
    [deployment("shop/x", "app: x", "sidecar.istio.io/inject: 'true'")],
    [deployment("shop/x", "app: x", "proxy.istio.io/config: '{}'")],
    'Deployment x spec.template.metadata.annotations["sidecar.istio.io/inject"]',
  ],
  [
    "annotation-alpha",
    [deployment("shop/x", "app: x", "sidecar.istio.io/logLevel: debug")],
    [
      pod(
        "shop/x",
        "containers: [{name: istio-proxy}]",
        "annotations: {sidecar.istio.io/status: a, sidecar.istio.io/interceptionMode: REDIRECT}",
      ),
    ],
    'Deployment x spec.template.metadata.annotations["sidecar.istio.io/logLevel"]',
  ],
  [
    "keys-fetched-from-anywhere",
    [jwks, istiod("env: []")],
    [jwks, istiod(`env: [{name: ${BLOCKED}, value: 10.0.0.0/8}]`)],
    "Deployment istiod spec.template.spec.containers",
  ],
];

describe.each([
  ["in files", worldOf],
  ["in the console", consoleWorld],
] as const)("checks of what runs, %s", (_, world) => {
  const found = (objects: readonly Manifest[]) => new ChecksEngine().check(world([...shop, ...objects]));

  test.each(cases)("%s", (code, fires, quiet, at) => {
    const own = found(fires).filter((each) => each.code === code);
    expect(own.map(({ object, path }) => `${object.kind} ${object.name} ${path}`)).toEqual([at]);
    expect(found(quiet).filter((each) => each.code === code)).toEqual([]);
    expectSound([...shop, ...fires], world);
  });
});

const codes = (...objects: readonly Manifest[]) =>
  new ChecksEngine().check(consoleWorld([...shop, ...objects])).map(({ code }) => code);

describe("in the console", () => {
  test("only a sidecar's redirection is got around", () => {
    const user = "{name: a, securityContext: {runAsUser: 1337}}";
    expect(codes(off, template("off/x", user))).not.toContain("user-of-the-proxy");
  });

  test("what no label decides the injector's own setting does: where it isn't read nothing is said", () => {
    const bare = [...shop, namespace("bare"), template("bare/x", auto)];
    const found = (...objects: readonly Manifest[]) =>
      new ChecksEngine()
        .check(consoleWorld([...bare, ...objects], ["ConfigMap"]))
        .filter(({ code }) => code === "image-auto" || code === "namespace-injected-by-default")
        .map(({ code, evidence }) => [code, evidence.map(({ object }) => object.name)]);
    expect(found()).toEqual([]);
    expect(found(injector(false))).toEqual([["image-auto", ["istio-sidecar-injector"]]]);
    expect(found(injector(true))).toEqual([["namespace-injected-by-default", ["istio-sidecar-injector"]]]);
  });

  test("a pod that ran before the injector was there is told, its template isn't", () => {
    const owned = "labels: {app: x}, ownerReferences: [{kind: StatefulSet, name: x, controller: true}]";
    const set = o("StatefulSet", "shop/x", `template: {metadata: {labels: {app: x}}, spec: {containers: [${auto}]}}`);
    expect(codes(set, pod("shop/x-0", `containers: [${auto}]`, owned))).toContain("image-auto-in-pod");
    expect(codes(set, pod("shop/x-0", `containers: [${auto}]`, owned))).not.toContain("image-auto");
    expect(codes(set, pod("shop/x-0", "containers: [{name: istio-proxy, image: a}]", owned))).not.toContain(
      "image-auto-in-pod",
    );
  });

  test("a gateway's ports are those of its listeners", () => {
    const labels = "app: x, gateway.networking.k8s.io/gateway-name: g";
    const spec = "containers: [{name: istio-proxy, ports: [{containerPort: 15090}]}]";
    const made = o("Deployment", "shop/x", `template: {metadata: {labels: {${labels}}}, spec: {${spec}}}`);
    const running = pod(
      "shop/x-1",
      spec,
      `labels: {${labels}}, ownerReferences: [{kind: Deployment, name: x, controller: true}]`,
    );
    expect(codes(to("80"), made, running)).not.toContain("service-port-not-in-pods");
  });

  test("pods of a Job speak for it", () => {
    const owner = "ownerReferences: [{kind: Job, name: once, controller: true}]";
    const found = new ChecksEngine().check(
      consoleWorld([
        ...shop,
        pod("shop/once-1", "containers: [{name: a}]", `annotations: {sidecar.istio.io/nothing: a}, ${owner}`),
      ]),
    );
    expect(found.filter(({ code }) => code === "annotation-unknown").map(({ object }) => object)).toMatchObject([
      { group: "batch", kind: "Job", name: "once" },
    ]);
  });

  test("what isn't a policy can't be changed by a plan, so what to do about it is advice", () => {
    const found = new ChecksEngine().check(
      consoleWorld([...shop, deployment("shop/x", "app: x", "sidecar.istio.io/nothing: a")]),
    );
    expect(found.find(({ code }) => code === "annotation-unknown")?.fix.edits).toEqual([]);
  });

  test("who ran as an account within a day counts, and that accounts aren't read is said", () => {
    const policy = o(
      "AuthorizationPolicy",
      "shop/p",
      "rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/nightly]}}]}]",
    );
    const world = consoleWorld([...shop, policy]);
    const unknown = (given: typeof world) =>
      new ChecksEngine().check(given).find(({ code }) => code === "principal-unknown")?.message;
    expect(unknown(world)).toBe(
      "No workload runs as shop/nightly, nor did one lately: nobody has this identity. Whether there is such an account isn't read.",
    );
    const [some] = world.inventory?.workloads.values() ?? [];
    if (world.inventory === null || some === undefined) throw new Error("nothing runs");
    const gone = {
      ...some,
      namespace: "shop",
      name: "job",
      services: [],
      serviceAccounts: ["nightly"],
      goneAt: world.inventory.asOf,
    };
    const workloads = new Map([...world.inventory.workloads, ["shop/job", gone]]);
    expect(unknown({ ...world, inventory: { ...world.inventory, workloads } })).toBeUndefined();
  });

  test("an istiod whose variables may come from a whole map isn't told as one that limits nothing", () => {
    expect(codes(jwks, istiod("envFrom: [{configMapRef: {name: m}}]"))).not.toContain("keys-fetched-from-anywhere");
  });
});

describe("the proxy that the injector gives", () => {
  const values = (name: string, global: string) =>
    o("ConfigMap", `istio-system/${name}`, "", `data: {values: '{"global": {${global}}}'}`);
  const given = (tag: string, name = "istio-sidecar-injector") =>
    values(name, `"hub": "docker.io/istio", "tag": "${tag}", "proxy": {"image": "proxyv2"}`);
  const image = (tag: string) => `"docker.io/istio/proxyv2:${tag}"`;
  const tag = (rev: string) =>
    o(
      "MutatingWebhookConfiguration",
      "istio-revision-tag-default",
      "",
      `metadata: {labels: {istio.io/tag: default, istio.io/rev: ${rev}}}`,
    );
  const READ = ["ConfigMap", "MutatingWebhookConfiguration"];
  const found = (objects: readonly Manifest[], read = READ) =>
    new ChecksEngine()
      .check(consoleWorld([...shop, ...objects], read))
      .filter(({ code }) => code.startsWith("proxy-image"))
      .map(({ code, object }) => `${code} ${object.name}`);
  const both = (a: string, b: string) => [proxied("shop/a", image(a)), proxied("shop/b", image(b))];

  test("all that are behind are told, though they don't differ, and only where it is known", () => {
    const told = ["proxy-image-not-injected a", "proxy-image-not-injected b"];
    expect(found([...both("1.29.0", "1.29.0"), given("1.30.0")])).toEqual(told);
    expect(found([...both("1.29.0", "1.29.0"), given("1.30.0")], [])).toEqual([]);
    expect(found([...both("1.29.0", "1.29.0"), given("1.29.0")])).toEqual([]);
    const [one] = new ChecksEngine()
      .check(consoleWorld([...shop, ...both("1.29.0", "1.29.0"), given("1.30.0")], READ))
      .filter(({ code }) => code === "proxy-image-not-injected");
    expect(one?.message).toBe(
      "The proxy of its pod a is docker.io/istio/proxyv2:1.29.0; the injector gives docker.io/istio/proxyv2:1.30.0.",
    );
    // Who may not get the ConfigMap isn't told.
    expect(one?.evidence.map(({ object }) => `${object.kind} ${object.name}`)).toEqual([
      "Pod a",
      "ConfigMap istio-sidecar-injector",
    ]);
  });

  test("who was restarted isn't told as one that differs from the rest", () => {
    const three = [...both("1.30.0", "1.29.0"), proxied("shop/c", image("1.29.0"))];
    expect(found([...three, given("1.30.0")])).toEqual(["proxy-image-not-injected b", "proxy-image-not-injected c"]);
    expect(found(three)).toEqual(["proxy-images-differ a"]);
    expect(found([...three, given("1.29.0")])).toEqual(["proxy-images-differ a"]);
  });

  test("another base of the same proxy is the same, an image in full is as it is written, a number is a tag", () => {
    expect(found([proxied("shop/a", image("1.30.0-distroless")), given("1.30.0")])).toEqual([]);
    const whole = values("istio-sidecar-injector", '"hub": "a", "tag": "b", "proxy": {"image": "mine/proxy:1"}');
    expect(found([proxied("shop/a", "mine/proxy:1"), whole])).toEqual([]);
    const number = values("istio-sidecar-injector", '"hub": "a", "tag": 7, "proxy": {"image": "proxyv2"}');
    expect(found([proxied("shop/a", '"a/proxyv2:7"'), number])).toEqual([]);
    for (const part of ['"hub": "a"', '"proxy": 7', '"hub": "a", "proxy": {"image": "proxyv2"}'])
      expect(found([proxied("shop/a", "x"), values("istio-sidecar-injector", part)])).toEqual([]);
  });

  test("a pod that asks for an image of its own, and gateways that istiod writes, are left alone", () => {
    const own = proxied("shop/a", "mine", "annotations: {sidecar.istio.io/proxyImage: mine}");
    const made = proxied("shop/b", "other", "labels: {gateway.networking.k8s.io/gateway-name: g}");
    expect(found([own, given("1.30.0")])).toEqual([]);
    expect(found([made, given("1.30.0")])).toEqual([]);
  });

  test("each revision has an injector, and which is the default one its tag says", () => {
    const [old, canary] = [given("1.29.0"), given("1.30.0", "istio-sidecar-injector-canary")];
    const in30 = namespace("new", "istio.io/rev: canary");
    expect(found([in30, proxied("new/a", image("1.29.0")), old, canary])).toEqual(["proxy-image-not-injected a"]);
    expect(found([in30, proxied("new/a", image("1.30.0")), old, canary])).toEqual([]);
    const one = proxied("shop/a", image("1.29.0"));
    expect(found([one, old, canary])).toEqual([]);
    expect(found([one, old, canary, tag("canary")])).toEqual(["proxy-image-not-injected a"]);
    expect(found([one, old, canary, tag("default")])).toEqual([]);
    const unknown = namespace("new", "istio.io/rev: nobody");
    expect(found([unknown, proxied("new/a", image("1.29.0")), canary])).toEqual([]);
    const asking = proxied("bare/a", image("1.29.0"), "labels: {istio.io/rev: canary}");
    expect(found([namespace("bare"), asking, old, canary])).toEqual(["proxy-image-not-injected a"]);
    expect(found([off, proxied("off/a", image("1.29.0"), "labels: {istio.io/rev: canary}"), canary])).toEqual([]);
  });
});

describe("pods without a proxy", () => {
  const owned = (name: string, containers: string, more = "") =>
    pod(
      `shop/${name}`,
      `containers: [${containers}]${more}`,
      "labels: {app: x}, ownerReferences: [{kind: StatefulSet, name: x, controller: true}]",
    );
  const set = (annotations = "") =>
    o("StatefulSet", "shop/x", `template: {metadata: {labels: {app: x}, annotations: {${annotations}}}, spec: {}}`);
  const told = (...objects: readonly Manifest[]) =>
    new ChecksEngine()
      .check(consoleWorld([...shop, set(), ...objects]))
      .filter(({ code }) => code === "pods-without-proxy");
  const [bare, proxy] = ["{name: app}", "{name: app}, {name: istio-proxy}"];

  test("are told where only some of a workload are", () => {
    const [one, ...more] = told(owned("x-0", proxy), owned("x-1", bare), owned("x-2", proxy));
    expect(more).toEqual([]);
    expect(one?.message).toContain("1 of its 3 pods run without a proxy");
    expect(one?.evidence.map(({ object }) => object.name)).toEqual(["x-1"]);
    expect(told(owned("x-0", proxy), owned("x-1", proxy))).toEqual([]);
  });

  test("aren't where nothing is injected into them", () => {
    expect(told(owned("x-0", bare, ", hostNetwork: true"))).toEqual([]);
    expect(told(owned("x-0", bare))).toHaveLength(1);
    const without = pod("shop/y", `containers: [${bare}]`, "annotations: {sidecar.istio.io/inject: 'False'}");
    expect(told(without)).toEqual([]);
  });
});
