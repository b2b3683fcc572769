import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseLogsQuery } from "#lib/api/logs.ts";
import { problemOf } from "#lib/errors.ts";
import { inventory } from "#lib/graph/graph.test-support.ts";
import { createKubeClient } from "#lib/kube/client.ts";
import { answer, type FakeKube, startFakeKube, status } from "#lib/kube/fake.test-support.ts";
import { type Clock, milliseconds, unixSeconds } from "#lib/units.ts";
import { ANONYMOUS, type Credential } from "../identity.ts";
import type { Visibility } from "../rights/model.ts";
import { EVERYTHING } from "../rights/rights.ts";
import { type LogDeps, showLogs } from "./show.ts";

const NOW = Date.parse("2026-01-01T12:10:00Z") / 1000;
const clock: Clock = { now: () => unixSeconds(NOW), monotonic: () => milliseconds(0) };
const USER: Credential = {
  ...{ ...ANONYMOUS, strategy: "token", role: "user", user: "ana", session: "s" },
  clusters: new Map([["west", { user: "ana", token: "anas" }]]),
};
const SHOP: Visibility = { key: "shop", all: false, namespace: (_, name) => name === "shop", cluster: () => true };
const POD = "/api/v1/namespaces/shop/pods/web-1";

const running = { running: { startedAt: "2026-01-01T08:00:00Z" } };
const crashed = {
  restartCount: 2,
  state: { running: { startedAt: "2026-01-01T12:05:00Z" } },
  lastState: {
    terminated: {
      ...{ reason: "OOMKilled", exitCode: 137, startedAt: "2026-01-01T11:00:00Z", finishedAt: "2026-01-01T12:04:50Z" },
    },
  },
};
const pod = (statuses: Record<string, object> = {}, more: object = {}) => ({
  ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "web-1", namespace: "shop", ...more } },
  spec: { initContainers: [{ name: "migrate" }], containers: [{ name: "istio-proxy" }, { name: "web" }] },
  status: {
    containerStatuses: ["istio-proxy", "web"].map((name) => ({
      name,
      restartCount: 0,
      state: running,
      ...statuses[name],
    })),
  },
});

/** `12:00:01.5 text`, as a runtime stamps it. */
const line = (at: string, text: string) =>
  `2026-01-01T${at
    .padEnd(8, "0")
    .replace(/^(.{8})$/, "$1.")
    .padEnd(18, "0")}Z ${text}\n`;
const QUIET = [
  line("08:00:00", "starting"),
  line("11:59:59.5", "before"),
  line("12:00:01", "one"),
  line("12:00:02", "two"),
  line("12:00:30", "after"),
];

let kube: FakeKube;
let deps: LogDeps;
let client: ReturnType<typeof createKubeClient>;
let object: unknown;
let written: readonly string[];

beforeEach(async () => {
  object = pod();
  written = QUIET;
  kube = await startFakeKube();
  client = createKubeClient(kube.target, { clock });
  kube.script = (response, { path, query }) => {
    if (path === POD && object !== null) answer(response, 200, object);
    else if (path === `${POD}/log`) {
      const since = query.get("sinceTime") ?? "";
      response.writeHead(200, { "content-type": "text/plain" });
      const sent = written.filter((each) => each.slice(0, 19) >= since.slice(0, 19)).join("");
      response.end(Buffer.from(sent).subarray(0, Number(query.get("limitBytes"))));
    } else return false;
    return true;
  };
  deps = {
    ...{ clock, clients: new Map([["west", client]]), inventory: () => inventory([]) },
    rights: { visibility: async () => EVERYTHING, ask: async () => [] },
  };
});
afterEach(async () => {
  await client.close();
  await kube.close();
});

const WINDOW = "start=2026-01-01T12:00:00Z&end=2026-01-01T12:00:10Z";
const ask = (more = "", credential = ANONYMOUS, where = "cluster=west&namespace=shop&pod=web-1") =>
  showLogs(deps, credential, parseLogsQuery(new URLSearchParams(`${where}&${WINDOW}${more}`)));
const problem = async (run: Promise<unknown>) => run.then(() => null, problemOf);
const codes = async (more = "") => (await ask(more)).missing.map(({ code }) => code);

