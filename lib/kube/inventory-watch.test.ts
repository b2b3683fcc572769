import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Clock, milliseconds, unixSeconds } from "#lib/units.ts";
import { createKubeClient, type KubeClient } from "./client.ts";
import { type FakeKube, startFakeKube, status, until } from "./fake.test-support.ts";
import { type InventoryWatch, watchInventory } from "./inventory-watch.ts";

const PODS = "/api/v1/pods";
const SERVICE_ENTRIES = "/apis/networking.istio.io/v1/serviceentries";
const COLLECTIONS = [
  "/api/v1/namespaces",
  PODS,
  "/api/v1/services",
  "/apis/apps/v1/deployments",
  "/apis/apps/v1/replicasets",
  "/apis/apps/v1/statefulsets",
  "/apis/apps/v1/daemonsets",
  "/apis/batch/v1/jobs",
  SERVICE_ENTRIES,
];
const pace = { firstRetry: 5, longestRetry: 20, refused: 30, lasting: 1000 };

let now = 1_700_000_000;
const clock: Clock = { now: () => unixSeconds(now), monotonic: () => milliseconds(performance.now()) };
const pod = (name: string, resourceVersion = "1") => ({
  metadata: { name, namespace: "shop", resourceVersion, labels: { app: name } },
  spec: { containers: [{ name: "app" }] },
  status: { phase: "Running", podIP: "10.0.0.1" },
});

let fake: FakeKube;
let client: KubeClient;
let watch: InventoryWatch;

beforeEach(async () => {
  now = 1_700_000_000;
  fake = await startFakeKube();
  for (const path of COLLECTIONS) fake.lists.set(path, []);
  client = createKubeClient(fake.target, { clock, random: () => 0.5 });
});
afterEach(async () => {
  await watch?.close();
  await client.close();
  await fake.close();
});

const start = (): void => {
  watch = watchInventory(client, { cluster: "west", rootNamespace: "istio-system", clock, random: () => 0.5, pace });
};
const names = () =>
  [...(watch.current()?.workloads.values() ?? [])].filter((w) => w.goneAt === null).map((w) => w.name);
const opened = (path: string) => fake.watches.find((open) => open.path === path);
const allOpen = () => until(() => COLLECTIONS.every(opened), "all watches");

describe("what is there", () => {
  test("comes by lists, then by watches from where the lists were", async () => {
    fake.lists.set(PODS, [pod("a")]);
    start();
    expect(watch.current()).toBeNull();
    expect(watch.status()).toMatchObject({ state: "down", asOf: null });
    await allOpen();
    await until(() => watch.status().state === "ok", "everything to be read");
    expect(names()).toEqual(["a"]);
    expect(watch.current()).toMatchObject({ cluster: "west", asOf: now, unread: [] });
    expect(opened(PODS)?.query.get("resourceVersion")).toBe("100");
    let changes = 0;
    const stop = watch.onChange(() => changes++);
    opened(PODS)?.send("ADDED", pod("b", "101"));
    await until(() => names().length === 2, "the new pod");
    opened(PODS)?.send("MODIFIED", { ...pod("b", "102"), status: { phase: "Succeeded" } });
    opened(PODS)?.send("DELETED", pod("a", "103"));
    now += 7;
    await until(() => names().length === 0, "the pods to go");
    expect(watch.current()?.workloads.get("shop/a")?.goneAt).toBe(now);
    expect(changes).toBeGreaterThanOrEqual(2);
    stop();
  });

  test("is there once all is listed, though a proxy holds back the watches' headers until something happens", async () => {
    fake.lists.set(PODS, [pod("a")]);
    fake.script = (_, { query }) => query.get("watch") === "true";
    start();
    await until(() => names().join() === "a", "the lists alone");
    expect(watch.current()).toMatchObject({ asOf: now, unread: [] });
    now += 30;
    expect(watch.status()).toMatchObject({ state: "ok", asOf: now - 30 });
  });

  test("small objects alone are asked for where owners are all that counts", async () => {
    start();
    await allOpen();
    const accepts = fake.seen.filter(({ path }) => path.endsWith("replicasets")).map(({ headers }) => headers.accept);
    expect(accepts[0]).toContain("PartialObjectMetadataList");
    expect(accepts[1]).toContain("PartialObjectMetadata;");
  });

  test("is known to be current for as long as the watches are open", async () => {
    start();
    await until(() => watch.status().state === "ok" && watch.current() !== null, "everything to be read");
    const before = watch.current();
    now += 30;
    // All is listed before the last watch is open.
    await until(() => watch.current()?.asOf === now, "the watches to be open");
    expect(watch.current()?.workloads).toBe(before?.workloads);
    expect(watch.status()).toMatchObject({ asOf: now, since: expect.any(Number) });
  });
});

