/** Who may do what: rules, bindings, and the words of a refusal. */
import { expect, it } from "vitest";
import { eventually, grant, grantEverywhere, type Rule, rbac, reference, rights, unique, viewer } from "../rights.ts";
import { configMap, type Failure, paths, type Subject, virtualService } from "../subject.ts";

interface Row {
  readonly title: string;
  readonly rule: Rule;
  /** Method, path below the namespace, and the status expected; the body is an empty patch where one is needed. */
  readonly asked: readonly (readonly [string, string, number])[];
}

const maps = "/api/v1/namespaces/NS/configmaps";
const routes = "/apis/networking.istio.io/v1/namespaces/NS/virtualservices";
const deployments = "/apis/apps/v1/namespaces/NS/deployments";
/** What somebody with the right is answered about an object that isn't there. */
const absent = 404;

const table: readonly Row[] = [
  {
    title: "get alone",
    rule: { verbs: ["get"], apiGroups: [""], resources: ["configmaps"] },
    asked: [
      ["GET", `${maps}/one`, 200],
      ["GET", `${maps}/none`, absent],
      ["GET", maps, 403],
      ["GET", `${maps}?watch=1`, 403],
      ["GET", "/api/v1/namespaces/NS/secrets/one", 403],
      ["DELETE", `${maps}/one`, 403],
      ["DELETE", maps, 403],
    ],
  },
  {
    title: "all verbs of all of a group",
    rule: { verbs: ["*"], apiGroups: ["networking.istio.io"], resources: ["*"] },
    asked: [
      ["GET", routes, 200],
      ["GET", routes.replace("/v1/", "/v1beta1/"), 200],
      ["DELETE", `${routes}/none`, absent],
      ["PATCH", `${routes}/none/status`, absent],
      ["GET", maps, 403],
      ["GET", "/apis/security.istio.io/v1/namespaces/NS/peerauthentications", 403],
    ],
  },
  {
    title: "one name",
    rule: { verbs: ["get", "list", "delete"], apiGroups: [""], resources: ["configmaps"], resourceNames: ["one"] },
    asked: [
      ["GET", `${maps}/one`, 200],
      ["GET", `${maps}/two`, 403],
      ["GET", maps, 403],
      ["GET", `${maps}?fieldSelector=metadata.name%3Done`, 200],
      ["GET", `${maps}?fieldSelector=metadata.name%3Dtwo`, 403],
      ["DELETE", maps, 403],
    ],
  },
  {
    title: "a subresource",
    rule: { verbs: ["get", "patch"], apiGroups: ["apps"], resources: ["deployments/scale"] },
    asked: [
      ["GET", `${deployments}/none/scale`, absent],
      ["GET", `${deployments}/none`, 403],
      ["GET", `${deployments}/none/status`, 403],
    ],
  },
  {
    title: "a subresource of everything",
    rule: { verbs: ["get"], apiGroups: ["*"], resources: ["*/status"] },
    asked: [
      ["GET", `${deployments}/none/status`, absent],
      ["GET", "/api/v1/namespaces/NS/pods/none/status", absent],
      ["GET", `${deployments}/none`, 403],
    ],
  },
  {
    title: "resources without their subresources",
    rule: { verbs: ["get"], apiGroups: ["apps"], resources: ["deployments"] },
    asked: [
      ["GET", `${deployments}/none`, absent],
      ["GET", `${deployments}/none/scale`, 403],
    ],
  },
  {
    title: "the namespace itself",
    rule: { verbs: ["get"], apiGroups: [""], resources: ["namespaces"] },
    asked: [
      ["GET", "/api/v1/namespaces/NS", 200],
      ["GET", "/api/v1/namespaces/default", 403],
      ["GET", "/api/v1/namespaces", 403],
    ],
  },
];

