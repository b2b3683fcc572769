/** What a client can find out about the server. */
import { expect, it } from "vitest";
import { at, paths, type Subject, virtualService } from "../subject.ts";

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
}

const groups: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "/api/v1",
    "v1",
    ["configmaps", "endpoints", "events", "namespaces", "pods", "secrets", "serviceaccounts", "services"],
  ],
  ["/apis/apps/v1", "apps/v1", ["daemonsets", "deployments", "replicasets", "statefulsets"]],
  ["/apis/batch/v1", "batch/v1", ["cronjobs", "jobs"]],
  ["/apis/discovery.k8s.io/v1", "discovery.k8s.io/v1", ["endpointslices"]],
  ["/apis/coordination.k8s.io/v1", "coordination.k8s.io/v1", ["leases"]],
  [
    "/apis/networking.istio.io/v1",
    "networking.istio.io/v1",
    ["destinationrules", "gateways", "serviceentries", "sidecars", "virtualservices"],
  ],
  [
    "/apis/security.istio.io/v1",
    "security.istio.io/v1",
    ["authorizationpolicies", "peerauthentications", "requestauthentications"],
  ],
  ["/apis/gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1", ["gateways", "grpcroutes", "httproutes"]],
];

/** Registers the cases of discovery. */
export function discoveryCases(get: () => Subject): void {
  it.each(groups)("lists the resources of %s", async (path, groupVersion, expected) => {
    const list = await get().ok("GET", path);
    expect(list).toMatchObject({ kind: "APIResourceList", groupVersion });
    const resources = list["resources"] as readonly ApiResource[];
    expect(resources.map((resource) => resource.name)).toEqual(expect.arrayContaining([...expected]));
    for (const name of expected) {
      const resource = resources.find((candidate) => candidate.name === name);
      expect([...(resource?.verbs ?? [])].sort()).toEqual(
        // A namespace can only be deleted by name.
        ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"].filter(
          (verb) => name !== "namespaces" || verb !== "deletecollection",
        ),
      );
      expect(resource?.namespaced).toBe(name !== "namespaces");
    }
  });

  it("names groups, their versions and the preferred one", async () => {
    const subject = get();
    expect(await subject.ok("GET", "/api")).toMatchObject({ kind: "APIVersions", versions: ["v1"] });
    const list = (await subject.ok("GET", "/apis"))["groups"] as readonly {
      name: string;
      versions: readonly { version: string }[];
    }[];
    const istio = list.find((group) => group.name === "networking.istio.io");
    expect(istio?.versions.map((entry) => entry.version)).toEqual(["v1", "v1beta1", "v1alpha3"]);
    expect(await subject.ok("GET", "/apis/networking.istio.io")).toMatchObject({
      kind: "APIGroup",
      preferredVersion: { groupVersion: "networking.istio.io/v1", version: "v1" },
    });
  });

  it("tells short names", async () => {
    const resources = (await get().ok("GET", "/apis/networking.istio.io/v1"))["resources"] as readonly ApiResource[];
    expect(resources.find((resource) => resource.name === "virtualservices")?.shortNames).toEqual(["vs"]);
  });

  it("lists the CRDs as established", async () => {
    const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const list = await get().list(path);
    const names = list.items.map((item) => item.metadata.name);
    expect(names).toEqual(
      expect.arrayContaining(["virtualservices.networking.istio.io", "httproutes.gateway.networking.k8s.io"]),
    );
    const crd = await get().ok("GET", `${path}/virtualservices.networking.istio.io`);
    const conditions = at(crd, "status", "conditions") as readonly { type: string; status: string }[];
    expect(conditions).toEqual(
      expect.arrayContaining([expect.objectContaining({ type: "Established", status: "True" })]),
    );
  });

  it("answers its version and that it is well", async () => {
    const subject = get();
    expect(await subject.ok("GET", "/version")).toMatchObject({ major: "1", minor: "36" });
    for (const path of ["/healthz", "/readyz", "/livez"])
      expect(await subject.request("GET", path)).toMatchObject({ status: 200, text: "ok" });
  });

  it("tells a user who they are", async () => {
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
    const review = await get().ok("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", { body });
    expect(review).toMatchObject({
      kind: "SelfSubjectReview",
      status: { userInfo: { username: "admin", groups: ["system:masters", "system:authenticated"] } },
    });
  });

  it("publishes OpenAPI documents whose schemas name their kinds", async () => {
    const subject = get();
    const index = JSON.parse((await subject.request("GET", "/openapi/v3")).text) as {
      paths: Record<string, { serverRelativeURL: string }>;
    };
    for (const [group, kind] of [
      ["apis/networking.istio.io/v1", "VirtualService"],
      ["apis/apps/v1", "Deployment"],
      ["api/v1", "Pod"],
    ] as const) {
      const url = index.paths[group]?.serverRelativeURL ?? "";
      const document = JSON.parse((await subject.request("GET", url)).text) as {
        openapi: string;
        paths: Record<string, unknown>;
        components: {
          schemas: Record<
            string,
            { "x-kubernetes-group-version-kind"?: readonly { kind: string }[]; properties?: object }
          >;
        };
      };
      expect(document.openapi).toMatch(/^3\.0/);
      expect(Object.keys(document.paths).length).toBeGreaterThan(0);
      const named = Object.values(document.components.schemas).find((schema) =>
        schema["x-kubernetes-group-version-kind"]?.some((entry) => entry.kind === kind),
      );
      expect(Object.keys(named?.properties ?? {})).toEqual(
        expect.arrayContaining(["apiVersion", "kind", "metadata", "spec"]),
      );
    }
  });

  it("answers tables to clients that prefer them", async () => {
    const subject = get();
    const path = paths.virtualServices(await subject.namespace());
    await subject.ok("POST", path, { body: virtualService("reviews") });
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    const answer = await subject.request("GET", path, { accept });
    const table = answer.body as {
      kind: string;
      columnDefinitions: readonly { name: string }[];
      rows: readonly { cells: readonly unknown[]; object: { kind: string; metadata: { name: string } } }[];
    };
    expect(table.kind).toBe("Table");
    expect(table.columnDefinitions.map((column) => column.name)).toEqual(["Name", "Gateways", "Hosts", "Age"]);
    expect(table.rows[0]?.cells[0]).toBe("reviews");
    expect(table.rows[0]?.object).toMatchObject({ kind: "PartialObjectMetadata", metadata: { name: "reviews" } });
  });
}