describe("the lines of a window", () => {
  it("are exact in time and text, of the program unless another container is named", async () => {
    const answered = await ask();
    expect(answered).toMatchObject({
      ...{ cluster: "west", namespace: "shop", pod: "web-1", container: "web", previous: false, missing: [] },
      lines: [
        { at: "2026-01-01T12:00:01.000000000Z", text: "one" },
        { at: "2026-01-01T12:00:02.000000000Z", text: "two" },
      ],
      ...{ start: "2026-01-01T12:00:00Z", end: "2026-01-01T12:00:10Z", readTo: "2026-01-01T12:00:10Z" },
    });
    expect(answered.containers.map(({ name, kind, state }) => [name, kind, state])).toEqual([
      ["istio-proxy", "proxy", "running"],
      ["web", "program", "running"],
      ["migrate", "init", "unknown"],
    ]);
    const read = kube.seen.filter(({ path, query }) => path.endsWith("/log") && query.has("sinceTime"));
    expect(read.map(({ query }) => Object.fromEntries(query))).toEqual([
      { container: "web", timestamps: "true", limitBytes: "4194304", sinceTime: "2026-01-01T12:00:00.000Z" },
    ]);
    expect((await ask("&container=istio-proxy")).container).toBe("istio-proxy");
  });

  it("begin where they are asked to within a second, though Kubernetes knows whole ones", async () => {
    const half = `cluster=west&namespace=shop&pod=web-1&start=2026-01-01T11:59:59.4Z&end=2026-01-01T12:00:01Z`;
    const { lines } = await showLogs(deps, ANONYMOUS, parseLogsQuery(new URLSearchParams(half)));
    expect(lines.map(({ text }) => text)).toEqual(["before"]);
  });

  it("take the pod's annotated container, and are of the last five minutes", async () => {
    object = pod({}, { annotations: { "kubectl.kubernetes.io/default-container": "istio-proxy" } });
    const where = new URLSearchParams("cluster=west&namespace=shop&pod=web-1");
    expect(await showLogs(deps, ANONYMOUS, parseLogsQuery(where))).toMatchObject({
      ...{ container: "istio-proxy", start: "2026-01-01T12:05:00Z", end: "2026-01-01T12:10:00Z" },
    });
  });

  it("are of a ready pod of a workload", async () => {
    const ready = (name: string, is: boolean) => ({ name, ip: null, ready: is, phase: "Running", reports: true });
    deps = {
      ...deps,
      inventory: () => {
        const [[, cluster] = []] = inventory([]);
        const web = { namespace: "shop", name: "web", pods: [ready("web-0", false), ready("web-1", true)] };
        return new Map([["west", { ...cluster, workloads: new Map([["shop/web", web]]) } as never]]);
      },
    };
    expect(await ask("", ANONYMOUS, "cluster=west&namespace=shop&workload=web")).toMatchObject({
      ...{ pod: "web-1", pods: ["web-0", "web-1"] },
    });
    expect(await ask()).toMatchObject({ pods: ["web-0", "web-1"] });
    const none = await problem(ask("", ANONYMOUS, "cluster=west&namespace=shop&workload=nobody"));
    expect(none).toMatchObject({ code: "not_found", detail: 'Cluster "west" has no pod of workload shop/nobody.' });
  });
});

describe("what isn't there is said", () => {
  it("lines beyond the limit, and how far was read", async () => {
    expect(await ask("&limit=1")).toMatchObject({
      lines: [{ text: "one" }],
      readTo: "2026-01-01T12:00:01.000000000Z",
      missing: [{ code: "lines", detail: expect.stringContaining("up to 2026-01-01T12:00:01.000000000Z") }],
    });
    expect(await codes("&limit=2")).toEqual([]);
  });

  it("bytes beyond what is read", async () => {
    written = [line("11:00:00", "old"), ...Array.from({ length: 600 }, () => line("12:00:01", "x".repeat(9000)))];
    const { lines, missing } = await ask();
    expect(lines.length).toBeLessThan(500);
    expect(missing).toMatchObject([{ code: "bytes", detail: expect.stringMatching(/^4 MiB are read at most/) }]);
  });

  it.each<[string, Record<string, object>, string, string, RegExp]>([
    [
      "a restart in between",
      { web: crashed },
      "",
      "restarted",
      /started again at .*12:05:00Z after OOMKilled \(exit 137\)/,
    ],
    [
      "a start in between",
      { web: { state: crashed.state } },
      "",
      "began",
      /started at .*12:05:00Z: before, it wrote nothing/,
    ],
    [
      "no start yet",
      { web: { state: { waiting: { reason: "ImagePullBackOff" } } } },
      "",
      "not_started",
      /\(ImagePullBackOff\)/,
    ],
    ["no earlier instance", {}, "&previous=on", "no_previous", /has not been started again/],
  ])("%s", async (_, statuses, more, code, detail) => {
    object = pod(statuses);
    expect((await ask(more)).missing).toMatchObject([{ code, detail: expect.stringMatching(detail) }]);
  });

  it("the end of the instance before, whose lines are read", async () => {
    object = pod({ web: crashed });
    written = [line("11:00:00", "starting"), line("12:00:01", "last words")];
    const before = await showLogs(
      deps,
      ANONYMOUS,
      parseLogsQuery(
        new URLSearchParams(`cluster=west&namespace=shop&pod=web-1&previous=on&start=2026-01-01T12:00:00Z`),
      ),
    );
    expect(before).toMatchObject({
      ...{ previous: true, lines: [{ text: "last words" }] },
      missing: [{ code: "ended", detail: "This instance ended at 2026-01-01T12:04:50Z: OOMKilled (exit 137)." }],
    });
    expect(kube.seen.every(({ path, query }) => path === POD || query.get("previous") === "true")).toBe(true);
  });

  it("lines that were rotated away, and a log without any", async () => {
    written = [line("12:00:05", "the oldest that is kept")];
    expect((await ask()).missing).toMatchObject([{ code: "reach", detail: expect.stringContaining("12:00:05.0") }]);
    written = [];
    expect(await codes()).toEqual(["empty"]);
  });

  it("what came before the connection broke", async () => {
    kube.script = (response, { path, query }) => {
      if (path === POD) answer(response, 200, object);
      else if (!query.has("sinceTime")) response.end(QUIET[0]);
      else {
        response.writeHead(200, { "content-length": 9999 });
        response.write(line("12:00:01", "one"), () => response.destroy());
      }
      return true;
    };
    expect(await ask()).toMatchObject({
      ...{ lines: [{ text: "one" }], readTo: "2026-01-01T12:00:01.000000000Z" },
      missing: [{ code: "broken", detail: expect.stringContaining("the connection was cut") }],
    });
  });
});

