/** One object's life: create, read, update, delete. */
import { expect, it } from "vitest";
import { at, causesOf, configMap, deployment, type Failure, paths, type Subject, virtualService } from "../subject.ts";

/** Registers the cases of one object's life. */
export function objectCases(get: () => Subject): void {
  it("gives a new object an identity and returns it as stored", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    const made = await subject.ok("POST", path, { body: configMap("settings", { a: "1" }, { app: "x" }) });
    expect(made.kind).toBe("ConfigMap");
    expect(made.apiVersion).toBe("v1");
    expect(made.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(made.metadata.resourceVersion).toMatch(/^\d+$/);
    expect(made.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(made["data"]).toEqual({ a: "1" });
    const { managedFields: _, ...metadata } = at(await subject.ok("GET", `${path}/settings`), "metadata") as Record<
      string,
      unknown
    >;
    const { managedFields: __, ...created } = made.metadata as unknown as Record<string, unknown>;
    expect(metadata).toEqual(created);
  });

  it("answers 201 to a creation and 409 AlreadyExists to a second one", async () => {
    const subject = get();
    const path = paths.virtualServices(await subject.namespace());
    expect((await subject.request("POST", path, { body: virtualService("reviews") })).status).toBe(201);
    expect(await subject.fails("POST", path, { body: virtualService("reviews") })).toMatchObject({
      code: 409,
      reason: "AlreadyExists",
      details: { name: "reviews", group: "networking.istio.io", kind: "virtualservices" },
    });
  });

  it("makes a name from generateName", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { generateName: "log-" } };
    const names = await Promise.all(
      [1, 2, 3].map(async () => (await subject.ok("POST", path, { body })).metadata.name),
    );
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^log-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it.each([
    ["an absent name", {}, "FieldValueRequired metadata.name"],
    ["a wrong name", { name: "Not_A_Name" }, "FieldValueInvalid metadata.name"],
  ])("refuses %s", async (_, metadata, cause) => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    const failure = await subject.fails("POST", path, { body: { apiVersion: "v1", kind: "ConfigMap", metadata } });
    expect(failure).toMatchObject({ code: 422, reason: "Invalid" });
    expect(causesOf(failure)).toEqual([cause]);
  });

  it("refuses a namespace that doesn't exist, and one that isn't the path's", async () => {
    const subject = get();
    const absent = await subject.fails("POST", paths.configMaps("no-such-namespace"), { body: configMap("x") });
    expect(absent).toMatchObject({
      code: 404,
      reason: "NotFound",
      details: { name: "no-such-namespace", kind: "namespaces" },
    });
    const namespace = await subject.namespace();
    const body = { ...configMap("x"), metadata: { name: "x", namespace: "other" } };
    expect(await subject.fails("POST", paths.configMaps(namespace), { body })).toMatchObject({
      code: 400,
      reason: "BadRequest",
    });
  });

  it("refuses a body of another kind or version", async () => {
    const subject = get();
    const path = paths.virtualServices(await subject.namespace());
    const wrong = (change: object): Promise<Failure> =>
      subject.fails("POST", path, { body: { ...virtualService("x"), ...change } });
    expect(await wrong({ apiVersion: "networking.istio.io/v1beta1" })).toMatchObject({
      code: 400,
      reason: "BadRequest",
    });
    const kind = await wrong({ kind: "Gateway" });
    expect(kind).toMatchObject({ code: 422, reason: "Invalid", details: { kind: "Gateway" } });
    expect(causesOf(kind)).toEqual(["FieldValueInvalid kind"]);
    const builtin = await subject.fails("POST", paths.configMaps("default"), {
      body: { ...configMap("x"), kind: "Pod" },
    });
    expect(builtin).toMatchObject({ code: 400, reason: "BadRequest" });
  });

  it("replaces an object only on its present version", async () => {
    const subject = get();
    const path = paths.virtualServices(await subject.namespace());
    const first = await subject.ok("POST", path, { body: virtualService("reviews") });
    const second = await subject.ok("PUT", `${path}/reviews`, {
      body: { ...virtualService("reviews", [50, 50]), metadata: first.metadata },
    });
    expect(Number(second.metadata.resourceVersion)).toBeGreaterThan(Number(first.metadata.resourceVersion));
    expect(second.metadata.uid).toBe(first.metadata.uid);
    expect(second.metadata.creationTimestamp).toBe(first.metadata.creationTimestamp);
    const stale = { ...virtualService("reviews", [1, 99]), metadata: first.metadata };
    expect(await subject.fails("PUT", `${path}/reviews`, { body: stale })).toMatchObject({
      code: 409,
      reason: "Conflict",
    });
    const unconditional = await subject.fails("PUT", `${path}/reviews`, { body: virtualService("reviews") });
    expect(unconditional).toMatchObject({ code: 422, reason: "Invalid" });
    expect(causesOf(unconditional)).toEqual(["FieldValueInvalid metadata.resourceVersion"]);
  });

  it("lets built-in kinds be replaced without a version", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    await subject.ok("POST", path, { body: configMap("settings", { a: "1" }) });
    const replaced = await subject.ok("PUT", `${path}/settings`, { body: configMap("settings", { b: "2" }) });
    expect(replaced["data"]).toEqual({ b: "2" });
    const zero = { ...configMap("settings", { c: "3" }), metadata: { name: "settings", resourceVersion: "0" } };
    expect((await subject.ok("PUT", `${path}/settings`, { body: zero }))["data"]).toEqual({ c: "3" });
  });

  it("refuses to replace under another name or uid, or what isn't there", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    await subject.ok("POST", path, { body: configMap("settings") });
    expect(await subject.fails("PUT", `${path}/settings`, { body: configMap("other") })).toMatchObject({ code: 400 });
    const stranger = {
      ...configMap("settings"),
      metadata: { name: "settings", uid: "00000000-0000-4000-8000-000000000000" },
    };
    expect(await subject.fails("PUT", `${path}/settings`, { body: stranger })).toMatchObject({
      code: 409,
      reason: "Conflict",
    });
    expect(await subject.fails("PUT", `${path}/absent`, { body: configMap("absent") })).toMatchObject({ code: 404 });
  });

  it("makes no new version when nothing changes", async () => {
    const subject = get();
    const path = paths.virtualServices(await subject.namespace());
    const first = await subject.ok("POST", path, { body: virtualService("reviews") });
    const again = await subject.ok("PUT", `${path}/reviews`, {
      body: { ...virtualService("reviews"), metadata: first.metadata },
    });
    expect(again.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  it.each([
    ["VirtualService", paths.virtualServices, virtualService("reviews")],
    ["Deployment", paths.deployments, deployment("reviews")],
  ] as const)("raises the generation of a %s with its spec alone", async (_, pathOf, body) => {
    const subject = get();
    const path = pathOf(await subject.namespace());
    const merge = (patch: object, to = ""): Promise<{ metadata: { generation?: number } }> =>
      subject.ok("PATCH", `${path}/reviews${to}`, { body: patch, contentType: "application/merge-patch+json" });
    expect((await subject.ok("POST", path, { body })).metadata.generation).toBe(1);
    expect((await merge({ metadata: { labels: { a: "b" } } })).metadata.generation).toBe(1);
    expect((await merge({ status: { observedGeneration: 1 } }, "/status")).metadata.generation).toBe(1);
    const spec = at(body, "kind") === "Deployment" ? { replicas: 3 } : { hosts: ["ratings"] };
    expect((await merge({ spec })).metadata.generation).toBe(2);
  });

  it("keeps spec and status apart", async () => {
    const subject = get();
    const path = paths.deployments(await subject.namespace());
    const made = await subject.ok("POST", path, { body: { ...deployment("web"), status: { replicas: 7 } } });
    expect(at(made, "status", "replicas")).toBeUndefined();
    const observed = { ...made, spec: { ...(made["spec"] as object), replicas: 9 }, status: { replicas: 2 } };
    const status = await subject.ok("PUT", `${path}/web/status`, { body: observed });
    expect(at(status, "status", "replicas")).toBe(2);
    expect(at(status, "spec", "replicas")).toBe(1);
    const main = await subject.ok("PUT", `${path}/web`, { body: { ...deployment("web"), status: { replicas: 5 } } });
    expect(at(main, "status", "replicas")).toBe(2);
    expect(await subject.ok("GET", `${path}/web/status`)).toMatchObject({
      kind: "Deployment",
      status: { replicas: 2 },
    });
  });

  it("serves one object in every version of its kind", async () => {
    const subject = get();
    const namespace = await subject.namespace();
    const made = await subject.ok("POST", paths.virtualServices(namespace, "v1alpha3"), {
      body: { ...virtualService("reviews"), apiVersion: "networking.istio.io/v1alpha3" },
    });
    expect(made.apiVersion).toBe("networking.istio.io/v1alpha3");
    const read = await subject.ok("GET", `${paths.virtualServices(namespace)}/reviews`);
    expect(read.apiVersion).toBe("networking.istio.io/v1");
    expect(read["spec"]).toEqual(made["spec"]);
    expect(read.metadata.uid).toBe(made.metadata.uid);
  });

  it("does nothing in a dry run but what it would answer", async () => {
    const subject = get();
    const path = paths.virtualServices(await subject.namespace());
    const dry = await subject.request("POST", `${path}?dryRun=All`, { body: virtualService("reviews") });
    expect(dry.status).toBe(201);
    expect(await subject.fails("GET", `${path}/reviews`)).toMatchObject({ code: 404 });
    await subject.ok("POST", path, { body: virtualService("reviews") });
    const patched = await subject.ok("PATCH", `${path}/reviews?dryRun=All`, {
      body: { spec: { hosts: ["ratings"] } },
      contentType: "application/merge-patch+json",
    });
    expect(at(patched, "spec", "hosts")).toEqual(["ratings"]);
    await subject.ok("DELETE", `${path}/reviews?dryRun=All`);
    expect(at(await subject.ok("GET", `${path}/reviews`), "spec", "hosts")).toEqual(["reviews"]);
  });

  it("scales a workload by its subresource", async () => {
    const subject = get();
    const path = paths.deployments(await subject.namespace());
    const made = await subject.ok("POST", path, { body: deployment("web") });
    const scale = await subject.ok("GET", `${path}/web/scale`);
    expect(scale).toMatchObject({
      kind: "Scale",
      apiVersion: "autoscaling/v1",
      metadata: { name: "web", uid: made.metadata.uid, resourceVersion: made.metadata.resourceVersion },
      spec: { replicas: 1 },
      status: { replicas: 0, selector: "app=web" },
    });
    const put = await subject.ok("PUT", `${path}/web/scale`, { body: { ...scale, spec: { replicas: 3 } } });
    expect(at(put, "spec", "replicas")).toBe(3);
    const contentType = "application/merge-patch+json";
    await subject.ok("PATCH", `${path}/web/scale`, { body: { spec: { replicas: 5 } }, contentType });
    expect(await subject.ok("GET", `${path}/web`)).toMatchObject({
      metadata: { generation: 3 },
      spec: { replicas: 5 },
    });
    const stale = await subject.fails("PUT", `${path}/web/scale`, { body: { ...scale, spec: { replicas: 9 } } });
    expect(stale).toMatchObject({ code: 409, reason: "Conflict" });
    const negative = await subject.fails("PATCH", `${path}/web/scale`, {
      body: { spec: { replicas: -1 } },
      contentType,
    });
    expect(negative).toMatchObject({ code: 422, reason: "Invalid" });
    expect(causesOf(negative)).toEqual(["FieldValueInvalid spec.replicas"]);
  });
}
