import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ApiServer } from "../apiserver/server.ts";
import { startApiServer } from "../apiserver/server.ts";
import type { Kube } from "./client.ts";
import { createKube, KubeError } from "./client.ts";
import { follow } from "./informer.ts";
import type { KubeObject } from "./object.ts";
import { RESOURCES } from "./object.ts";

let api: ApiServer;
let kube: Kube;
let stop: AbortController;

beforeEach(async () => {
  api = await startApiServer();
  kube = createKube({ server: api.url, ca: api.caPem, token: api.tokens.admin });
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  kube.close();
  await api.close();
});

const map = (name: string, data: Record<string, string> = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default" },
  data,
});

function collect(): {
  readonly names: () => string[];
  readonly store: Map<string, KubeObject>;
  readonly synced: Promise<void>;
} {
  const store = new Map<string, KubeObject>();
  const { synced } = follow(
    kube,
    RESOURCES.ConfigMap,
    { upsert: (o) => store.set(o.metadata.name, o), remove: (o) => store.delete(o.metadata.name) },
    stop.signal,
  );
  return { names: () => [...store.keys()].filter((n) => n.startsWith("m-")).sort(), store, synced };
}

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5000; !holds(); ) {
    if (Date.now() > deadline) throw new Error("not within five seconds");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("follow", () => {
  it("lists what is there, then hears of every change", async () => {
    await kube.create(RESOURCES.ConfigMap, map("m-1"));
    const seen = collect();
    await seen.synced;
    expect(seen.names()).toEqual(["m-1"]);
    await kube.create(RESOURCES.ConfigMap, map("m-2"));
    await kube.patch(RESOURCES.ConfigMap, "default", "m-1", { data: { a: "b" } });
    await kube.remove(RESOURCES.ConfigMap, "default", "m-2");
    await until(() => seen.store.get("m-1")?.["data"] !== undefined && seen.names().length === 1);
  });

  it("starts over when its version is forgotten, and hands over what went meanwhile", async () => {
    await kube.create(RESOURCES.ConfigMap, map("m-1"));
    const seen = collect();
    await seen.synced;
    await kube.remove(RESOURCES.ConfigMap, "default", "m-1");
    api.compact();
    await kube.create(RESOURCES.ConfigMap, map("m-3"));
    await until(() => seen.names().join() === "m-3");
  });
});

describe("createKube", () => {
  it("tells refusals apart", async () => {
    await expect(kube.get(RESOURCES.ConfigMap, "default", "nobody")).rejects.toMatchObject({
      code: 404,
      reason: "NotFound",
    });
    await kube.create(RESOURCES.ConfigMap, map("m-1"));
    await expect(kube.create(RESOURCES.ConfigMap, map("m-1"))).rejects.toMatchObject({
      code: 409,
      reason: "AlreadyExists",
    });
    await expect(kube.remove(RESOURCES.ConfigMap, "default", "nobody")).resolves.toBeUndefined();
    const stranger = createKube({ server: api.url, ca: api.caPem, token: "nobody's" });
    await expect(stranger.list(RESOURCES.ConfigMap)).rejects.toMatchObject({ code: 401 });
    stranger.close();
    const nowhere = createKube({ server: "https://127.0.0.1:1", ca: api.caPem, token: "x" });
    await expect(nowhere.list(RESOURCES.ConfigMap)).rejects.toBeInstanceOf(KubeError);
    nowhere.close();
  });
});
