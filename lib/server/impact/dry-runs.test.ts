import { describe, expect, it } from "vitest";
import { dryRunsAt, dryRunsSchema } from "#lib/api/dry-runs.ts";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import type { MeshAdapter } from "#lib/mesh/port.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { perSecond } from "#lib/units.ts";
import { fakeConsole } from "../fake-console.test-support.ts";
import { fakeMesh } from "../fake-mesh.test-support.ts";
import { ANONYMOUS, type Credential } from "../identity.ts";
import { readingPort } from "../policy/port.ts";
import type { Rights } from "../rights/model.ts";
import { showDryRuns } from "./dry-runs.ts";

const trial: Manifest = {
  ...{ apiVersion: "security.istio.io/v1", kind: "AuthorizationPolicy", spec: { action: "DENY", rules: [{}] } },
  metadata: { namespace: "shop", name: "try", annotations: { "istio.io/dry-run": "true" } },
};
/** Sees `shop` alone. */
const ana: Credential = {
  ...{ ...ANONYMOUS, strategy: "token", role: "user", user: "ana", session: "s" },
  clusters: new Map([["c", { user: "ana", token: "t" }]]),
};
/** What it counts as denied is what the fake client answers for latency, which nobody else asks here. */
const mesh: MeshAdapter = {
  ...fakeMesh,
  dryRuns: () => ({ id: "dryRuns", group: "rates", query: { type: "selector", metric: "latency", matchers: [] } }),
  dryRunCounts: ({ samples }) =>
    samples.map(({ value }) => ({
      ...{ cluster: "c", namespace: "shop", pod: "api-1", protocol: "http", port: 8080, action: "deny" },
      ...{ result: "denied", rate: perSecond(value), newborn: false },
    })),
};

interface Given {
  readonly objects?: readonly Manifest[];
  readonly unread?: string;
  readonly mayNot?: string;
  readonly mesh?: MeshAdapter;
  /** Absent: nobody keeps spans. */
  readonly spans?: readonly { readonly policy: string | null; readonly spans: number }[];
}

function given(o: Given = {}) {
  const inventories = inventory(["shop/web", "shop/api", "bank/ledger"].map((name) => workload(name)));
  const { telemetry, timers, client } = fakeConsole({ inventory: inventories, mesh: o.mesh ?? mesh });
  const policies = {
    ...{ cluster: "c", asOf: timers.now(), kind: () => null },
    objects: (kind: string) => (o.objects ?? [trial]).filter((each) => manifestKindKey(each) === kind),
    unread: o.unread === undefined ? [] : [{ kind: o.unread, reason: "You may not list it.", code: "forbidden" }],
  };
  const rights: Rights = {
    visibility: async ({ role }) => ({
      ...{ key: role, all: role !== "user", cluster: () => true },
      namespace: (_, namespace) => role !== "user" || namespace === "shop",
    }),
    ask: async (_, questions) => questions.map(({ resource }) => ({ allowed: resource !== o.mayNot, reason: "" })),
  };
  const deps = {
    ...{ port: readingPort, rights, clients: new Map([["c", {}]]), rootNamespace: () => "istio-system" },
    ...{ inventory: () => inventories, store: { clusters: () => new Map([["c", policies]]) } },
    ...{ telemetry, timers, text: () => (text: string) => text },
  };
  const asked: unknown[] = [];
  const spans = async (_: Credential, question: { readonly action: "allow" | "deny" }) => {
    asked.push(question);
    if (o.spans === undefined) return null;
    return { action: question.action, kept: 2, full: false, callers: [], problem: null, policies: o.spans };
  };
  const ask = async (path = "c/shop?workload=api", credential: Credential = ANONYMOUS) => {
    const answer = await showDryRuns(
      { ...deps, spans } as never,
      credential,
      dryRunsAt(`http://x/api/v1/meaning/dry-runs/${path}`),
    );
    expect(dryRunsSchema.parse(answer)).toEqual(answer);
    return answer;
  };
  return { ask, asked, client, timers };
}

