import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { logCallersAt, logCallersSchema } from "#lib/api/log-callers.ts";
import { problemOf } from "#lib/errors.ts";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import type { Workload } from "#lib/inventory/model.ts";
import { createKubeClient } from "#lib/kube/client.ts";
import { type FakeKube, startFakeKube, status } from "#lib/kube/fake.test-support.ts";
import { type Clock, milliseconds, unixSeconds } from "#lib/units.ts";
import { ANONYMOUS, type Credential } from "../identity.ts";
import { readingPort } from "../policy/port.ts";
import type { Rights } from "../rights/model.ts";
import { showLogCallers } from "./callers.ts";

const clock: Clock = {
  now: () => unixSeconds(Date.parse("2026-01-01T12:10:00Z") / 1000),
  monotonic: () => milliseconds(0),
};
const ANA: Credential = {
  ...{ ...ANONYMOUS, strategy: "token", role: "user", user: "ana", session: "s" },
  clusters: new Map([["c", { user: "ana", token: "anas" }]]),
};
const line = (remote: string, name: string): string =>
  `2026-01-01T12:00:00.5Z [2026-01-01T12:00:00.4Z] "GET / HTTP/1.1" 200 - via_upstream - "-" 0 1 3 1 "-" "curl" "id" "cart" "10.0.0.5:80" inbound|80|| 127.0.0.6:1 10.0.0.5:80 ${remote}:5000 ${name} default\n`;
const PLAIN = line("10.0.0.1", "-");
const MUTUAL = line("10.0.0.2", "outbound_.80_._.cart.shop.svc.cluster.local");

let kube: FakeKube;
let client: ReturnType<typeof createKubeClient>;
let logs: Record<string, string | number>;
let asked: string[];

beforeEach(async () => {
  logs = {};
  asked = [];
  kube = await startFakeKube();
  client = createKubeClient(kube.target, { clock });
  kube.script = (response, { path, query }) => {
    const [, pod = ""] = /\/namespaces\/shop\/pods\/(.+)\/log$/.exec(path) ?? [];
    const said = logs[pod];
    if (said === undefined) return false;
    asked.push(`${pod} ${query.get("container")} ${query.get("tailLines")} ${query.get("limitBytes")}`);
    if (typeof said === "number") status(response, said, "Forbidden", "pods/log is forbidden");
    else {
      response.writeHead(200, { "content-type": "text/plain" });
      response.end(said);
    }
    return true;
  };
});
afterEach(async () => {
  await client.close();
  await kube.close();
});

async function ask(own: Partial<Workload>, credential: Credential = ANONYMOUS, path = "c/shop?workload=cart") {
  const all = inventory([workload("shop/cart", own), workload("bank/till")], {
    workloadByIp: new Map([["10.0.0.1", "bank/till"]]),
  });
  const rights: Rights = {
    visibility: async ({ role }) => ({
      ...{ key: role, all: role !== "user", cluster: () => true },
      namespace: (_, namespace) => role !== "user" || namespace === "shop",
    }),
    ask: async (_, questions) => questions.map(() => ({ allowed: true, reason: "" })),
  };
  const deps = {
    ...{ clock, rights, port: readingPort, clients: new Map([["c", client]]), rootNamespace: () => "istio-system" },
    ...{ inventory: () => all, store: { clusters: () => new Map() } },
  };
  const told = await showLogCallers(
    deps as never,
    credential,
    logCallersAt(`http://x/api/v1/meaning/log-callers/${path}`),
  );
  expect(logCallersSchema.parse(told)).toEqual(told);
  return told;
}

const pods = (...names: string[]): Workload["pods"] =>
  names.map((name) => ({ name, ip: null, ready: true, phase: "Running", reports: true }));

describe("GET /meaning/log-callers", () => {
  it("reads the newest lines of the proxies of five pods at most, and names who called in plaintext", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    logs = Object.fromEntries(names.map((name) => [name, `${PLAIN}${MUTUAL}nonsense\n`]));
    const told = await ask({ pods: pods(...names) });
    expect(asked.toSorted()).toEqual(names.slice(0, 5).map((name) => `${name} istio-proxy 1000 1048576`));
    expect(told).toMatchObject({ pods: 6, mutual: 5, callersTotal: 1 });
    expect(told.callers).toMatchObject([{ source: "c/bank/workload/till", by: "pod", sends: "plaintext", calls: 5 }]);
    expect(told.logs[0]).toEqual({
      ...{ pod: "a", lines: 3, inbound: 2, unreadable: 0, problem: null },
      since: "2026-01-01T12:00:00.500000000Z",
    });
  });

  it("names nobody out of sight, and tells a pod whose log may not be read with the reason", async () => {
    logs = { a: PLAIN, b: 403 };
    const told = await ask({ pods: pods("a", "b") }, ANA);
    expect(told.callers).toMatchObject([{ source: null, by: "hidden", address: null }]);
    expect(JSON.stringify(told)).not.toContain("till");
    expect(told.logs[1]).toMatchObject({ pod: "b", lines: null });
    expect(told.logs[1]?.problem).not.toBe("");
  });

  it("reads no log where none of Istio's tells, and says so", async () => {
    expect((await ask({ dataplane: "ambient", pods: pods("a") })).notEvaluated).toContain("ztunnels");
    expect((await ask({ dataplane: "none", pods: pods("a") })).notEvaluated).toContain("no sidecar");
    expect((await ask({ pods: [] })).notEvaluated).toContain("no pod");
    expect(asked).toEqual([]);
  });

  it("refuses what may not be seen, and knows no workload that isn't there", async () => {
    const code = (path: string, who: Credential) =>
      ask({}, who, path).then(
        () => "",
        (thrown: unknown) => problemOf(thrown).code,
      );
    expect(await code("c/bank?workload=till", ANA)).toBe("forbidden");
    expect(await code("c/shop?workload=gone", ANA)).toBe("not_found");
    expect(await code("c/shop", ANA)).toBe("bad_parameter");
  });
});
