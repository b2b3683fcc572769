import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inventory, view, workload } from "#lib/graph/graph.test-support.ts";
import type { Inventory } from "#lib/inventory/model.ts";
import type { Decoded } from "#lib/mesh/port.ts";
import type { Labels, Sample } from "#lib/promql/result.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { extension } from "./index.ts";
import { METER, REQUEST_LABELS } from "./labels.ts";

const AT = 1_800_000_000;
const CALL: Labels = {
  ...{
    extension: "skupper",
    source_cluster: "c",
    source_namespace: "shop",
    source_name: "web",
    source_is_root: "true",
  },
  ...{ dest_cluster: "de857733", dest_namespace: "data", dest_name: "mysql:3306" },
};
const asked = (more: Labels = {}, value = 5): Sample => ({
  labels: { ...CALL, [METER]: "requests", protocol: "http", status_code: "200", flags: "-", ...more },
  value,
});
const sent = (more: Labels = {}, value = 100): Sample => ({ labels: { ...CALL, [METER]: "sent", ...more }, value });

interface Given {
  readonly traffic?: readonly Sample[];
  readonly newborn?: readonly Sample[];
  readonly history?: readonly Sample[];
}

function decode(given: Given, objects: Inventory = new Map()): Decoded {
  const all = { traffic: [], newborn: [], ...given };
  const answers = Object.entries(all).map(
    ([id, samples]) => [id, { at: unixSeconds(AT), samples, warnings: [], infos: [] }] as const,
  );
  const capabilities = { mesh: "extension", present: true, scrapeInterval: seconds(15), facts: {} } as const;
  return extension.decode(new Map(answers), capabilities, {
    inventory: objects,
    clusterOf: (name) => (name === "Kubernetes" ? "c" : name),
    defaultCluster: "c",
    at: unixSeconds(AT),
    window: seconds(60),
  });
}
const one = (given: Given, objects?: Inventory) => decode(given, objects).observations[0];

/** The service shop/web with this workload behind it. */
const serviceOf = (workload: string) =>
  new Map([
    [
      "shop/web",
      {
        ...{ cluster: "c", namespace: "shop", name: "web", selector: {}, ports: [], headless: false },
        workloads: [workload],
      },
    ],
  ]);

describe("who called whom", () => {
  const web = workload("shop/web", { app: "web" });

  it("the root's caller is the workload of that name, or the only one of the app", () => {
    expect(one({ traffic: [asked()] }, inventory([web]))?.source).toMatchObject({ workload: "web", service: null });
    const v1 = workload("shop/web-v1", { app: "web" });
    expect(one({ traffic: [asked()] }, inventory([v1]))?.source.workload).toBe("web-v1");
    const v2 = workload("shop/web-v2", { app: "web" });
    expect(one({ traffic: [asked()] }, inventory([v1, v2]))?.source).toMatchObject({ workload: null, service: "web" });
    expect(one({ traffic: [asked({ source_is_root: "false" })] }, inventory([v1]))?.source.service).toBe("web");
  });

  it("the other end is a service, its port being no part of its name, in a cluster that needn't be known", () => {
    const edge = one({ traffic: [asked()] });
    expect(edge?.destination).toMatchObject({ cluster: "de857733", namespace: "data", service: "mysql" });
    expect([...(edge?.hosts ?? [])]).toEqual([["mysql:3306", 5]]);
    expect(one({ traffic: [asked({ dest_cluster: "Kubernetes" })] })?.destination.cluster).toBe("c");
    expect(one({ traffic: [asked({ dest_cluster: "" })] })?.destination.cluster).toBe("c");
  });

  it("a workload that is named like it answers, unless a service of that name has others behind it", () => {
    const to = { dest_cluster: "c", dest_namespace: "shop", dest_name: "web" };
    expect(one({ traffic: [asked(to)] }, inventory([web]))?.destination).toMatchObject({ workload: "web" });
    const others = inventory([web], { services: serviceOf("router") });
    expect(one({ traffic: [asked(to)] }, others)?.destination).toMatchObject({ workload: null, service: "web" });
    const own = inventory([web], { services: serviceOf("web") });
    expect(one({ traffic: [asked(to)] }, own)?.destination).toMatchObject({ workload: "web", service: "web" });
  });

  it("who isn't named is unknown", () => {
    expect(one({ traffic: [asked({ source_name: "unknown" })] })?.source).toMatchObject({
      workload: null,
      service: null,
    });
  });
});

