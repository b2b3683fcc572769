/** PATCH in its three kinds. */
import { expect, it } from "vitest";
import {
  at,
  causesOf,
  configMap,
  deployment,
  type Failure,
  paths,
  type Subject,
  type Thing,
  virtualService,
} from "../subject.ts";

const merge = "application/merge-patch+json";
const json = "application/json-patch+json";
const strategic = "application/strategic-merge-patch+json";

/** Registers the cases of PATCH. */
export function patchCases(get: () => Subject): void {
  const patch = (path: string, contentType: string, body: unknown): Promise<Thing> =>
    get().ok("PATCH", path, { body, contentType });
  const refused = (path: string, contentType: string, body: unknown): Promise<Failure> =>
    get().fails("PATCH", path, { body, contentType });

  async function aVirtualService(): Promise<string> {
    const path = paths.virtualServices(await get().namespace());
    await get().ok("POST", path, { body: virtualService("reviews") });
    return `${path}/reviews`;
  }

  it("merges: members replace, null removes, lists are whole", async () => {
    const path = paths.configMaps(await get().namespace());
    await get().ok("POST", path, { body: configMap("settings", { a: "1", b: "2" }, { keep: "yes" }) });
    const after = await patch(`${path}/settings`, merge, {
      data: { a: "9", b: null, c: "3" },
      metadata: { labels: { new: "yes" } },
    });
    expect(after["data"]).toEqual({ a: "9", c: "3" });
    expect(after.metadata.labels).toEqual({ keep: "yes", new: "yes" });
    const service = await aVirtualService();
    const lists = await patch(service, merge, { spec: { http: [{ route: [{ destination: { host: "ratings" } }] }] } });
    expect(at(lists, "spec", "http")).toEqual([{ route: [{ destination: { host: "ratings" } }] }]);
    expect(at(lists, "spec", "hosts")).toEqual(["reviews"]);
  });

  it("changes one weight by JSON patch on the condition of what was seen", async () => {
    const path = await aVirtualService();
    const seen = await get().ok("GET", path);
    const operations = [
      { op: "test", path: "/metadata/resourceVersion", value: seen.metadata.resourceVersion },
      { op: "test", path: "/spec/http/0/route/0/weight", value: 90 },
      { op: "replace", path: "/spec/http/0/route/0/weight", value: 50 },
      { op: "replace", path: "/spec/http/0/route/1/weight", value: 50 },
    ];
    const after = await patch(path, json, operations);
    expect(at(after, "spec", "http", 0, "route", 0, "weight")).toBe(50);
    expect(after.metadata.generation).toBe(2);
    expect(await refused(path, json, operations)).toMatchObject({ code: 422, reason: "Invalid" });
    expect(at(await get().ok("GET", path), "metadata", "resourceVersion")).toBe(after.metadata.resourceVersion);
  });

  it("carries out add, remove, copy and move in order", async () => {
    const path = paths.configMaps(await get().namespace());
    await get().ok("POST", path, { body: configMap("settings", { a: "1", b: "2" }) });
    const after = await patch(`${path}/settings`, json, [
      { op: "add", path: "/data/c~1d", value: "3" },
      { op: "copy", from: "/data/a", path: "/data/e" },
      { op: "move", from: "/data/b", path: "/data/f" },
      { op: "remove", path: "/data/a" },
      { op: "remove", path: "/data/c~1d" },
      { op: "add", path: "/data/g", value: "4" },
    ]);
    expect(after["data"]).toEqual({ e: "1", f: "2", g: "4" });
  });

  it.each([
    ["a test that fails", [{ op: "test", path: "/spec/hosts/0", value: "other" }]],
    ["a removed member that isn't there", [{ op: "remove", path: "/spec/nothing" }]],
    ["a removed element that isn't there", [{ op: "remove", path: "/spec/hosts/7" }]],
    ["a path through nothing", [{ op: "add", path: "/spec/a/b", value: 1 }]],
  ])("refuses %s with 422 and changes nothing", async (_, operations) => {
    const path = await aVirtualService();
    const before = await get().ok("GET", path);
    expect(await refused(path, json, operations)).toMatchObject({ code: 422, reason: "Invalid" });
    expect((await get().ok("GET", path)).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  it("takes a resourceVersion inside a merge patch as a condition", async () => {
    const path = await aVirtualService();
    const seen = await get().ok("GET", path);
    const conditional = { metadata: { resourceVersion: seen.metadata.resourceVersion }, spec: { hosts: ["ratings"] } };
    await patch(path, merge, conditional);
    expect(await refused(path, merge, { ...conditional, spec: { hosts: ["details"] } })).toMatchObject({
      code: 409,
      reason: "Conflict",
    });
  });

  it("validates what a patch makes", async () => {
    const path = await aVirtualService();
    const failure = await refused(path, merge, {
      spec: { http: [{ route: [{ weight: "half", destination: { host: "a" } }] }] },
    });
    expect(failure).toMatchObject({ code: 422, reason: "Invalid" });
    expect(causesOf(failure)).toEqual(["FieldValueTypeInvalid spec.http[0].route[0].weight"]);
  });

  it("merges lists of built-in kinds by their keys", async () => {
    const path = paths.deployments(await get().namespace());
    await get().ok("POST", path, { body: deployment("web") });
    const containers = [{ name: "main", image: "example.com/main:2", env: [{ name: "B", value: "2" }] }];
    const after = await patch(`${path}/web`, strategic, { spec: { template: { spec: { containers } } } });
    const seen = at(after, "spec", "template", "spec", "containers") as readonly {
      name: string;
      image: string;
      env?: unknown;
    }[];
    expect(seen.map(({ name, image }) => [name, image])).toEqual([
      ["main", "example.com/main:2"],
      ["side", "example.com/side:1"],
    ]);
    expect(seen[0]?.env).toEqual([
      { name: "B", value: "2" },
      { name: "A", value: "1" },
    ]);
    const less = await patch(`${path}/web`, strategic, {
      spec: { template: { spec: { containers: [{ name: "side", $patch: "delete" }] } } },
    });
    expect((at(less, "spec", "template", "spec", "containers") as unknown[]).length).toBe(1);
  });

  it("replaces, retains and deletes by directive", async () => {
    const path = paths.deployments(await get().namespace());
    await get().ok("POST", path, { body: deployment("web") });
    const replaced = await patch(`${path}/web`, strategic, {
      spec: {
        strategy: { $retainKeys: ["type"], type: "Recreate" },
        template: { metadata: { labels: { $patch: "replace", app: "web", tier: "front" } } },
      },
    });
    expect(at(replaced, "spec", "strategy")).toEqual({ type: "Recreate" });
    expect(at(replaced, "spec", "template", "metadata", "labels")).toEqual({ app: "web", tier: "front" });
    const finalizers = async (body: object): Promise<unknown> =>
      at(await patch(`${path}/web`, strategic, body), "metadata", "finalizers");
    expect(await finalizers({ metadata: { finalizers: ["a.io/x", "a.io/y"] } })).toEqual(["a.io/x", "a.io/y"]);
    expect(await finalizers({ metadata: { finalizers: ["a.io/z"] } })).toEqual(["a.io/z", "a.io/x", "a.io/y"]);
    expect(
      await finalizers({ metadata: { "$deleteFromPrimitiveList/finalizers": ["a.io/x", "a.io/y", "a.io/z"] } }),
    ).toBeUndefined();
  });

  it("merges the ports of a service by number, in the order asked for", async () => {
    const path = paths.services(await get().namespace());
    const ports = [
      { name: "http", port: 80 },
      { name: "grpc", port: 90 },
    ];
    await get().ok("POST", path, {
      body: { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports } },
    });
    const after = await patch(`${path}/web`, strategic, {
      spec: {
        "$setElementOrder/ports": [{ port: 90 }, { port: 80 }, { port: 70 }],
        ports: [{ port: 70, name: "tcp" }],
      },
    });
    expect((at(after, "spec", "ports") as { port: number }[]).map(({ port }) => port)).toEqual([90, 80, 70]);
  });

  it.each([strategic, "application/json", "text/plain"])("refuses %s for a custom resource", async (type) => {
    const path = await aVirtualService();
    expect(await refused(path, type, {})).toMatchObject({ code: 415, reason: "UnsupportedMediaType" });
  });

  it("answers 404 for a patch of nothing", async () => {
    const path = paths.configMaps(await get().namespace());
    expect(await refused(`${path}/absent`, merge, { data: { a: "1" } })).toMatchObject({
      code: 404,
      reason: "NotFound",
    });
  });

  it("refuses to change what an object is", async () => {
    const path = await aVirtualService();
    expect(await refused(path, merge, { metadata: { name: "other" } })).toMatchObject({
      code: 400,
      reason: "BadRequest",
    });
    expect(await refused(path, merge, { metadata: { uid: "other" } })).toMatchObject({ code: 422, reason: "Invalid" });
    expect(await refused(path, merge, { kind: "Gateway" })).toMatchObject({ code: 422, reason: "Invalid" });
  });

  it.each([
    [json, {}],
    [merge, []],
    [merge, "[1"],
  ])("refuses a body that is no patch of %s", async (type, body) => {
    expect(await refused(await aVirtualService(), type, body)).toMatchObject({ code: 400, reason: "BadRequest" });
  });

  it("sets by JSON patch's replace what isn't there, and counts elements from the end", async () => {
    const path = await aVirtualService();
    const after = await patch(path, json, [
      { op: "replace", path: "/spec/exportTo", value: ["."] },
      { op: "test", path: "/spec/hosts/-1", value: "reviews" },
      { op: "test", path: "/spec/gateways", value: null },
    ]);
    expect(at(after, "spec", "exportTo")).toEqual(["."]);
  });
}