/** Registers the cases of access. */
export function accessCases(get: () => Subject): void {
  it.each(table)("allows by $title what it says and nothing else", async ({ rule, asked }) => {
    const subject = get();
    const namespace = await subject.namespace();
    await subject.ok("POST", paths.configMaps(namespace), { body: configMap("one") });
    await grant(subject, namespace, [rule]);
    const token = subject.target.viewer;
    for (const [method, path, expected] of asked) {
      const body = method === "PATCH" ? { body: {}, contentType: "application/merge-patch+json" } : {};
      const ask = () => subject.request(method, path.replaceAll("NS", namespace), { token, ...body });
      const answer = await eventually(ask, ({ status }) => status === expected);
      expect([method, path, answer.status]).toEqual([method, path, expected]);
    }
  });

  it.each([
    [
      "GET",
      "/api/v1/namespaces/shop/pods",
      'pods is forbidden: User "viewer" cannot list resource "pods" in API group "" in the namespace "shop"',
      {},
    ],
    [
      "GET",
      "/api/v1/pods",
      'pods is forbidden: User "viewer" cannot list resource "pods" in API group "" at the cluster scope',
      {},
    ],
    [
      "GET",
      "/api/v1/pods?watch=true",
      'pods is forbidden: User "viewer" cannot watch resource "pods" in API group "" at the cluster scope',
      {},
    ],
    [
      "PUT",
      "/apis/networking.istio.io/v1/namespaces/shop/virtualservices/x",
      'virtualservices.networking.istio.io "x" is forbidden: User "viewer" cannot update resource "virtualservices" in API group "networking.istio.io" in the namespace "shop"',
      { name: "x", group: "networking.istio.io" },
    ],
    [
      "PATCH",
      "/apis/apps/v1/namespaces/shop/deployments/x/scale",
      'deployments.apps "x" is forbidden: User "viewer" cannot patch resource "deployments/scale" in API group "apps" in the namespace "shop"',
      { name: "x", group: "apps" },
    ],
    [
      "GET",
      "/api/v1/namespaces/shop/pods/x/log",
      'pods "x" is forbidden: User "viewer" cannot get resource "pods/log" in API group "" in the namespace "shop"',
      { name: "x" },
    ],
    [
      "POST",
      "/api/v1/namespaces",
      'namespaces is forbidden: User "viewer" cannot create resource "namespaces" in API group "" at the cluster scope',
      {},
    ],
    [
      "DELETE",
      "/api/v1/namespaces/shop",
      'namespaces "shop" is forbidden: User "viewer" cannot delete resource "namespaces" in API group "" in the namespace "shop"',
      { name: "shop" },
    ],
    [
      "DELETE",
      "/api/v1/namespaces/shop/configmaps",
      'configmaps is forbidden: User "viewer" cannot deletecollection resource "configmaps" in API group "" in the namespace "shop"',
      {},
    ],
    [
      "GET",
      "/apis/apps/v1/nothing",
      'nothing.apps is forbidden: User "viewer" cannot list resource "nothing" in API group "apps" at the cluster scope',
      { group: "apps" },
    ],
  ] as const)("says on %s %s who can't do what and where", async (method, path, message, details) => {
    const subject = get();
    const failure = await subject.fails(method, path, { token: subject.target.viewer });
    expect(failure).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message,
      reason: "Forbidden",
      details: { ...details, kind: expect.any(String) as string },
      code: 403,
    });
  });

  it("says the same of objects that exist and that don't, in namespaces that exist and that don't", async () => {
    const subject = get();
    const namespace = await subject.namespace();
    await subject.ok("POST", paths.configMaps(namespace), { body: configMap("one") });
    const token = subject.target.viewer;
    const texts = await Promise.all(
      [`${paths.configMaps(namespace)}/one`, `${paths.configMaps(namespace)}/two`, paths.configMaps(unique())].map(
        async (path) =>
          (await subject.fails("GET", path, { token })).message
            .replace(/"(one|two)" /, "")
            .replace(/cannot (get|list)/, "cannot read")
            .replace(/namespace ".*"/, "namespace"),
      ),
    );
    expect(new Set(texts).size).toBe(1);
  });

  it("answers discovery, OpenAPI and the version to everybody, and other paths to nobody", async () => {
    const subject = get();
    const token = subject.target.viewer;
    for (const path of [
      "/api",
      "/apis",
      "/api/v1",
      "/apis/apps",
      "/apis/networking.istio.io/v1",
      "/openapi/v3",
      "/version",
    ])
      expect([path, (await subject.request("GET", path, { token })).status]).toEqual([path, 200]);
    expect(await subject.fails("GET", "/metrics", { token })).toMatchObject({
      code: 403,
      reason: "Forbidden",
      message: 'forbidden: User "viewer" cannot get path "/metrics"',
      details: {},
    });
    expect((await subject.fails("POST", "/version", { token })).message).toBe(
      'forbidden: User "viewer" cannot post path "/version"',
    );
  });

  it("answers 401 to a token that nobody has, whatever is asked", async () => {
    expect(await get().fails("GET", "/api/v1/namespaces/none/pods/none", { token: "x" })).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: "Unauthorized",
      reason: "Unauthorized",
      code: 401,
    });
  });

  it("shows a viewer one namespace and not its neighbour, nor all together", async () => {
    const subject = get();
    const [shop, orders] = [await subject.namespace(), await subject.namespace()];
    const rules = [{ verbs: ["get", "list", "watch"], apiGroups: [""], resources: ["pods"] }];
    await grant(subject, shop, rules);
    const list = (path: string) => subject.request("GET", path, { token: subject.target.viewer });
    expect(
      (
        await eventually(
          () => list(paths.pods(shop)),
          ({ status }) => status === 200,
        )
      ).status,
    ).toBe(200);
    expect((await list(paths.pods(orders))).status).toBe(403);
    expect((await list("/api/v1/pods")).status).toBe(403);
    const token = subject.target.viewer;
    expect((await subject.watch(`${paths.pods(shop)}?watch=1&timeoutSeconds=1`, { token })).status).toBe(200);
    expect((await subject.watch(`${paths.pods(orders)}?watch=1&timeoutSeconds=1`, { token })).status).toBe(403);
  });

  it.each([
    ["a user", { kind: "User", name: "viewer" }, "viewer"],
    ["a group", { kind: "Group", name: "system:serviceaccounts:meshscope" }, "console"],
    ["a service account", { kind: "ServiceAccount", name: "meshscope", namespace: "meshscope" }, "console"],
  ] as const)("grants to %s, everywhere, until the binding goes", async (_, to, who) => {
    const subject = get();
    const ask = (token: string) => subject.request("GET", "/api/v1/nodes", { token });
    const rules = [{ verbs: ["list"], apiGroups: [""], resources: ["nodes"] }];
    const token = subject.target[who];
    await grantEverywhere(subject, rules, to, async () => {
      expect(
        (
          await eventually(
            () => ask(token),
            ({ status }) => status === 200,
          )
        ).status,
      ).toBe(200);
      expect((await ask(subject.target.editor)).status).toBe(403);
    });
    expect(
      (
        await eventually(
          () => ask(token),
          ({ status }) => status === 403,
        )
      ).status,
    ).toBe(403);
  });

  it("grants a ClusterRole in one namespace, and names a role that is missing", async () => {
    const subject = get();
    const namespace = await subject.namespace();
    const name = unique();
    const token = subject.target.editor;
    const subjects = [{ kind: "User", name: "editor" }];
    await subject.ok("POST", `${rbac}/namespaces/${namespace}/rolebindings`, {
      body: rights("RoleBinding", name, { roleRef: reference("ClusterRole", name), subjects }),
    });
    const refused = () => subject.request("GET", paths.pods(namespace), { token });
    const answer = await eventually(refused, ({ text }) => text.includes("RBAC"));
    expect((answer.body as Failure).message).toBe(
      `pods is forbidden: User "editor" cannot list resource "pods" in API group "" in the namespace "${namespace}": RBAC: clusterrole.rbac.authorization.k8s.io "${name}" not found`,
    );
    const rules = [{ verbs: ["list"], apiGroups: [""], resources: ["pods"] }];
    await subject.ok("POST", `${rbac}/clusterroles`, { body: rights("ClusterRole", name, { rules }) });
    expect((await eventually(refused, ({ status }) => status === 200)).status).toBe(200);
    await subject.ok("DELETE", `${rbac}/clusterroles/${name}`);
  });

  it("wants the right to create of an apply or an update that creates", async () => {
    const subject = get();
    const namespace = await subject.namespace();
    const resources = ["virtualservices", "services"];
    const rules = [{ verbs: ["get", "update", "patch"], apiGroups: ["networking.istio.io", ""], resources }];
    await grant(subject, namespace, rules);
    const token = subject.target.viewer;
    const path = `${paths.virtualServices(namespace)}/x`;
    const apply = (dryRun = "") =>
      subject.request("PATCH", `${path}?fieldManager=me${dryRun}`, {
        body: virtualService("x"),
        contentType: "application/apply-patch+yaml",
        token,
      });
    const ready = () => subject.request("GET", path, { token });
    expect((await eventually(ready, ({ status }) => status === 404)).status).toBe(404);
    for (const dryRun of ["", "&dryRun=All"])
      expect((await apply(dryRun)).body).toMatchObject({
        code: 403,
        message: `virtualservices.networking.istio.io "x" is forbidden: User "viewer" cannot create resource "virtualservices" in API group "networking.istio.io" in the namespace "${namespace}"`,
      });
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "x" }, spec: { ports: [{ port: 80 }] } };
    expect((await subject.fails("PUT", `${paths.services(namespace)}/x`, { body: service, token })).message).toContain(
      'cannot create resource "services"',
    );
    await grant(subject, namespace, [{ ...rules[0], verbs: ["create"] }], viewer);
    expect(
      (
        await eventually(
          () => apply(),
          ({ status }) => status === 201,
        )
      ).status,
    ).toBe(201);
  });
}
