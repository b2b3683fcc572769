/**
 * The log of a container, as far as an API server answers by itself. A bare kube-apiserver has no kubelet to ask, so no line
 * is ever read here: what kubelets answer is in lab/apiserver/logs.test.ts, for the embedded server alone.
 */
import { expect, it } from "vitest";
import { eventually, grant } from "../rights.ts";
import { causesOf, paths, pod, type Subject } from "../subject.ts";

/** Registers the cases of logs. */
export function logCases(get: () => Subject): void {
  it("has a log only of pods that exist, by GET alone, and says so in discovery", async () => {
    const subject = get();
    const path = paths.pods(await subject.namespace());
    await subject.ok("POST", path, { body: pod("one") });
    expect(await subject.fails("GET", `${path}/none/log`)).toMatchObject({
      code: 404,
      message: 'pods "none" not found',
    });
    expect(await subject.fails("PUT", `${path}/one/log`, { body: {} })).toMatchObject({ code: 405 });
    const { resources } = (await subject.ok("GET", "/api/v1")) as unknown as {
      resources: readonly { readonly name: string; readonly verbs: readonly string[] }[];
    };
    expect(resources.find(({ name }) => name === "pods/log")?.verbs).toEqual(["get"]);
  });

  it("answers nothing for a pod that is on no node", async () => {
    const subject = get();
    const path = paths.pods(await subject.namespace());
    await subject.ok("POST", path, { body: pod("one") });
    expect(await subject.request("GET", `${path}/one/log?timestamps=true&tailLines=5`)).toMatchObject({
      status: 204,
      text: "",
    });
  });

  it("wants a container's name where there are several, and one that is there", async () => {
    const subject = get();
    const path = paths.pods(await subject.namespace());
    const containers = ["main", "side"].map((name) => ({ name, image: `example.com/${name}:1` }));
    const initContainers = [{ name: "before", image: "example.com/before:1" }];
    await subject.ok("POST", path, { body: { ...pod("two"), spec: { containers, initContainers } } });
    const [unnamed, unknown] = await Promise.all([
      subject.fails("GET", `${path}/two/log`),
      subject.fails("GET", `${path}/two/log?container=other`),
    ]);
    expect(unnamed).toMatchObject({
      code: 400,
      reason: "BadRequest",
      message: "a container name must be specified for pod two, choose one of: [before main side]",
    });
    expect(unknown).toMatchObject({ code: 400, message: "container other is not valid for pod two" });
    expect((await subject.request("GET", `${path}/two/log?container=before`)).status).toBe(204);
  });

  it.each<[string, string[]]>([
    ["tailLines=-1", ["FieldValueInvalid tailLines"]],
    ["limitBytes=0", ["FieldValueInvalid limitBytes"]],
    ["sinceSeconds=0", ["FieldValueInvalid sinceSeconds"]],
    ["tailLines=-1&limitBytes=0", ["FieldValueInvalid limitBytes", "FieldValueInvalid tailLines"]],
  ])("refuses %s with 422", async (query, causes) => {
    const failure = await get().fails("GET", `/api/v1/namespaces/default/pods/none/log?${query}`);
    expect([failure.code, failure.reason, causesOf(failure)]).toEqual([422, "Invalid", causes]);
  });

  it.each(["sinceTime=2026-01-01T00:00:00Z&sinceSeconds=5"])("refuses two beginnings at once", async (query) => {
    const failure = await get().fails("GET", `/api/v1/namespaces/default/pods/none/log?${query}`);
    expect(failure).toMatchObject({ code: 422, reason: "Invalid" });
    expect(failure.message).toContain("at most one of `sinceTime` or `sinceSeconds` may be specified");
  });

  it.each(["tailLines=many", "sinceTime=yesterday"])("refuses %s with 400", async (query) => {
    expect(await get().fails("GET", `/api/v1/namespaces/default/pods/none/log?${query}`)).toMatchObject({
      code: 400,
      reason: "BadRequest",
    });
  });

  it("takes the right to get pods/log, which the right to get pods doesn't hold", async () => {
    const subject = get();
    const namespace = await subject.namespace();
    const path = paths.pods(namespace);
    await subject.ok("POST", path, { body: pod("one") });
    const token = subject.target.viewer;
    await grant(subject, namespace, [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }]);
    await eventually(
      () => subject.request("GET", `${path}/one`, { token }),
      ({ status }) => status === 200,
    );
    expect(await subject.fails("GET", `${path}/one/log`, { token })).toMatchObject({
      code: 403,
      message: `pods "one" is forbidden: User "viewer" cannot get resource "pods/log" in API group "" in the namespace "${namespace}"`,
    });
    await grant(subject, namespace, [{ verbs: ["get"], apiGroups: [""], resources: ["pods/log"] }]);
    const log = await eventually(
      () => subject.request("GET", `${path}/one/log`, { token }),
      ({ status }) => status === 204,
    );
    expect(log.status).toBe(204);
  });

  // kube-apiserver looks for a Node, and says of it that there is no such pod.
  it("finds no log of a pod whose node isn't there", async () => {
    const subject = get();
    const path = paths.pods(await subject.namespace());
    await subject.ok("POST", path, { body: pod("one", {}, "nowhere") });
    expect(await subject.fails("GET", `${path}/one/log`)).toMatchObject({
      code: 404,
      message: 'pods "nowhere" not found',
    });
  });
}
