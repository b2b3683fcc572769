/** Deletion: answers, preconditions, finalizers, whole collections. */
import { expect, it } from "vitest";
import { configMap, paths, pod, type Subject, virtualService } from "../subject.ts";

/** Registers the cases of deletion. */
export function deletionCases(get: () => Subject): void {
  it("removes an object and says which", async () => {
    const subject = get();
    const path = paths.virtualServices(await subject.namespace());
    const made = await subject.ok("POST", path, { body: virtualService("reviews") });
    expect(await subject.ok("DELETE", `${path}/reviews`)).toMatchObject({
      kind: "Status",
      status: "Success",
      details: { name: "reviews", group: "networking.istio.io", kind: "virtualservices", uid: made.metadata.uid },
    });
    expect(await subject.fails("GET", `${path}/reviews`)).toMatchObject({ code: 404, reason: "NotFound" });
    expect(await subject.fails("DELETE", `${path}/reviews`)).toMatchObject({ code: 404, reason: "NotFound" });
  });

  it("answers the object itself for a pod", async () => {
    const subject = get();
    const path = paths.pods(await subject.namespace());
    await subject.ok("POST", path, { body: pod("web-1") });
    expect(await subject.ok("DELETE", `${path}/web-1`)).toMatchObject({ kind: "Pod", metadata: { name: "web-1" } });
    expect(await subject.fails("GET", `${path}/web-1`)).toMatchObject({ code: 404 });
  });

  it("deletes on conditions only", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    const made = await subject.ok("POST", path, { body: configMap("settings") });
    const options = (preconditions: object): { body: object } => ({
      body: { kind: "DeleteOptions", apiVersion: "v1", preconditions },
    });
    for (const wrong of [{ uid: "00000000-0000-4000-8000-000000000000" }, { resourceVersion: "1" }])
      expect(await subject.fails("DELETE", `${path}/settings`, options(wrong))).toMatchObject({
        code: 409,
        reason: "Conflict",
      });
    const { uid, resourceVersion } = made.metadata;
    expect(await subject.ok("DELETE", `${path}/settings`, options({ uid, resourceVersion }))).toMatchObject({
      status: "Success",
    });
  });

  it("waits for finalizers, and goes with the last of them", async () => {
    const subject = get();
    const path = paths.virtualServices(await subject.namespace());
    const body = {
      ...virtualService("reviews"),
      metadata: { name: "reviews", finalizers: ["example.com/a", "example.com/b"] },
    };
    const made = await subject.ok("POST", path, { body });
    const marked = await subject.ok("DELETE", `${path}/reviews`);
    expect(marked).toMatchObject({
      kind: "VirtualService",
      metadata: { deletionGracePeriodSeconds: 0, generation: 2 },
    });
    expect(marked.metadata.deletionTimestamp).toBeDefined();
    const again = await subject.ok("DELETE", `${path}/reviews`);
    expect(again.metadata.deletionTimestamp).toBe(marked.metadata.deletionTimestamp);
    expect(again.metadata.uid).toBe(made.metadata.uid);
    const finalizers = async (left: readonly string[]): Promise<void> => {
      await subject.ok("PATCH", `${path}/reviews`, {
        body: { metadata: { finalizers: left } },
        contentType: "application/merge-patch+json",
      });
    };
    await finalizers(["example.com/b"]);
    expect((await subject.ok("GET", `${path}/reviews`)).metadata.finalizers).toEqual(["example.com/b"]);
    await finalizers([]);
    expect(await subject.fails("GET", `${path}/reviews`)).toMatchObject({ code: 404 });
  });

  it("deletes what a selector selects, in one namespace", async () => {
    const subject = get();
    const [here, there] = [await subject.namespace(), await subject.namespace()];
    for (const namespace of [here, there])
      for (const [name, app] of [
        ["a", "x"],
        ["b", "x"],
        ["c", "y"],
      ] as const)
        await subject.ok("POST", paths.configMaps(namespace), { body: configMap(name, {}, { app }) });
    await subject.ok("DELETE", `${paths.configMaps(here)}?labelSelector=app%3Dx`);
    const names = async (namespace: string): Promise<string[]> =>
      (await subject.list(`${paths.configMaps(namespace)}?labelSelector=app`)).items.map((item) => item.metadata.name);
    expect(await names(here)).toEqual(["c"]);
    expect(await names(there)).toEqual(["a", "b", "c"]);
  });
}
