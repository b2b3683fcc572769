/** Watches: which events come, in which order, and how a watch fails. */
import { expect, it } from "vitest";
import type { WatchEvent, WatchStream } from "../http.ts";
import { causesOf, configMap, paths, type Subject, virtualService } from "../subject.ts";

/** The next event that isn't a bookmark, as `TYPE name`. */
async function seen(stream: WatchStream): Promise<string> {
  for (;;) {
    const event = await stream.next();
    if (event === null) return "end";
    if (event.type !== "BOOKMARK") return `${event.type} ${event.object.metadata.name}`;
  }
}

async function merge(subject: Subject, path: string, body: object): Promise<void> {
  await subject.ok("PATCH", path, { body, contentType: "application/merge-patch+json" });
}

/** Registers the cases of watches. */
export function watchCases(get: () => Subject): void {
  it("tells every change after a version, in order, with the object as it became", async () => {
    const subject = get();
    const path = paths.virtualServices(await subject.namespace());
    const { metadata } = await subject.list(path);
    const stream = await subject.watch(`${path}?watch=true&resourceVersion=${metadata.resourceVersion}`);
    await subject.ok("POST", path, { body: virtualService("reviews") });
    await merge(subject, `${path}/reviews`, { spec: { hosts: ["ratings"] } });
    await subject.ok("DELETE", `${path}/reviews`);
    const events: WatchEvent[] = [];
    while (events.length < 3) {
      const event = await stream.next();
      if (event === null) break;
      events.push(event);
    }
    expect(events.map((event) => event.type)).toEqual(["ADDED", "MODIFIED", "DELETED"]);
    expect(events[1]?.object).toMatchObject({
      kind: "VirtualService",
      apiVersion: "networking.istio.io/v1",
      spec: { hosts: ["ratings"] },
    });
    expect(events[2]?.object).toMatchObject({ spec: { hosts: ["ratings"] } });
    const versions = events.map((event) => Number(event.object.metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBe(3);
    stream.close();
  });

  it("replays what happened since the version before it goes on", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    const { metadata } = await subject.list(path);
    await subject.ok("POST", path, { body: configMap("a") });
    await subject.ok("POST", path, { body: configMap("b") });
    await subject.ok("DELETE", `${path}/a`);
    const stream = await subject.watch(`${path}?watch=1&resourceVersion=${metadata.resourceVersion}`);
    expect([await seen(stream), await seen(stream), await seen(stream)]).toEqual(["ADDED a", "ADDED b", "DELETED a"]);
    await subject.ok("POST", path, { body: configMap("c") });
    expect(await seen(stream)).toBe("ADDED c");
    stream.close();
  });

  it.each(["", "&resourceVersion=0"])(
    "begins with what is there when no version is asked for (%j)",
    async (version) => {
      const subject = get();
      const path = paths.configMaps(await subject.namespace());
      for (const name of ["a", "b"]) await subject.ok("POST", path, { body: configMap(name) });
      const stream = await subject.watch(`${path}?watch=true${version}`);
      expect([await seen(stream), await seen(stream)].sort()).toEqual(["ADDED a", "ADDED b"]);
      await subject.ok("DELETE", `${path}/a`);
      expect(await seen(stream)).toBe("DELETED a");
      stream.close();
    },
  );

  it("shows one namespace, one name and what a selector selects; leaving the selection is a deletion", async () => {
    const subject = get();
    const [here, there] = [await subject.namespace(), await subject.namespace()];
    const path = paths.configMaps(here);
    const { metadata } = await subject.list(path);
    const from = `watch=true&resourceVersion=${metadata.resourceVersion}`;
    const selected = await subject.watch(`${path}?${from}&labelSelector=app%3Dx`);
    const named = await subject.watch(`${path}?${from}&fieldSelector=metadata.name%3Db`);
    await subject.ok("POST", paths.configMaps(there), { body: configMap("elsewhere", {}, { app: "x" }) });
    await subject.ok("POST", path, { body: configMap("a", {}, { app: "y" }) });
    await merge(subject, `${path}/a`, { metadata: { labels: { app: "x" } } });
    await merge(subject, `${path}/a`, { data: { k: "v" } });
    await merge(subject, `${path}/a`, { metadata: { labels: { app: "z" } } });
    await subject.ok("DELETE", `${path}/a`);
    await subject.ok("POST", path, { body: configMap("b", {}, { app: "x" }) });
    const events: string[] = [];
    while (events.at(-1) !== "ADDED b") events.push(await seen(selected));
    expect(events).toEqual(["ADDED a", "MODIFIED a", "DELETED a", "ADDED b"]);
    expect(await seen(named)).toBe("ADDED b");
    selected.close();
    named.close();
  });

  it("sends an object that left the selection as it was, with the version of its leaving", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    const made = await subject.ok("POST", path, { body: configMap("a", {}, { app: "x" }) });
    const stream = await subject.watch(
      `${path}?watch=true&resourceVersion=${made.metadata.resourceVersion}&labelSelector=app%3Dx`,
    );
    const left = await subject.ok("PATCH", `${path}/a`, {
      body: { metadata: { labels: { app: "y" } } },
      contentType: "application/merge-patch+json",
    });
    expect(await stream.next()).toMatchObject({
      type: "DELETED",
      object: { metadata: { labels: { app: "x" }, resourceVersion: left.metadata.resourceVersion } },
    });
    stream.close();
  });

  it("tells a finalized deletion as a modification first", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    const body = { ...configMap("a"), metadata: { name: "a", finalizers: ["example.com/wait"] } };
    const made = await subject.ok("POST", path, { body });
    const stream = await subject.watch(`${path}?watch=true&resourceVersion=${made.metadata.resourceVersion}`);
    await subject.ok("DELETE", `${path}/a`);
    await merge(subject, `${path}/a`, { metadata: { finalizers: null } });
    expect([await seen(stream), await seen(stream)]).toEqual(["MODIFIED a", "DELETED a"]);
    stream.close();
  });

  it("ends after timeoutSeconds", async () => {
    const subject = get();
    const { metadata } = await subject.list("/api/v1/configmaps?limit=1");
    const stream = await subject.watch(
      `/api/v1/configmaps?watch=true&timeoutSeconds=1&resourceVersion=${metadata.resourceVersion}&fieldSelector=metadata.name%3Dnothing`,
    );
    expect(await seen(stream)).toBe("end");
  });

  it("tells a version that is gone as an ERROR event of code 410", async () => {
    const subject = get();
    const path = `/api/v1/namespaces/${await subject.namespace()}/secrets`;
    const make = (name: string): Promise<unknown> =>
      subject.ok("POST", path, { body: { apiVersion: "v1", kind: "Secret", metadata: { name } } });
    const { metadata } = await subject.list(path);
    await make("a");
    await make("b");
    await subject.target.compact();
    const stream = await subject.watch(`${path}?watch=true&resourceVersion=${metadata.resourceVersion}`);
    expect(stream.status).toBe(200);
    expect(await stream.next()).toMatchObject({
      type: "ERROR",
      object: { kind: "Status", code: 410, reason: "Expired" },
    });
    expect(await stream.next()).toBeNull();
  });

  it("shows objects in the version the watcher asks for", async () => {
    const subject = get();
    const namespace = await subject.namespace();
    const { metadata } = await subject.list(paths.virtualServices(namespace));
    const stream = await subject.watch(
      `${paths.virtualServices(namespace, "v1alpha3")}?watch=true&resourceVersion=${metadata.resourceVersion}`,
    );
    await subject.ok("POST", paths.virtualServices(namespace), { body: virtualService("reviews") });
    expect(await stream.next()).toMatchObject({
      type: "ADDED",
      object: { apiVersion: "networking.istio.io/v1alpha3" },
    });
    stream.close();
  });

  it("refuses initial events that don't say how old they may be", async () => {
    const failure = await get().fails("GET", "/api/v1/configmaps?watch=true&sendInitialEvents=true");
    expect(failure).toMatchObject({ code: 422, reason: "Invalid" });
    expect(causesOf(failure)).toEqual(["FieldValueForbidden resourceVersionMatch"]);
  });
}
