/** Questions about oneself. */
import { expect, it } from "vitest";
import { eventually, grant } from "../rights.ts";
import { at, type Subject } from "../subject.ts";

const access = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
const rules = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
const self = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const accessReview = (spec: object): object => ({
  apiVersion: "authorization.k8s.io/v1",
  kind: "SelfSubjectAccessReview",
  spec,
});

/** Registers the cases of reviews. */
export function reviewCases(get: () => Subject): void {
  it("is listed, to be created and nothing else", async () => {
    const list = await get().ok("GET", "/apis/authorization.k8s.io/v1");
    const resources = list["resources"] as readonly { name: string; kind: string; verbs: readonly string[] }[];
    for (const [name, kind] of [
      ["selfsubjectaccessreviews", "SelfSubjectAccessReview"],
      ["selfsubjectrulesreviews", "SelfSubjectRulesReview"],
    ] as const)
      expect(resources.find((resource) => resource.name === name)).toMatchObject({ kind, verbs: ["create"] });
    for (const path of [access, rules, self])
      expect(await get().fails("GET", path)).toMatchObject({ code: 405, reason: "MethodNotAllowed" });
  });

  it.each([
    ["viewer", "viewer", ["system:authenticated"]],
    ["editor", "editor", ["system:authenticated"]],
    [
      "console",
      "system:serviceaccount:meshscope:meshscope",
      ["system:serviceaccounts", "system:serviceaccounts:meshscope", "system:authenticated"],
    ],
  ] as const)("tells %s who they are", async (who, username, groups) => {
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
    const review = await get().ok("POST", self, { body, token: get().target[who] });
    expect(at(review, "status", "userInfo")).toMatchObject({ username, groups: [...groups] });
  });

  it("answers whether one may, and by which binding", async () => {
    const subject = get();
    const namespace = await subject.namespace();
    const role = await grant(subject, namespace, [{ verbs: ["list"], apiGroups: [""], resources: ["pods"] }]);
    const ask = (attributes: object) =>
      subject.ok("POST", access, {
        body: accessReview({ resourceAttributes: attributes }),
        token: subject.target.viewer,
      });
    const may = { namespace, verb: "list", resource: "pods" };
    const allowed = await eventually(
      () => ask(may),
      (review) => at(review, "status", "allowed") === true,
    );
    expect(allowed).toMatchObject({ kind: "SelfSubjectAccessReview", spec: { resourceAttributes: may } });
    expect(allowed["status"]).toEqual({
      allowed: true,
      reason: `RBAC: allowed by RoleBinding "${role}/${namespace}" of Role "${role}" to User "viewer"`,
    });
    for (const other of [
      { ...may, verb: "watch" },
      { ...may, verb: "*" },
      { ...may, namespace: "" },
      { ...may, group: "apps" },
      { ...may, subresource: "log" },
    ])
      expect((await ask(other))["status"]).toEqual({ allowed: false });
    const admin = await subject.ok("POST", access, { body: accessReview({ resourceAttributes: { verb: "*" } }) });
    expect(admin["status"]).toEqual({ allowed: true });
  });

  it("answers about paths", async () => {
    const ask = async (path: string) =>
      (
        await get().ok("POST", access, {
          body: accessReview({ nonResourceAttributes: { path, verb: "get" } }),
          token: get().target.viewer,
        })
      )["status"];
    expect(await ask("/apis/apps")).toEqual({
      allowed: true,
      reason:
        'RBAC: allowed by ClusterRoleBinding "system:discovery" of ClusterRole "system:discovery" to Group "system:authenticated"',
    });
    expect(await ask("/metrics")).toEqual({ allowed: false });
  });

  it.each([
    ["nothing", {}],
    ["two things at once", { resourceAttributes: { verb: "get" }, nonResourceAttributes: { path: "/", verb: "get" } }],
  ])("refuses to be asked %s", async (_, spec) => {
    expect(await get().fails("POST", access, { body: accessReview(spec) })).toMatchObject({
      code: 422,
      reason: "Invalid",
    });
  });

  it("lists what one may do in a namespace", async () => {
    const subject = get();
    const namespace = await subject.namespace();
    const rule = { verbs: ["get"], apiGroups: ["apps"], resources: ["deployments"], resourceNames: ["web"] };
    await grant(subject, namespace, [rule]);
    const body = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectRulesReview", spec: { namespace } };
    const ask = () => subject.ok("POST", rules, { body, token: subject.target.viewer });
    const found = (review: unknown) => at(review, "status", "resourceRules") as readonly unknown[];
    const review = await eventually(ask, (answer) => JSON.stringify(found(answer)).includes("deployments"));
    expect(found(review)).toEqual(
      expect.arrayContaining([
        rule,
        { verbs: ["create"], apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"] },
      ]),
    );
    expect(found(review)).toHaveLength(3);
    expect(review).toMatchObject({ kind: "SelfSubjectRulesReview", spec: {}, status: { incomplete: false } });
    expect(JSON.stringify(at(review, "status", "nonResourceRules"))).toContain("/openapi/*");
    const all = await subject.ok("POST", rules, { body });
    expect(found(all)).toContainEqual({ verbs: ["*"], apiGroups: ["*"], resources: ["*"] });
    const nowhere = await subject.fails("POST", rules, { body: { ...body, spec: {} } });
    expect(nowhere).toMatchObject({ code: 400, message: "no namespace on request" });
  });
}
