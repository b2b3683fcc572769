import { describe, expect, test } from "vitest";
import { unixSeconds } from "#lib/units.ts";
import { controller, type Given, join, only, owned, pod, service, T0 } from "./records.test-support.ts";

describe("which controller a pod is one of", () => {
  const hash = { "pod-template-hash": "5d4f" };
  test.each<[string, Given, string, string]>([
    ["a bare pod", { pods: [pod("one")] }, "Pod", "one"],
    [
      "a static pod of a node",
      { pods: [pod("one-node", { owner: { kind: "Node", name: "node" } })] },
      "Pod",
      "one-node",
    ],
    ["a StatefulSet", { pods: [pod("db-0", { owner: { kind: "StatefulSet", name: "db" } })] }, "StatefulSet", "db"],
    ["another maker's controller", { pods: [pod("x", { owner: { kind: "CloneSet", name: "c" } })] }, "CloneSet", "c"],
    [
      "a Deployment by its ReplicaSet",
      {
        pods: [pod("a", { owner: { kind: "ReplicaSet", name: "web-5d4f" } })],
        owned: [owned("ReplicaSet", "web-5d4f", { kind: "Deployment", name: "web" })],
      },
      "Deployment",
      "web",
    ],
    [
      "a Rollout by its ReplicaSet",
      {
        pods: [pod("a", { labels: hash, owner: { kind: "ReplicaSet", name: "web-5d4f" } })],
        owned: [owned("ReplicaSet", "web-5d4f", { kind: "Rollout", name: "web" })],
      },
      "Rollout",
      "web",
    ],
    [
      "a Deployment by the name of a ReplicaSet that can't be read",
      { pods: [pod("a", { labels: hash, owner: { kind: "ReplicaSet", name: "web-5d4f" } })] },
      "Deployment",
      "web",
    ],
    [
      "a ReplicaSet that nobody owns",
      {
        pods: [pod("a", { labels: hash, owner: { kind: "ReplicaSet", name: "web-5d4f" } })],
        owned: [owned("ReplicaSet", "web-5d4f", null)],
      },
      "ReplicaSet",
      "web-5d4f",
    ],
    [
      "a ReplicaSet without a hash",
      { pods: [pod("a", { owner: { kind: "ReplicaSet", name: "web-v1" } })] },
      "ReplicaSet",
      "web-v1",
    ],
    [
      "a CronJob by its Job",
      {
        pods: [pod("a", { owner: { kind: "Job", name: "j" } })],
        owned: [owned("Job", "j", { kind: "CronJob", name: "nightly" })],
      },
      "CronJob",
      "nightly",
    ],
    [
      "a CronJob by its Job's name",
      { pods: [pod("a", { owner: { kind: "Job", name: "nightly-28512345" } })] },
      "CronJob",
      "nightly",
    ],
    ["a Job", { pods: [pod("a", { owner: { kind: "Job", name: "migrate-2" } })] }, "Job", "migrate-2"],
  ])("%s", (_, given, kind, name) => {
    expect(only(given)).toMatchObject({ kind, name, cluster: "west", namespace: "shop", goneAt: null });
  });

  test("finished pods are no workload's", () => {
    const pods = [pod("a", { phase: "Succeeded" }), pod("b", { phase: "Failed" })];
    expect(join({ pods }).workloads.size).toBe(0);
  });

  test("a controller without pods is a workload all the same", () => {
    const found = only({
      controllers: [controller("web", { labels: { app: "web", version: "v1" }, serviceAccount: "sa" })],
    });
    expect(found).toMatchObject({
      kind: "Deployment",
      app: "web",
      version: "v1",
      pods: [],
      serviceAccounts: ["sa"],
      createdAt: T0,
    });
  });

  test("two controllers of one name are one workload, as they are to telemetry", () => {
    const controllers = [controller("web", { kind: "DaemonSet" }), controller("web", { labels: { app: "w" } })];
    const pods = [pod("web-x", { owner: { kind: "DaemonSet", name: "web" } })];
    expect(only({ controllers, pods })).toMatchObject({
      kind: "Deployment",
      labels: { app: "w" },
      pods: [{ name: "web-x" }],
      sharesName: true,
    });
    expect(only({ controllers: controllers.slice(0, 1), pods })).not.toHaveProperty("sharesName");
  });
});

describe("how old a workload is", () => {
  const later = (hours: number) => unixSeconds(T0 + hours * 3600);
  const made = (kind: "Deployment" | "StatefulSet", hours: number) =>
    controller("web", { kind, createdAt: later(hours) });
  const orphan = pod("web-x", { owner: { kind: "StatefulSet", name: "web" }, createdAt: later(3) });

  test.each<[string, Given, number]>([
    ["as its controller", { controllers: [made("Deployment", 2)] }, 2],
    ["as the first of controllers of one name", { controllers: [made("Deployment", 9), made("StatefulSet", 2)] }, 2],
    ["that, in whichever order they come", { controllers: [made("StatefulSet", 2), made("Deployment", 9)] }, 2],
    ["as pods that its controller adopted", { controllers: [made("Deployment", 9)], pods: [orphan] }, 3],
    ["as a controller whose pods are younger", { controllers: [made("Deployment", 1)], pods: [orphan] }, 1],
  ])("%s", (_, given, hours) => expect(only(given)).toMatchObject({ createdAt: later(hours) }));
});

