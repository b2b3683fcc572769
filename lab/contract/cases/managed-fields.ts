/**
 * Who owns which fields, after sequences of writes by several managers. The sequences are made from fixed seeds; what the
 * real server answered to them is kept in recorded/ (written anew by running the contract on it with vitest's -u).
 */
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
import { type Subjects, sequence } from "./write-sequence.ts";

/** managedFields without times, in an order that doesn't depend on them. */
function ownersOf(thing: Thing): unknown[] {
  const entries = (at(thing, "metadata", "managedFields") ?? []) as readonly Record<string, unknown>[];
  return entries
    .map(({ time: _, ...entry }) => entry)
    .sort((a, b) => (JSON.stringify({ ...a, fieldsV1: null }) < JSON.stringify({ ...b, fieldsV1: null }) ? -1 : 1));
}

/** What counts of an answer: the client's part of the object and its owners, or the failure with its causes in order. */
function summary(body: unknown, bumped: boolean): unknown {
  const thing = body as Thing;
  if (thing.kind === "Status") {
    const { code, reason, message, details } = body as Failure;
    const causes = [...(details?.causes ?? [])].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    return { code, reason, message: causes.length > 0 ? message : message.replace(/contract-\w+/g, "NS"), causes };
  }
  const { labels, annotations, generation } = thing.metadata as Thing["metadata"] & { annotations?: unknown };
  const spec = { ...(thing["spec"] as object) } as Record<string, unknown>;
  for (const name of ["clusterIP", "clusterIPs"]) delete spec[name];
  return {
    labels,
    annotations,
    generation,
    bumped,
    spec,
    data: thing["data"],
    status: thing["status"],
    owners: ownersOf(thing),
  };
}

/** Members by name: their order is nobody's promise. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, ordered(inner)]));
}

const kinds: readonly Subjects[] = [
  "ConfigMap",
  "Service",
  "Deployment",
  "VirtualService",
  "DestinationRule",
  "HTTPRoute",
];

/** Registers the cases of metadata.managedFields. */
export function managedFieldsCases(get: () => Subject): void {
  it.each(kinds.flatMap((kind) => [1, 2, 3].map((seed) => [kind, seed] as const)))(
    "tracks the owners of a %s as the real server does (sequence %i)",
    async (kind, seed) => {
      const subject = get();
      const namespace = await subject.namespace();
      const results: unknown[] = [];
      let version: string | undefined;
      for (const step of sequence(kind, seed, 14)) {
        const { method, path, contentType, body, note } = step(namespace);
        const answer = await subject.request(method, path, { body, contentType });
        const now = (answer.body as Thing).metadata.resourceVersion as string | undefined;
        results.push({ note, status: answer.status, result: summary(answer.body, now !== version) });
        version = now ?? version;
      }
      const text = results.map((result) => `${JSON.stringify(ordered(result))}\n`).join("");
      await expect(text).toMatchFileSnapshot(`./recorded/${kind}-${seed}.jsonl`);
    },
  );

  it("names an updater by what it says, else by its user agent", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    const said = await subject.ok("POST", `${path}?fieldManager=me`, { body: configMap("a", { x: "1" }, { l: "1" }) });
    expect(ownersOf(said)).toEqual([
      {
        manager: "me",
        operation: "Update",
        apiVersion: "v1",
        fieldsType: "FieldsV1",
        fieldsV1: { "f:data": { ".": {}, "f:x": {} }, "f:metadata": { "f:labels": { ".": {}, "f:l": {} } } },
      },
    ]);
    expect(at(said, "metadata", "managedFields", 0, "time")).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const unnamed = await subject.ok("POST", path, { body: configMap("b", { x: "1" }) });
    expect(at(unnamed, "metadata", "managedFields", 0, "manager")).toBe("unknown");
  });

  it("leaves owners, times and version alone where nothing changes", async () => {
    const subject = get();
    const path = paths.virtualServices(await subject.namespace());
    const made = await subject.ok("POST", `${path}?fieldManager=a`, { body: virtualService("v") });
    const body = { ...virtualService("v"), metadata: { name: "v", resourceVersion: made.metadata.resourceVersion } };
    const again = await subject.ok("PUT", `${path}/v?fieldManager=b`, { body });
    expect(again.metadata).toEqual(made.metadata);
  });

  it.each([[[]], [[{}]]])("forgets all owners when told %j, until somebody applies", async (managedFields) => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    await subject.ok("POST", `${path}?fieldManager=a`, { body: configMap("c", { x: "1" }) });
    const body = { ...configMap("c", { x: "1" }), metadata: { name: "c", managedFields } };
    expect(at(await subject.ok("PUT", `${path}/c`, { body }), "metadata", "managedFields")).toBeUndefined();
    const changed = await subject.ok("PUT", `${path}/c`, { body: configMap("c", { x: "2" }) });
    expect(at(changed, "metadata", "managedFields")).toBeUndefined();
    const applied = await subject.ok("PATCH", `${path}/c?fieldManager=b`, {
      body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { y: "1" } },
      contentType: "application/apply-patch+yaml",
    });
    expect(ownersOf(applied)).toMatchObject([
      { manager: "b", operation: "Apply", fieldsV1: { "f:data": { "f:y": {} } } },
      { manager: "before-first-apply", operation: "Update", fieldsV1: { "f:data": { ".": {}, "f:x": {} } } },
    ]);
  });

  it("tracks status and scale under their subresource", async () => {
    const subject = get();
    const path = paths.deployments(await subject.namespace());
    await subject.ok("POST", `${path}?fieldManager=a`, { body: deployment("web") });
    await subject.ok("PATCH", `${path}/web/status?fieldManager=controller`, {
      body: { status: { observedGeneration: 1, replicas: 1 } },
      contentType: "application/merge-patch+json",
    });
    await subject.ok("PATCH", `${path}/web/scale?fieldManager=scaler`, {
      body: { spec: { replicas: 3 } },
      contentType: "application/merge-patch+json",
    });
    const owners = ownersOf(await subject.ok("GET", `${path}/web`)) as { manager: string; fieldsV1: object }[];
    expect(owners.find(({ manager }) => manager === "controller")).toMatchObject({
      subresource: "status",
      fieldsV1: { "f:status": { "f:observedGeneration": {}, "f:replicas": {} } },
    });
    expect(owners.find(({ manager }) => manager === "scaler")).toMatchObject({
      subresource: "scale",
      operation: "Update",
      apiVersion: "apps/v1",
      fieldsV1: { "f:spec": { "f:replicas": {} } },
    });
    expect(at(owners.find(({ manager }) => manager === "a")?.fieldsV1, "f:spec", "f:replicas")).toBeUndefined();
  });

  it("joins the oldest of more than ten updaters", async () => {
    const subject = get();
    const path = paths.configMaps(await subject.namespace());
    await subject.ok("POST", `${path}?fieldManager=m00`, { body: configMap("c", { k00: "1" }) });
    for (let i = 1; i < 13; i++) {
      const name = String(i).padStart(2, "0");
      await subject.ok("PATCH", `${path}/c?fieldManager=m${name}`, {
        body: { data: { [`k${name}`]: "1" } },
        contentType: "application/merge-patch+json",
      });
    }
    const owners = ownersOf(await subject.ok("GET", `${path}/c`)) as { manager: string }[];
    expect(owners.length).toBe(10);
    expect(owners.map(({ manager }) => manager)).toContain("ancient-changes");
  });
}
