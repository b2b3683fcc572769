/** Roles and bindings as objects. */
import { expect, it } from "vitest";
import { rbac, reference, rights, unique } from "../rights.ts";
import { at, causesOf, type Subject } from "../subject.ts";

const rule = { verbs: ["get"], apiGroups: [""], resources: ["pods"] };
const ref = reference("ClusterRole", "none");
const nobody = { kind: "User", name: "nobody" };

/** Registers the cases of roles and bindings. */
export function roleCases(get: () => Subject): void {
  it("lists them in discovery", async () => {
    const list = await get().ok("GET", rbac);
    const resources = list["resources"] as readonly { name: string; namespaced: boolean; verbs: readonly string[] }[];
    expect(resources.map(({ name, namespaced }) => `${name} ${String(namespaced)}`).sort()).toEqual([
      "clusterrolebindings false",
      "clusterroles false",
      "rolebindings true",
      "roles true",
    ]);
    for (const { verbs } of resources)
      expect([...verbs].sort()).toEqual([
        "create",
        "delete",
        "deletecollection",
        "get",
        "list",
        "patch",
        "update",
        "watch",
      ]);
  });

  it("has the default roles that everybody's discovery rests on", async () => {
    for (const name of ["cluster-admin", "system:basic-user", "system:discovery", "system:public-info-viewer"]) {
      const role = await get().ok("GET", `${rbac}/clusterroles/${name}`);
      expect(role.metadata.labels).toEqual({ "kubernetes.io/bootstrapping": "rbac-defaults" });
      const binding = await get().ok("GET", `${rbac}/clusterrolebindings/${name}`);
      expect(at(binding, "roleRef")).toEqual(reference("ClusterRole", name));
    }
    const list = async (name: string) => (await get().ok("GET", `${rbac}/clusterroles/${name}`))["rules"];
    expect(await list("system:basic-user")).toEqual([
      {
        verbs: ["create"],
        apiGroups: ["authorization.k8s.io"],
        resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
      },
      { verbs: ["create"], apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"] },
    ]);
  });

  it("are created, read, replaced, patched, listed and deleted, in one namespace or none", async () => {
    const subject = get();
    const namespace = await subject.namespace();
    const name = `${unique()}:Any_name`;
    for (const [path, body] of [
      [`${rbac}/namespaces/${namespace}/roles`, rights("Role", name, { rules: [rule] })],
      [`${rbac}/clusterroles`, rights("ClusterRole", name, { rules: [rule] })],
      [
        `${rbac}/namespaces/${namespace}/rolebindings`,
        rights("RoleBinding", name, { roleRef: ref, subjects: [nobody] }),
      ],
      [`${rbac}/clusterrolebindings`, rights("ClusterRoleBinding", name, { roleRef: ref, subjects: [nobody] })],
    ] as const) {
      const one = `${path}/${name}`;
      // PUT may create them.
      expect((await subject.request("PUT", one, { body })).status).toBe(201);
      expect(await subject.ok("GET", one)).toMatchObject(body);
      const patched = { body: { metadata: { labels: { a: "b" } } }, contentType: "application/merge-patch+json" };
      const changed = await subject.ok("PATCH", one, patched);
      expect([changed.metadata.labels, changed.metadata.generation]).toEqual([{ a: "b" }, undefined]);
      expect((await subject.list(`${path}?labelSelector=a%3Db`)).items.map((item) => item.metadata.name)).toEqual([
        name,
      ]);
      expect((await subject.ok("DELETE", one))["status"]).toBe("Success");
      expect((await subject.fails("GET", one)).code).toBe(404);
    }
  });

  it("fills in the API group of references and subjects", async () => {
    const subject = get();
    const subjects = [nobody, { kind: "Group", name: "g" }, { kind: "ServiceAccount", name: "a", namespace: "b" }];
    const made = await subject.ok("POST", `${rbac}/namespaces/${await subject.namespace()}/rolebindings`, {
      body: rights("RoleBinding", "x", { roleRef: { kind: "Role", name: "r" }, subjects }),
    });
    const apiGroup = "rbac.authorization.k8s.io";
    expect(made["roleRef"]).toEqual(reference("Role", "r"));
    expect(made["subjects"]).toEqual([{ ...nobody, apiGroup }, { ...subjects[1], apiGroup }, subjects[2]]);
  });

  it("binds one role for good", async () => {
    const subject = get();
    const path = `${rbac}/namespaces/${await subject.namespace()}/rolebindings`;
    await subject.ok("POST", path, { body: rights("RoleBinding", "x", { roleRef: ref }) });
    const body = rights("RoleBinding", "x", { roleRef: reference("Role", "other") });
    const failure = await subject.fails("PUT", `${path}/x`, { body });
    expect([failure.code, causesOf(failure)]).toEqual([422, ["FieldValueInvalid roleRef"]]);
    expect(failure.message).toContain("cannot change roleRef");
  });

  it.each([
    ["Role", { rules: [{ apiGroups: [""], resources: ["pods"] }] }, ["FieldValueRequired rules[0].verbs"]],
    [
      "Role",
      { rules: [{ verbs: ["get"] }] },
      ["FieldValueRequired rules[0].apiGroups", "FieldValueRequired rules[0].resources"],
    ],
    ["Role", { rules: [{ verbs: ["get"], nonResourceURLs: ["/x"] }] }, ["FieldValueInvalid rules[0].nonResourceURLs"]],
    ["ClusterRole", { rules: [{ ...rule, nonResourceURLs: ["/x"] }] }, ["FieldValueInvalid rules[0].nonResourceURLs"]],
    ["RoleBinding", { roleRef: { ...ref, kind: "Pod" } }, ["FieldValueNotSupported roleRef.kind"]],
    ["RoleBinding", { roleRef: { ...ref, name: "" } }, ["FieldValueRequired roleRef.name"]],
    ["RoleBinding", { roleRef: { ...ref, apiGroup: "x" } }, ["FieldValueNotSupported roleRef.apiGroup"]],
    ["ClusterRoleBinding", { roleRef: reference("Role", "x") }, ["FieldValueNotSupported roleRef.kind"]],
    [
      "RoleBinding",
      { roleRef: ref, subjects: [{ kind: "Pod", name: "x" }] },
      ["FieldValueNotSupported subjects[0].kind"],
    ],
    ["RoleBinding", { roleRef: ref, subjects: [{ ...nobody, name: "" }] }, ["FieldValueRequired subjects[0].name"]],
    [
      "ClusterRoleBinding",
      { roleRef: ref, subjects: [{ kind: "ServiceAccount", name: "x" }] },
      ["FieldValueRequired subjects[0].namespace"],
    ],
  ] as const)("refuses a %s with %j", async (kind, content, expected) => {
    const subject = get();
    const scope = kind.startsWith("Cluster") ? "" : `/namespaces/${await subject.namespace()}`;
    const path = `${rbac}${scope}/${kind.toLowerCase()}s?dryRun=All`;
    const failure = await subject.fails("POST", path, { body: rights(kind, "x", content) });
    expect([failure.code, causesOf(failure)]).toEqual([422, [...expected]]);
  });
}