describe("what became of it", () => {
  it("codes, flags and protocols; a status of gRPC is one", () => {
    const http = decode({ traffic: [asked(), asked({ status_code: "503", flags: "UF" }, 1)] }).observations;
    expect(http).toMatchObject([
      {
        ...{ protocol: "http", layer: "l7", observer: "extension", extension: "skupper", mesh: "extension" },
        requests: [
          { code: "200", rate: 5 },
          { code: "503", flags: "UF", rate: 1, grpc: false },
        ],
      },
    ]);
    expect(one({ traffic: [asked({ protocol: "grpc", status_code: "14" })] })).toMatchObject({
      protocol: "grpc",
      requests: [{ code: "14", grpc: true }],
    });
    expect(one({ traffic: [asked({ protocol: "HTTP2", status_code: "" })] })).toMatchObject({
      protocol: "http",
      requests: [{ code: "-" }],
    });
  });

  it("bytes of connections, without a count of connections that nobody gave", () => {
    const both = [sent(), { ...sent({}, 7), labels: { ...sent().labels, [METER]: "received" } }];
    expect(one({ traffic: both })).toMatchObject({
      ...{ protocol: "tcp", layer: "l4", connections: null, requests: [] },
      bytes: { sent: 100, received: 7 },
    });
  });

  it("what both ends tell alike counts once, the larger; what differs otherwise is summed", () => {
    const twice = [asked(), asked({ source_is_root: "false" }, 6)];
    expect(one({ traffic: twice })?.requests).toMatchObject([{ rate: 6 }]);
    expect(one({ traffic: twice }, inventory([workload("shop/web")]))?.source.workload).toBe("web");
    expect(one({ traffic: [asked({ secure: "true" }), asked({ secure: "false" })] })?.requests).toMatchObject([
      { rate: 10 },
    ]);
  });

  it("series that began within the window, with their age", () => {
    const born = (meter: string, value: number): Sample => ({
      ...asked(),
      labels: { ...asked().labels, [METER]: meter },
      value,
    });
    expect(one({ newborn: [born("missed", 30), born("born", 40), born("samples", 3)] })).toMatchObject({
      requests: [{ rate: 0.5, newborn: 0.5 }],
      ...{ newbornRequests: 40, newbornSince: AT - 30 },
    });
  });

  it("what it says of security is its word alone: no share of mutual TLS", () => {
    const edge = one({
      traffic: [asked({ secure: "true" }, 3), asked({ secure: "false", flags: "DC" }, 1), asked({ flags: "UF" }, 4)],
    });
    expect(edge).toMatchObject({ mtls: null, secured: { part: 3, of: 8 } });
    expect(one({ traffic: [asked()] })).not.toHaveProperty("secured");
  });

  it("a silent edge of the hour is known, and carries nothing", () => {
    expect(one({ history: [asked(), sent()] })).toMatchObject({ protocol: "http", requests: [] });
  });
});

describe("what can't be read", () => {
  it.each([
    ["no name", asked({ dest_name: "" })],
    ["no namespace", asked({ source_namespace: "" })],
    ["a name that is none", asked({ dest_name: "x".repeat(254) })],
    ["another protocol", asked({ protocol: "amqp" })],
    ["NaN", asked({}, Number.NaN)],
    ["no extension", asked({ extension: "" })],
    ["another meter", asked({ [METER]: "open" })],
  ])("%s is left out, and counted", (_, sample) => {
    const { observations, ignored } = decode({ traffic: [sample, sent()] });
    expect(observations.map(({ protocol }) => protocol)).toEqual(["tcp"]);
    expect(ignored.series).toBe(1);
  });

  it("an unanswered query is missing, with what that costs", () => {
    const capabilities = { mesh: "extension", present: true, scrapeInterval: null, facts: {} } as const;
    const context = { inventory: new Map(), clusterOf: (name: string) => name, defaultCluster: null };
    const { missing } = extension.decode(new Map(), capabilities, {
      ...context,
      at: unixSeconds(AT),
      window: seconds(60),
    });
    expect(missing.map(({ what }) => what)).toEqual([
      "answer to the query for extensions’ traffic",
      "answer to the query for extensions’ newborn",
    ]);
  });

  it("whatever labels and values hold, nothing throws and no rate is made up", () => {
    const label = fc.oneof(
      fc.string(),
      fc.constantFrom("unknown", "__proto__", "constructor", "true", "http", "requests", "a:1"),
    );
    const sample = fc.record({
      labels: fc.dictionary(fc.constantFrom(...REQUEST_LABELS, METER), label),
      value: fc.oneof(fc.double(), fc.constant(Number.POSITIVE_INFINITY)),
    });
    fc.assert(
      fc.property(fc.array(sample), fc.array(sample), (traffic, newborn) => {
        for (const { requests, bytes } of decode({ traffic, newborn }).observations) {
          const rates = [...requests.map(({ rate }) => rate), bytes?.sent ?? 0, bytes?.received ?? 0];
          expect(rates.every((rate) => Number.isFinite(rate) && rate >= 0)).toBe(true);
        }
      }),
    );
  });
});

describe("in the graph", () => {
  const told = decode({ traffic: [asked(), asked({ status_code: "503" }, 5)] }, inventory([workload("shop/web")]));

  it("is an edge of its own where no proxy saw the calls", () => {
    const { edge } = view(told.observations);
    expect(edge("c/shop/workload/web>de857733/data/service/mysql>http")).toMatchObject({
      ...{ mesh: "extension", observer: "extension", extensions: ["skupper"], rate: 10, errorRate: 5 },
      ...{ health: "failing", mtls: null, mtlsBasis: "unknown" },
    });
  });
});
