/** Lists: shape, selectors, pages, versions. */
import { expect, it } from "vitest";
import { causesOf, configMap, paths, pod, type Subject, type ThingList, virtualService } from "../subject.ts";

const names = (list: ThingList): string[] => list.items.map((item) => item.metadata.name);

/** Registers the cases of lists. */
export function listCases(get: () => Subject): void {
  it("answers a list of the kind, whose items name their kind only where it is a custom one", async () => {
    const subject = get();
    const namespace = await subject.namespace();
    await subject.ok("POST", paths.configMaps(namespace), { body: configMap("a") });
    await subject.ok("POST", paths.virtualServices(namespace), { body: virtualService("a") });
    const builtin = await subject.list(paths.configMaps(namespace));
    expect(builtin).toMatchObject({ kind: "ConfigMapList", apiVersion: "v1" });
    expect(builtin.items[0]?.kind).toBeUndefined();
    const custom = await subject.list(paths.virtualServices(namespace, "v1beta1"));
    expect(custom).toMatchObject({ kind: "VirtualServiceList", apiVersion: "networking.istio.io/v1beta1" });
    expect(custom.items[0]).toMatchObject({ kind: "VirtualService", apiVersion: "networking.istio.io/v1beta1" });
  });

  it.each([
    ["app=x", ["a", "b"]],
    ["app==x", ["a", "b"]],
    ["app!=x", ["c", "d"]],
    ["app in (x,y)", ["a", "b", "c"]],
    ["app notin (x)", ["c", "d"]],
    ["app", ["a", "b", "c"]],
    ["!app", ["d"]],
    ["app=x,tier=front", ["a"]],
    ["app in (x), tier notin (front)", ["b"]],
    ["rank>5", ["b"]],
    ["rank<5", ["a"]],
    ["tier=", ["d"]],
    ["", ["a", "b", "c", "d"]],
  ])("selects by labels: %s", async (selector, expected) => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    const objects = {
      a: { app: "x", tier: "front", rank: "3" },
      b: { app: "x", tier: "back", rank: "7" },
      c: { app: "y", rank: "high" },
      d: { tier: "" },
    };
    for (const [name, labels] of Object.entries(objects))
      await subject.ok("POST", path, { body: configMap(name, {}, labels) });
    expect(names(await subject.list(`${path}?labelSelector=${encodeURIComponent(selector)}`))).toEqual(expected);
  });

  it("selects by fields", async () => {
    const subject = get();
    const namespace = await subject.namespace();
    const path = paths.pods(namespace);
    for (const name of ["a", "b"]) await subject.ok("POST", path, { body: pod(name, {}, `node-${name}`) });
    await subject.ok("PATCH", `${path}/b/status`, {
      body: { status: { phase: "Running" } },
      contentType: "application/merge-patch+json",
    });
    const select = async (selector: string): Promise<string[]> =>
      names(await subject.list(`${path}?fieldSelector=${encodeURIComponent(selector)}`));
    expect(await select("metadata.name=a")).toEqual(["a"]);
    expect(await select("metadata.name!=a")).toEqual(["b"]);
    expect(await select(`metadata.namespace=${namespace},spec.nodeName=node-b`)).toEqual(["b"]);
    expect(await select("status.phase=Running")).toEqual(["b"]);
    expect(await select("status.phase!=Running")).toEqual(["a"]);
  });

  it.each([
    ["labelSelector", "app in"],
    ["labelSelector", "=x"],
    ["labelSelector", "a=b=c"],
    ["labelSelector", "a b"],
    ["labelSelector", "a in (x"],
    ["labelSelector", "-bad"],
    ["fieldSelector", "spec.hosts=x"],
    ["fieldSelector", "nonsense"],
    ["limit", "many"],
    ["resourceVersion", "new"],
    ["continue", "nonsense"],
  ])("refuses %s %j", async (parameter, value) => {
    const failure = await get().fails("GET", `/api/v1/configmaps?${parameter}=${encodeURIComponent(value)}`);
    expect(failure).toMatchObject({ code: 400, reason: "BadRequest" });
  });

  it("pages through one snapshot, whatever is written meanwhile", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    for (const name of ["a", "b", "c", "d", "e"]) await subject.ok("POST", path, { body: configMap(name) });
    const first = await subject.list(`${path}?limit=2`);
    expect(names(first)).toEqual(["a", "b"]);
    expect(first.metadata.remainingItemCount).toBe(3);
    await subject.ok("DELETE", `${path}/d`);
    await subject.ok("POST", path, { body: configMap("c2") });
    const token = (list: ThingList): string => encodeURIComponent(list.metadata.continue ?? "");
    const second = await subject.list(`${path}?limit=2&continue=${token(first)}`);
    expect(names(second)).toEqual(["c", "d"]);
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    const third = await subject.list(`${path}?limit=2&continue=${token(second)}`);
    expect(names(third)).toEqual(["e"]);
    expect(third.metadata.continue ?? "").toBe("");
  });

  it("pages what a selector selects", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    for (const [i, name] of ["a", "b", "c", "d", "e"].entries())
      await subject.ok("POST", path, { body: configMap(name, {}, { odd: String(i % 2 === 1) }) });
    const first = await subject.list(`${path}?limit=2&labelSelector=odd%3Dfalse`);
    expect(names(first)).toEqual(["a", "c"]);
    const token = encodeURIComponent(first.metadata.continue ?? "");
    expect(names(await subject.list(`${path}?limit=2&labelSelector=odd%3Dfalse&continue=${token}`))).toEqual(["e"]);
  });

  it("tells that a token expired, and how to go on without the snapshot", async () => {
    const subject = get();
    const namespace = await subject.namespace();
    // Secrets, because the real server is told to answer these from etcd, whose compaction the test controls.
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    for (const name of ["a", "b", "c"])
      await subject.ok("POST", path, { body: { apiVersion: "v1", kind: "Secret", metadata: { name } } });
    const first = await subject.list(`${path}?limit=1`);
    await subject.ok("DELETE", `${path}/b`);
    await subject.target.compact();
    const failure = await subject.fails(
      "GET",
      `${path}?limit=1&continue=${encodeURIComponent(first.metadata.continue ?? "")}`,
    );
    expect(failure).toMatchObject({ code: 410, reason: "Expired" });
    const rest = await subject.list(`${path}?continue=${encodeURIComponent(failure.metadata.continue ?? "")}`);
    expect(names(rest)).toEqual(["c"]);
  });

  it("answers a past version exactly, and any version not older", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    const first = await subject.ok("POST", path, { body: configMap("a") });
    await subject.ok("POST", path, { body: configMap("b") });
    const version = first.metadata.resourceVersion;
    const exact = await subject.list(`${path}?resourceVersion=${version}&resourceVersionMatch=Exact`);
    expect(names(exact)).toEqual(["a"]);
    expect(exact.metadata.resourceVersion).toBe(version);
    const newer = await subject.list(`${path}?resourceVersion=${version}&resourceVersionMatch=NotOlderThan`);
    expect(Number(newer.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(version));
  });

  it("refuses a version that isn't reached yet, and a match without a version", async () => {
    const subject = get();
    const future = await subject.fails("GET", "/api/v1/configmaps?resourceVersion=999999999");
    expect(future).toMatchObject({ code: 504, reason: "Timeout" });
    const match = await subject.fails("GET", "/api/v1/configmaps?resourceVersionMatch=Exact");
    expect(match).toMatchObject({ code: 422, reason: "Invalid" });
    expect(causesOf(match)).toEqual(["FieldValueForbidden resourceVersionMatch"]);
  });

  it("answers metadata alone, or YAML, to clients that prefer it", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    await subject.ok("POST", path, { body: configMap("a", { k: "v" }) });
    const accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";
    const answer = await subject.request("GET", path, { accept });
    expect(answer.body).toMatchObject({
      kind: "PartialObjectMetadataList",
      items: [{ kind: "PartialObjectMetadata", metadata: { name: "a" } }],
    });
    expect(answer.text).not.toContain('"data"');
    const yaml = await subject.request("GET", `${path}/a`, { accept: "application/yaml" });
    expect(yaml.headers["content-type"]).toBe("application/yaml");
    expect(yaml.text).toContain("kind: ConfigMap\n");
  });
}