describe("GET /meaning/dry-runs", () => {
  it("tells what would be denied, by which policies it may be, and whose calls it is", async () => {
    const { ask, client } = given();
    client.answers.latency = 4;
    const { workloads, window, limits } = await ask();
    expect([window, limits]).toEqual(["10m", []]);
    expect(workloads).toMatchObject([
      {
        ...{ workload: "api", armed: false, silent: null, policies: [{ action: "deny" }] },
        tried: [
          { action: "deny", denied: 4, callers: [{ source: "c/shop/workload/web", certainty: "certain", max: 4 }] },
        ],
      },
    ]);
  });

  it("asks Prometheus once for all who ask within a round, of whatever namespace, and not who calls where nothing is denied", async () => {
    const { ask, client, timers } = given();
    client.answers.latency = 0;
    await Promise.all([ask(), ask("c/shop"), ask("c/shop?workload=web")]);
    await ask();
    expect([client.asked.latency, client.asked.rates]).toEqual([1, 0]);
    await timers.advance(15_000);
    await ask();
    expect(client.asked.latency).toBe(2);
  });

  it("asks nothing where nothing is on trial, unless policies can't be read", async () => {
    const quiet = given({ objects: [] });
    expect(await quiet.ask()).toMatchObject({ at: null, workloads: [] });
    expect(quiet.client.asked.latency).toBe(0);
    const blind = given({ objects: [], unread: "AuthorizationPolicy" });
    expect((await blind.ask()).workloads).toMatchObject([{ policies: [], lacks: [expect.stringMatching(/may not/)] }]);
  });

  it("says that nothing is counted, and never 0, where no counter is there", async () => {
    const { ask, client } = given();
    client.answers.latency = "nothing";
    expect((await ask()).workloads).toMatchObject([{ silent: "no-counters", tried: [], pods: { counted: 0, all: 1 } }]);
  });

  it("without Prometheus it tells the policies, and why it knows no counter", async () => {
    const { ask, client } = given();
    client.answers.latency = "upstream_unreachable";
    const answer = await ask();
    expect(answer.notEvaluated).toMatch(/could not be read. Prometheus 'main' can't be reached/);
    expect(answer.workloads).toMatchObject([{ silent: null, tried: [], policies: [{}] }]);
  });

  it("says so where who calls can't be read", async () => {
    const { ask, client } = given();
    client.answers.rates = client.answers.other = client.answers.up = "upstream_unreachable";
    const answer = await ask();
    expect(answer.limits).toEqual(["Who calls could not be read."]);
    expect(answer.workloads).toMatchObject([{ tried: [{ denied: 1, callers: null }] }]);
  });

  it("says so where series name no pod, and where no mesh is read", async () => {
    expect((await given({ mesh: { ...mesh, dryRuns: () => null } }).ask()).notEvaluated).toMatch(
      /no labels of their pods/,
    );
    expect((await given({ mesh: fakeMesh }).ask()).notEvaluated).toMatch(/No Prometheus/);
  });

  it("names no policy that the viewer may not list, and answers nothing of a namespace out of sight", async () => {
    const { ask } = given({ mayNot: "authorizationpolicies" });
    const answer = await ask("c/shop", ana);
    expect(answer.workloads).toMatchObject([{ workload: "api", policies: [], tried: [{ denied: 1 }] }]);
    expect(JSON.stringify(answer)).not.toContain("try");
    await expect(ask("c/bank", ana)).rejects.toMatchObject({ problem: { code: "forbidden" } });
  });

  it("asks spans where it is told to, of the window of the counters, and names policies on trial in sight alone", async () => {
    const told = [
      { policy: "shop/try", spans: 1 },
      { policy: "istio-system/hidden", spans: 1 },
    ];
    const { ask, asked, timers } = given({ spans: told });
    expect((await ask()).spans).toBeNull();
    expect(asked).toEqual([]);
    const answer = await ask("c/shop?workload=api&spans=on");
    expect(answer.spans).toMatchObject([{ kept: 2, policies: [{ policy: { name: "try" } }, { policy: null }] }]);
    const end = Math.floor(timers.now() / 15) * 15;
    expect(asked).toMatchObject([{ workload: "api", app: "api", action: "deny", start: end - 600, end }]);
    expect((await given().ask("c/shop?workload=api&spans=on")).spans).toBeNull();
  });

  it("refuses windows of days and addresses that are none", () => {
    expect(() => dryRunsAt("http://x/api/v1/meaning/dry-runs/c/shop?window=168h")).toThrow(/10m/);
    expect(() => dryRunsAt("http://x/api/v1/meaning/dry-runs/c")).toThrow(/no namespace/);
  });
});