describe("who may read", () => {
  it("a user, with their own token and no other", async () => {
    deps = { ...deps, rights: { visibility: async () => SHOP, ask: async () => [] } };
    await ask("", USER);
    expect(new Set(kube.seen.map(({ headers }) => headers.authorization))).toEqual(new Set(["Bearer anas"]));
  });

  it.each<[Credential, RegExp]>([
    [USER, /^No right to get pods\/log in namespace shop of cluster "west"\.$/],
    [ANONYMOUS, /^No right to get pods\/log in namespace shop .*rbac-logs\.yaml/],
  ])("nobody without the right to get pods/log, which is named", async (credential, detail) => {
    kube.script = (response, { path }) => {
      if (path === POD) answer(response, 200, object);
      else status(response, 403, "Forbidden", "no");
      return true;
    };
    expect(await problem(ask("", credential))).toMatchObject({
      code: "forbidden",
      detail: expect.stringMatching(detail),
    });
  });

  it("nobody what lies out of sight, existing or not, and no cluster is asked", async () => {
    deps = { ...deps, rights: { visibility: async () => SHOP, ask: async () => [] } };
    for (const where of ["cluster=west&namespace=bank&pod=web-1", "cluster=west&namespace=bank&workload=web"])
      expect(await problem(ask("", USER, where))).toMatchObject({
        code: "forbidden",
        detail: expect.stringContaining("bank"),
      });
    expect(kube.seen).toEqual([]);
  });

  it.each([
    ["cluster=east&namespace=shop&pod=web-1", "unknown_cluster", /No cluster with Kubernetes access/],
    ["cluster=west&namespace=shop&pod=..%2F..%2Fsecrets", "bad_parameter", /No Kubernetes object can have such a name/],
    ["cluster=west&namespace=shop&pod=gone-1", "not_found", /Pod shop\/gone-1 of cluster "west" is gone/],
    ["cluster=west&namespace=shop&pod=web-1&container=x", "not_found", /It has: istio-proxy, web, migrate\./],
  ])("%s: %s", async (where, code, detail) => {
    expect(await problem(ask("", ANONYMOUS, where))).toMatchObject({ code, detail: expect.stringMatching(detail) });
  });

  it("says that the way to a node is missing, where the pod isn't", async () => {
    kube.script = (response, { path }) => {
      if (path === POD) answer(response, 200, object);
      else status(response, 404, "NotFound", 'nodes "n" not found');
      return true;
    };
    expect(await problem(ask())).toMatchObject({
      code: "upstream_bad",
      detail: expect.stringMatching(/knows the pod/),
    });
  });
});

it("refuses what hasn't been written yet, and more than a day", async () => {
  const later = parseLogsQuery(new URLSearchParams(`cluster=west&namespace=shop&pod=web-1&start=${NOW + 60}`));
  expect(await problem(showLogs(deps, ANONYMOUS, later))).toMatchObject({ code: "bad_instant" });
  const long = parseLogsQuery(new URLSearchParams("cluster=west&namespace=shop&pod=web-1&start=1"));
  expect(await problem(showLogs(deps, ANONYMOUS, long))).toMatchObject({ code: "bad_instant" });
});