describe("app and version", () => {
  test.each<[Record<string, string>, string | null, string | null]>([
    [{}, null, null],
    [{ app: "a", version: "v1" }, "a", "v1"],
    [{ app: "a", "app.kubernetes.io/name": "b", "app.kubernetes.io/version": "2" }, "b", "2"],
    [
      {
        app: "a",
        "app.kubernetes.io/name": "b",
        "service.istio.io/canonical-name": "c",
        "service.istio.io/canonical-revision": "r",
      },
      "c",
      "r",
    ],
    [{ "k8s-app": "dns" }, "dns", null],
    [{ app: "" }, null, null],
  ])("of %j", (labels, app, version) => {
    expect(only({ pods: [pod("a", { labels })] })).toMatchObject({ app, version });
  });

  test("of a rollout are those of its newest pod", () => {
    const owner = { kind: "StatefulSet", name: "db" };
    const old = pod("db-0", { owner, labels: { version: "v1" } });
    const young = pod("db-1", { owner, labels: { version: "v2" }, createdAt: unixSeconds(T0 + 9) });
    expect(only({ pods: [young, old] })).toMatchObject({ version: "v2", createdAt: T0 });
  });

  test("labels of single pods are no workload's", () => {
    const labels = { app: "db", "controller-revision-hash": "x", "statefulset.kubernetes.io/pod-name": "db-0" };
    expect(only({ pods: [pod("db-0", { labels })] }).labels).toEqual({ app: "db" });
  });
});

describe("services", () => {
  test("take the workloads whose pods they select, in their namespace", () => {
    const given: Given = {
      pods: [
        pod("a", { labels: { app: "web", version: "v1", tier: "front" } }),
        pod("b", { labels: { app: "web", version: "v2" } }),
        pod("c", { namespace: "other", labels: { app: "web" } }),
      ],
      controllers: [controller("idle", { labels: { app: "web" } })],
      services: [
        service("web", { app: "web" }),
        service("v2", { app: "web", version: "v2" }, { headless: true }),
        service("none", { app: "absent" }),
        service("external", {}),
      ],
    };
    const { services, workloads } = join(given);
    expect([...services.values()].map(({ name, workloads: w }) => [name, w])).toEqual([
      ["external", []],
      ["none", []],
      ["v2", ["b"]],
      ["web", ["a", "b", "idle"]],
    ]);
    expect(workloads.get("shop/b")?.services).toEqual(["v2", "web"]);
    expect(workloads.get("other/c")?.services).toEqual([]);
    expect(services.get("shop/v2")).toMatchObject({ cluster: "west", headless: true });
  });
});

describe("addresses", () => {
  test("belong to the newest living pod, those of nodes to none", () => {
    const given: Given = {
      pods: [
        pod("old", { ips: ["10.0.0.1", "fd00::1"] }),
        pod("new", { ips: ["10.0.0.1"], createdAt: unixSeconds(T0 + 5) }),
        pod("leaving", { ips: ["fd00::1"], deleting: true, createdAt: unixSeconds(T0 + 9) }),
        pod("done", { ips: ["10.0.0.3"], phase: "Succeeded" }),
        pod("node", { ips: ["10.0.0.2"], hostNetwork: true }),
      ],
    };
    expect([...join(given).workloadByIp]).toEqual([
      ["10.0.0.1", "shop/new"],
      ["fd00::1", "shop/old"],
    ]);
  });
});

describe("workloads that are gone", () => {
  const before = join({ pods: [pod("a", { labels: { app: "a" } })], services: [service("s", { app: "a" })] });
  const after = (seconds: number, given: Given, previous = before, unread: { kind: string; detail: string }[] = []) =>
    join(given, { previous, unread, now: unixSeconds(T0 + seconds) });

  test("are remembered for a day, with the time they went", () => {
    const gone = after(10, {});
    expect(gone.workloads.get("shop/a")).toMatchObject({ goneAt: T0 + 10, pods: [], services: [], app: "a" });
    const later = after(86_400, {}, gone);
    expect(later.workloads.get("shop/a")?.goneAt).toBe(T0 + 10);
    expect(after(86_411, {}, later).workloads.size).toBe(0);
  });

  test("come back", () => {
    const back = after(20, { pods: [pod("a")] }, after(10, {}));
    expect(back.workloads.get("shop/a")).toMatchObject({ goneAt: null, pods: [{ name: "a" }] });
  });

  test("include what is scaled to nothing, but not what never had a pod", () => {
    const given = { controllers: [controller("a"), controller("b")] };
    const scaled = after(
      10,
      given,
      join({ ...given, pods: [pod("a-1", { owner: { kind: "Deployment", name: "a" } })] }),
    );
    expect([...scaled.workloads.values()].map((w) => [w.name, w.goneAt])).toEqual([
      ["a", T0 + 10],
      ["b", null],
    ]);
    expect(after(86_500, given, scaled).workloads.get("shop/a")?.goneAt).toBeNull();
  });

  test("are not made by losing the right to see pods", () => {
    expect(after(10, {}, before, [{ kind: "pods", detail: "no right" }]).workloads.size).toBe(0);
  });
});
