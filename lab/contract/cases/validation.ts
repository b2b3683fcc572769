/** What is refused, what is dropped, what is filled in. */
import { expect, it } from "vitest";
import { at, causesOf, deployment, paths, pod, type Subject, virtualService } from "../subject.ts";

const withSpec = (spec: object): object => ({ ...virtualService("reviews"), spec });
const route = (extra: object): object =>
  withSpec({ hosts: ["a"], http: [{ route: [{ destination: { host: "a" } }], ...extra }] });
const httpRoute = (rules: object): object => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "HTTPRoute",
  metadata: { name: "web" },
  spec: { rules: [rules] },
});

/** Registers the cases of validation and defaults. */
export function validationCases(get: () => Subject): void {
  it.each([
    ["a wrong type", withSpec({ hosts: "reviews" }), ["FieldValueTypeInvalid spec.hosts"]],
    [
      "a required member that is missing",
      withSpec({ hosts: ["a"], http: [{ route: [{ weight: 1 }] }] }),
      ["FieldValueRequired spec.http[0].route[0].destination"],
    ],
    [
      "a value outside the enum",
      route({ corsPolicy: { unmatchedPreflights: "MAYBE" } }),
      ["FieldValueNotSupported spec.http[0].corsPolicy.unmatchedPreflights"],
    ],
    ["a number out of bounds", route({ mirrorPercent: -1 }), ["FieldValueInvalid spec.http[0].mirrorPercent"]],
    ["two of one-of", route({ match: [{ uri: { exact: "/a", prefix: "/b" } }] }), ["FieldValueInvalid <nil>"]],
    [
      "several faults at once",
      withSpec({ hosts: [1], http: [{ timeout: 5 }] }),
      ["FieldValueTypeInvalid spec.hosts[0]", "FieldValueTypeInvalid spec.http[0].timeout"],
    ],
  ])("refuses in a VirtualService %s", async (_, body, causes) => {
    const subject = get();
    const failure = await subject.fails("POST", paths.virtualServices(await subject.namespace()), { body });
    expect(failure).toMatchObject({
      code: 422,
      reason: "Invalid",
      details: { name: "reviews", kind: "VirtualService", group: "networking.istio.io" },
    });
    expect(causesOf(failure)).toEqual(causes);
  });

  it.each([
    ["a pattern", httpRoute({ name: "Not A Section" }), ["FieldValueInvalid spec.rules[0].name"]],
    [
      "a bound",
      httpRoute({ backendRefs: [{ name: "a", port: 70000 }] }),
      ["FieldValueInvalid spec.rules[0].backendRefs[0].port"],
    ],
    [
      "a length",
      httpRoute({ backendRefs: [{ name: "", port: 80 }] }),
      ["FieldValueInvalid spec.rules[0].backendRefs[0].name"],
    ],
    [
      "a number of items",
      httpRoute({ matches: Array.from({ length: 65 }, () => ({})) }),
      ["FieldValueTooMany spec.rules[0].matches"],
    ],
    [
      "a text too long",
      httpRoute({ backendRefs: [{ name: "a".repeat(254), port: 80 }] }),
      ["FieldValueTooLong spec.rules[0].backendRefs[0].name"],
    ],
  ])("holds an HTTPRoute to %s", async (_, body, causes) => {
    const subject = get();
    const failure = await subject.fails("POST", paths.httpRoutes(await subject.namespace()), { body });
    expect(causesOf(failure)).toEqual(causes);
  });

  it("fills in what the schema declares as default", async () => {
    const subject = get();
    const made = await subject.ok("POST", paths.httpRoutes(await subject.namespace()), {
      body: httpRoute({ backendRefs: [{ name: "a", port: 80 }] }),
    });
    expect(at(made, "spec", "rules", 0)).toMatchObject({
      matches: [{ path: { type: "PathPrefix", value: "/" } }],
      backendRefs: [{ group: "", kind: "Service", name: "a", port: 80, weight: 1 }],
    });
  });

  it.each([
    ["VirtualService", paths.virtualServices, route({ surprise: true }), "spec.http[0].surprise"],
    ["Deployment", paths.deployments, { ...deployment("web"), surprise: 1 }, "surprise"],
    ["Pod", paths.pods, { ...pod("web"), metadata: { name: "web", surprise: 1 } }, "metadata.surprise"],
  ] as const)(
    "drops unknown fields of a %s, with a warning, or refuses them when strict",
    async (_, pathOf, body, field) => {
      const subject = get();
      const path = pathOf(await subject.namespace());
      const strict = await subject.fails("POST", `${path}?fieldValidation=Strict`, { body });
      expect(strict).toMatchObject({ code: 400, reason: "BadRequest" });
      expect(strict.message).toContain(`strict decoding error: unknown field "${field}"`);
      const dropped = await subject.request("POST", path, { body });
      expect(dropped.status).toBe(201);
      expect(dropped.headers["warning"]).toBe(`299 - "unknown field \\"${field}\\""`);
      expect(dropped.text).not.toContain('"surprise"');
      await subject.ok("DELETE", `${path}/${at(body, "metadata", "name") as string}`);
      const quiet = await subject.request("POST", `${path}?fieldValidation=Ignore`, { body });
      expect(quiet.headers["warning"]).toBeUndefined();
    },
  );

  it.each([
    ["a label", { labels: { "a b": "c" } }, "FieldValueInvalid metadata.labels"],
    ["a label's value", { labels: { a: "b c" } }, "FieldValueInvalid metadata.labels"],
    ["an annotation's key", { annotations: { "a/b/c": "d" } }, "FieldValueInvalid metadata.annotations"],
  ])("refuses %s that can't be one", async (_, metadata, cause) => {
    const subject = get();
    for (const [path, body] of [
      [paths.virtualServices(await subject.namespace()), virtualService("x")],
      [paths.pods(await subject.namespace()), pod("x")],
    ] as const) {
      const failure = await subject.fails("POST", path, { body: { ...body, metadata: { name: "x", ...metadata } } });
      expect(failure.code).toBe(422);
      expect(causesOf(failure)).toEqual([cause]);
    }
  });

  it.each([
    [
      "a Deployment whose selector misses its pods",
      paths.deployments,
      {
        ...deployment("web"),
        spec: { ...(at(deployment("web"), "spec") as object), selector: { matchLabels: { app: "other" } } },
      },
      ["FieldValueInvalid spec.template.metadata.labels"],
    ],
    [
      "a Pod without containers",
      paths.pods,
      { ...pod("web"), spec: { containers: [] } },
      ["FieldValueRequired spec.containers"],
    ],
    [
      "a Pod without an image",
      paths.pods,
      { ...pod("web"), spec: { containers: [{ name: "main" }] } },
      ["FieldValueRequired spec.containers[0].image"],
    ],
    [
      "a Service without ports",
      paths.services,
      { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: {} },
      ["FieldValueRequired spec.ports"],
    ],
    [
      "a Service with two nameless ports",
      paths.services,
      { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports: [{ port: 1 }, { port: 2 }] } },
      ["FieldValueRequired spec.ports[0].name", "FieldValueRequired spec.ports[1].name"],
    ],
    [
      "a Service's port out of range",
      paths.services,
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web" },
        spec: { ports: [{ port: 70000, targetPort: 80 }] },
      },
      ["FieldValueInvalid spec.ports[0].port"],
    ],
  ] as const)("refuses %s", async (_, pathOf, body, causes) => {
    const subject = get();
    const failure = await subject.fails("POST", pathOf(await subject.namespace()), { body });
    expect(failure).toMatchObject({ code: 422, reason: "Invalid" });
    expect(causesOf(failure)).toEqual(causes);
  });

  it("refuses a built-in object of the wrong types as undecodable", async () => {
    const subject = get();
    const body = { ...deployment("web"), spec: { ...(at(deployment("web"), "spec") as object), replicas: "three" } };
    expect(await subject.fails("POST", paths.deployments(await subject.namespace()), { body })).toMatchObject({
      code: 400,
      reason: "BadRequest",
    });
  });

  it("keeps a Deployment's selector as it was made", async () => {
    const subject = get();
    const path = paths.deployments(await subject.namespace());
    await subject.ok("POST", path, { body: deployment("web") });
    const other = {
      selector: { matchLabels: { app: "web", tier: "front" } },
      template: { metadata: { labels: { tier: "front" } } },
    };
    const failure = await subject.fails("PATCH", `${path}/web`, {
      body: { spec: other },
      contentType: "application/merge-patch+json",
    });
    expect(causesOf(failure)).toEqual(["FieldValueInvalid spec.selector"]);
  });

  it("fills in the defaults of built-in kinds", async () => {
    const subject = get();
    const namespace = await subject.namespace();
    const made = await subject.ok("POST", paths.deployments(namespace), { body: deployment("web") });
    expect(made).toMatchObject({
      spec: {
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } },
        template: {
          spec: {
            restartPolicy: "Always",
            dnsPolicy: "ClusterFirst",
            schedulerName: "default-scheduler",
            securityContext: {},
          },
        },
      },
    });
    const service = await subject.ok("POST", paths.services(namespace), {
      body: {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web" },
        spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
      },
    });
    expect(service).toMatchObject({
      spec: {
        type: "ClusterIP",
        sessionAffinity: "None",
        internalTrafficPolicy: "Cluster",
        ipFamilies: ["IPv4"],
        ipFamilyPolicy: "SingleStack",
        ports: [{ port: 80, protocol: "TCP", targetPort: 80 }],
      },
      status: { loadBalancer: {} },
    });
    const address = at(service, "spec", "clusterIP");
    expect(address).toMatch(/^10\.(9[6-9]|10\d|11[01])\.\d+\.\d+$/);
    expect(at(service, "spec", "clusterIPs")).toEqual([address]);
    const replaced = await subject.ok("PUT", `${paths.services(namespace)}/web`, {
      body: { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports: [{ port: 81 }] } },
    });
    expect(at(replaced, "spec", "clusterIP")).toBe(address);
    expect(await subject.ok("GET", `/api/v1/namespaces/${namespace}`)).toMatchObject({
      metadata: { labels: { "kubernetes.io/metadata.name": namespace } },
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    });
    expect(await subject.ok("POST", paths.pods(namespace), { body: pod("web-1") })).toMatchObject({
      status: { phase: "Pending", qosClass: "BestEffort" },
    });
  });

  it("writes a secret's stringData into data", async () => {
    const subject = get();
    const body = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData: { key: "värde" } };
    const made = await subject.ok("POST", `/api/v1/namespaces/${await subject.namespace()}/secrets`, { body });
    expect(made).toMatchObject({ type: "Opaque", data: { key: Buffer.from("värde").toString("base64") } });
    expect(made["stringData"]).toBeUndefined();
  });
}
