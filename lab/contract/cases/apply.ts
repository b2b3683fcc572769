/** Server-side apply. https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
import { expect, it } from "vitest";
import {
  at,
  configMap,
  deployment,
  type Failure,
  paths,
  type Subject,
  type Thing,
  virtualService,
} from "../subject.ts";

const contentType = "application/apply-patch+yaml";
const merge = "application/merge-patch+json";

/** Registers the cases of server-side apply. */
export function applyCases(get: () => Subject): void {
  const apply = (path: string, body: unknown, query = "fieldManager=a"): Promise<Thing> =>
    get().ok("PATCH", `${path}?${query}`, { body, contentType });
  const refused = (path: string, body: unknown, query = "fieldManager=a"): Promise<Failure> =>
    get().fails("PATCH", `${path}?${query}`, { body, contentType });
  const settings = (data: Readonly<Record<string, unknown>>, metadata: object = {}): object => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings", ...metadata },
    data,
  });
  const aConfigMap = async (): Promise<string> => `${paths.configMaps(await get().namespace())}/settings`;

  it("creates what isn't there with 201, then changes it with 200", async () => {
    const path = await aConfigMap();
    const query = "?fieldManager=a";
    const made = await get().request("PATCH", path + query, { body: settings({ x: "1" }), contentType });
    expect(made.status).toBe(201);
    const again = await get().request("PATCH", path + query, { body: settings({ x: "1" }), contentType });
    expect([again.status, again.body]).toEqual([200, made.body]);
    expect((await apply(path, settings({ x: "2" })))["data"]).toEqual({ x: "2" });
  });

  it("reads YAML", async () => {
    const path = await aConfigMap();
    const made = await apply(path, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  x: '1'\n");
    expect(made["data"]).toEqual({ x: "1" });
  });

  it("removes what a manager no longer sets, unless somebody else owns it", async () => {
    const path = await aConfigMap();
    await apply(path, settings({ x: "1", y: "1", z: "1" }));
    await apply(path, settings({ y: "1" }), "fieldManager=b");
    await get().ok("PATCH", `${path}?fieldManager=c`, { body: { data: { w: "1" } }, contentType: merge });
    expect((await apply(path, settings({ x: "1" })))["data"]).toEqual({ w: "1", x: "1", y: "1" });
  });

  it("tells a conflict with one field of another manager, and takes it over when forced", async () => {
    const path = paths.virtualServices(await get().namespace());
    await get().ok("POST", `${path}?fieldManager=kubectl-client-side-apply`, { body: virtualService("reviews") });
    const wanted = {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name: "reviews" },
      spec: { http: [{ route: [{ destination: { host: "ratings" } }] }] },
    };
    const failure = await refused(`${path}/reviews`, wanted);
    const conflict = 'conflict with "kubectl-client-side-apply" using networking.istio.io/v1';
    expect(failure).toMatchObject({
      code: 409,
      reason: "Conflict",
      message: `Apply failed with 1 conflict: ${conflict}: .spec.http`,
      details: { causes: [{ reason: "FieldManagerConflict", message: conflict, field: ".spec.http" }] },
    });
    const forced = await apply(`${path}/reviews`, wanted, "fieldManager=a&force=true");
    expect(at(forced, "spec")).toEqual({ hosts: ["reviews"], ...wanted.spec });
    expect(forced.metadata.generation).toBe(2);
    expect(at(forced, "metadata", "managedFields", 0)).toMatchObject({ manager: "a", operation: "Apply" });
    expect(at(forced, "metadata", "managedFields", 1, "fieldsV1")).toEqual({ "f:spec": { ".": {}, "f:hosts": {} } });
  });

  it("names every conflict, by manager and element", async () => {
    const path = paths.deployments(await get().namespace());
    await get().ok("POST", `${path}?fieldManager=other`, { body: deployment("web") });
    const wanted = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: { replicas: 4, template: { spec: { containers: [{ name: "main", image: "example.com/main:2" }] } } },
    };
    const failure = await refused(`${path}/web`, wanted);
    const image = '.spec.template.spec.containers[name="main"].image';
    expect(failure.message).toBe(
      `Apply failed with 2 conflicts: conflicts with "other" using apps/v1:\n- .spec.replicas\n- ${image}`,
    );
    expect(failure.details?.causes?.map(({ field }) => field)).toEqual([".spec.replicas", image]);
  });

  it("takes a resourceVersion as a condition of changing, not of creating", async () => {
    const path = await aConfigMap();
    const made = await apply(path, settings({ x: "1" }, { resourceVersion: "5" }));
    const { resourceVersion } = made.metadata;
    await apply(path, settings({ x: "2" }, { resourceVersion }));
    expect(await refused(path, settings({ x: "3" }, { resourceVersion }))).toMatchObject({
      code: 409,
      reason: "Conflict",
    });
  });

  it.each<[string, object, number]>([
    ["another version", { apiVersion: "v2" }, 400],
    ["another kind", { kind: "Secret" }, 400],
    ["no kind", { kind: undefined }, 400],
    ["another name", { metadata: { name: "other" } }, 400],
    ["no name", { metadata: {} }, 400],
    ["another namespace", { metadata: { name: "settings", namespace: "other" } }, 400],
    ["managers", { metadata: { name: "settings", managedFields: [] } }, 400],
    ["a uid of nothing", { metadata: { name: "settings", uid: "x" } }, 409],
    ["an unknown field", { dota: {} }, 500],
    ["a wrong type", { data: { a: 1 } }, 500],
  ])("refuses %s", async (_, change, code) => {
    const path = await aConfigMap();
    expect((await refused(path, { ...settings({ x: "1" }), ...change })).code).toBe(code);
    expect((await get().fails("GET", path)).code).toBe(404);
  });

  it("names an element that is there twice, and a field that isn't in the schema", async () => {
    const path = paths.deployments(await get().namespace());
    const containers = [{ name: "main" }, { name: "main" }];
    const body = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" } };
    const twice = await refused(`${path}/web`, { ...body, spec: { template: { spec: { containers } } } });
    expect(twice.message).toContain('.spec.template.spec.containers: duplicate entries for key [name="main"]');
    const unknown = await refused(`${path}/web`, { ...body, spec: { replica: 1 } });
    expect(unknown.message).toBe(
      "failed to create typed patch object (/web; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema",
    );
  });

  it("wants a manager, and force of nothing else", async () => {
    const path = await aConfigMap();
    expect(await refused(path, settings({}), "")).toMatchObject({
      code: 422,
      message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    });
    await apply(path, settings({ x: "1" }));
    const forced = await get().fails("PATCH", `${path}?force=true`, { body: {}, contentType: merge });
    expect(forced).toMatchObject({ code: 422, details: { causes: [{ field: "force" }] } });
    expect((await refused(path, settings({}), `fieldManager=${"x".repeat(129)}`)).code).toBe(422);
  });

  it("refuses a namespace that isn't there, and the status of what isn't", async () => {
    expect((await refused(`${paths.configMaps("nowhere")}/settings`, settings({}))).code).toBe(404);
    const path = `${paths.deployments(await get().namespace())}/web/status`;
    const status = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, status: { replicas: 1 } };
    expect((await refused(path, status)).code).toBe(404);
  });

  it("validates what it makes", async () => {
    const path = paths.virtualServices(await get().namespace());
    const body = {
      ...virtualService("v"),
      spec: { http: [{ timeout: "soon", match: [{ uri: { exact: "/", prefix: "/" } }] }] },
    };
    expect(await refused(`${path}/v`, body)).toMatchObject({ code: 422, reason: "Invalid" });
  });

  it("upgrades kubectl's client-side apply without conflicts", async () => {
    const path = await aConfigMap();
    const last = JSON.stringify(settings({ x: "1" }));
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": last };
    const body = { ...configMap("settings", { x: "1" }), metadata: { name: "settings", annotations } };
    await get().ok("POST", `${path.replace("/settings", "")}?fieldManager=kubectl-client-side-apply`, { body });
    expect((await refused(path, settings({ x: "2" }))).code).toBe(409);
    const after = await apply(path, settings({ x: "2" }), "fieldManager=kubectl");
    expect(after["data"]).toEqual({ x: "2" });
    expect(at(after, "metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration")).toContain(
      '"x":"2"',
    );
  });
}
