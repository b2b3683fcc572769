/** In what built-in kinds differ from each other: generation, PUT without a version or without an object, DELETE's answer. */
import { expect, it } from "vitest";
import { at, deployment, pod, type Subject } from "../subject.ts";

interface Trait {
  readonly kind: string;
  readonly group: string;
  readonly plural: string;
  readonly rest: object;
  /** Of a new object; absent where the kind has none. */
  readonly generation?: number;
  readonly createdByPut?: boolean;
  readonly needsVersion?: boolean;
  /** What DELETE answers. */
  readonly deleted: "Status" | "object";
}

const workload = { spec: at(deployment("x"), "spec") };
const traits: readonly Trait[] = [
  {
    kind: "Pod",
    group: "api/v1",
    plural: "pods",
    rest: { spec: at(pod("x"), "spec") },
    generation: 1,
    deleted: "object",
  },
  {
    kind: "Service",
    group: "api/v1",
    plural: "services",
    rest: { spec: { ports: [{ port: 1 }] } },
    createdByPut: true,
    deleted: "object",
  },
  { kind: "Endpoints", group: "api/v1", plural: "endpoints", rest: {}, createdByPut: true, deleted: "Status" },
  { kind: "ServiceAccount", group: "api/v1", plural: "serviceaccounts", rest: {}, deleted: "object" },
  { kind: "ConfigMap", group: "api/v1", plural: "configmaps", rest: {}, deleted: "Status" },
  { kind: "Secret", group: "api/v1", plural: "secrets", rest: {}, deleted: "Status" },
  {
    kind: "Deployment",
    group: "apis/apps/v1",
    plural: "deployments",
    rest: workload,
    generation: 1,
    deleted: "Status",
  },
  {
    kind: "ReplicaSet",
    group: "apis/apps/v1",
    plural: "replicasets",
    rest: workload,
    generation: 1,
    deleted: "Status",
  },
  {
    kind: "StatefulSet",
    group: "apis/apps/v1",
    plural: "statefulsets",
    rest: workload,
    generation: 1,
    deleted: "Status",
  },
  { kind: "DaemonSet", group: "apis/apps/v1", plural: "daemonsets", rest: workload, generation: 1, deleted: "Status" },
  {
    kind: "EndpointSlice",
    group: "apis/discovery.k8s.io/v1",
    plural: "endpointslices",
    rest: { addressType: "IPv4", endpoints: [{ addresses: ["10.1.1.1"] }], ports: [{ port: 80 }] },
    generation: 1,
    deleted: "Status",
  },
  {
    kind: "Lease",
    group: "apis/coordination.k8s.io/v1",
    plural: "leases",
    rest: { spec: { holderIdentity: "me" } },
    createdByPut: true,
    needsVersion: true,
    deleted: "Status",
  },
];

/** Registers one case a built-in kind. */
export function traitCases(get: () => Subject): void {
  it.each(traits)("treats a $kind as its strategy says", async (trait) => {
    const subject = get();
    const path = `/${trait.group}/namespaces/${await subject.namespace()}/${trait.plural}`;
    const apiVersion = trait.group.replace(/^apis?\//, "");
    const body = (name: string): object => ({ apiVersion, kind: trait.kind, metadata: { name }, ...trait.rest });
    const made = await subject.ok("POST", path, { body: body("x") });
    expect(made.metadata.generation).toBe(trait.generation);
    const unconditional = await subject.request("PUT", `${path}/x`, { body: body("x") });
    expect(unconditional.status).toBe(trait.needsVersion === true ? 422 : 200);
    const absent = await subject.request("PUT", `${path}/y`, { body: body("y") });
    expect(absent.status).toBe(trait.createdByPut === true ? 201 : 404);
    const deleted = await subject.ok("DELETE", `${path}/x`);
    expect(deleted.kind).toBe(trait.deleted === "object" ? trait.kind : "Status");
    expect((await subject.fails("GET", `${path}/x`)).code).toBe(404);
  });

  it("answers a deleted namespace as terminating", async () => {
    const subject = get();
    const namespace = await subject.namespace();
    const deleted = await subject.ok("DELETE", `/api/v1/namespaces/${namespace}`);
    expect(deleted).toMatchObject({ kind: "Namespace", status: { phase: "Terminating" } });
    expect(deleted.metadata.deletionTimestamp).toBeDefined();
  });

  it("removes a pod of a node at once when no grace is given", async () => {
    const subject = get();
    const path = `/api/v1/namespaces/${await subject.namespace()}/pods`;
    await subject.ok("POST", path, { body: pod("x", {}, "node-1") });
    await subject.ok("DELETE", `${path}/x?gracePeriodSeconds=0`);
    expect((await subject.fails("GET", `${path}/x`)).code).toBe(404);
  });
}