describe("what goes wrong", () => {
  test("a version that is too old is listed again; nothing flashes, nothing is lost", async () => {
    fake.lists.set(PODS, [pod("a"), pod("b")]);
    start();
    await until(() => names().length === 2, "the list");
    const seen = new Set<string>();
    watch.onChange(() => seen.add(names().join()));
    fake.lists.set(PODS, [pod("b"), pod("c")]);
    fake.resourceVersion = 200;
    opened(PODS)?.send("ERROR", { kind: "Status", code: 410, reason: "Expired" });
    await until(() => names().join() === "b,c", "the new list");
    await until(() => opened(PODS)?.query.get("resourceVersion") === "200", "the new watch");
    expect([...seen].filter((state) => state !== "a,b")).toEqual(["b,c"]);
    expect(watch.current()?.workloads.get("shop/a")?.goneAt).toBe(now);
  });

  test("a cut watch continues where it was, without a list", async () => {
    start();
    await allOpen();
    opened(PODS)?.send("BOOKMARK", { metadata: { resourceVersion: "150" } });
    opened(PODS)?.end();
    await until(() => opened(PODS)?.query.get("resourceVersion") === "150", "the watch to return");
    const lists = fake.seen.filter(({ path, query }) => path === PODS && !query.has("watch"));
    expect(lists).toHaveLength(1);
    opened(PODS)?.cut();
    await until(
      () => fake.seen.filter(({ path, query }) => path === PODS && query.get("resourceVersion") === "150").length === 2,
      "another",
    );
  });

  test("kinds that may not be read, or don't exist, are named; the others work", async () => {
    fake.lists.set(PODS, [pod("a")]);
    fake.lists.delete(SERVICE_ENTRIES);
    let forbidden = true;
    fake.script = (response, { path }) => {
      if (!forbidden || path !== "/api/v1/services") return false;
      status(response, 403, "Forbidden", "no");
      return true;
    };
    start();
    await until(() => names().length === 1 && watch.status().state === "partial", "the rest");
    await until(() => watch.current()?.unread.length === 2, "both to be named");
    expect(watch.current()?.unread).toEqual([
      { kind: "services", detail: 'No right to list services in all namespaces of cluster "west".', code: "forbidden" },
      {
        kind: "serviceentries.networking.istio.io",
        detail: 'Cluster "west" has no such serviceentries.networking.istio.io.',
        code: "not_found",
      },
    ]);
    expect(watch.status().problem?.code).toBe("forbidden");
    const asked = new Set(fake.seen.map(({ path }) => path));
    expect(asked).toContain("/apis/networking.istio.io/v1beta1/serviceentries");
    forbidden = false;
    await until(() => watch.status().state === "ok", "the right to be seen");
    await until(() => watch.current()?.unread.length === 1, "only what doesn't exist to be named");
  });

  test("a kind that may be listed but not watched is listed again and again, and says so", async () => {
    fake.lists.set(PODS, [pod("a")]);
    fake.script = (response, { path, query }) => {
      if (path !== PODS || !query.has("watch")) return false;
      status(response, 403, "Forbidden", "no");
      return true;
    };
    start();
    await until(() => names().join() === "a" && watch.status().state === "partial", "the first list");
    expect(watch.status().problem?.detail).toBe('No right to watch pods in all namespaces of cluster "west".');
    fake.lists.set(PODS, [pod("b")]);
    await until(() => names().join() === "b", "the next list");
  });

  test("a version that the server doesn't know any more is no dead end", async () => {
    fake.lists.set(PODS, [pod("a")]);
    fake.script = (response, { path, query }) => {
      if (path !== PODS || query.get("resourceVersion") !== "100") return false;
      status(response, 504, "Timeout", "Too large resource version: 100, current: 7");
      return true;
    };
    start();
    await until(() => fake.seen.some(({ path, query }) => path === PODS && query.has("watch")), "the refused watch");
    fake.resourceVersion = 7;
    await until(() => opened(PODS)?.query.get("resourceVersion") === "7", "a watch from the new list");
    await until(() => watch.status().state === "ok", "everything to be read");
  });

  test("an API server that goes: what was known stays, with its age; it heals by itself", async () => {
    fake.lists.set(PODS, [pod("a")]);
    start();
    await until(() => watch.status().state === "ok" && names().length === 1, "the list");
    const last = now;
    now += 1;
    fake.script = (response) => response.destroy() && true;
    for (const open of [...fake.watches]) open.cut();
    await until(() => watch.status().state === "stale", "the loss to be seen");
    now += 60;
    expect(watch.status()).toMatchObject({ state: "stale", problem: { code: "upstream_unreachable" } });
    expect(watch.status().asOf).toBeLessThanOrEqual(last + 1);
    expect(watch.current()).toMatchObject({ workloads: expect.anything() });
    expect(names()).toEqual(["a"]);
    fake.lists.set(PODS, [pod("b")]);
    fake.script = () => false;
    await until(() => watch.status().state === "ok", "the return");
    // The versions from before are still good, so watches continue without a list until one is asked for.
    opened(PODS)?.send("ERROR", { kind: "Status", code: 410, reason: "Gone" });
    await until(() => names().join() === "b", "the new list");
  });

  test("one that was never there: no inventory, and the reason", async () => {
    fake.script = (response) => {
      status(response, 401, "Unauthorized", "no");
      return true;
    };
    start();
    await until(() => watch.status().problem !== undefined, "the reason");
    expect(watch.status()).toMatchObject({ state: "down", asOf: null, problem: { code: "upstream_unauthorised" } });
    expect(watch.current()).toBeNull();
  });

  test("objects it can't read are counted", async () => {
    fake.lists.set(PODS, [pod("a"), { metadata: {} }, null]);
    start();
    await until(() => names().length === 1, "the rest");
    expect(watch.status().warnings).toEqual(["2 pods could not be read and are left out."]);
  });

  test("closing ends every watch on the server", async () => {
    start();
    await allOpen();
    await watch.close();
    await until(() => fake.watches.length === 0, "the server to see it");
  });
});
