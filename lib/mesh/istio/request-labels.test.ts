/** Classes of requests on a real Prometheus: of servers and waypoints, joined to the pairs of the graph. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, startBench } from "#lib/mesh/bench.test-support.ts";
import { every, exposition, target, type Written } from "#lib/mesh/exposition.test-support.ts";
import type { ClassOptions, DecodeContext, RequestFact } from "#lib/mesh/port.ts";
import type { Labels } from "#lib/promql/result.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { type Call, requestLabels } from "./exposition.test-support.ts";
import { istio } from "./index.ts";
import { learn } from "./prometheus.test-support.ts";

const START = 1_750_003_200;
const END = START + 900;
const server: Call = { reporter: "destination", from: "shop/a", to: "shop/b" };

function series(of: Call, more: Labels, rate: number, from = START): Written {
  return {
    name: "istio_requests_total",
    labels: { ...requestLabels(of, "200"), ...target("shop/b-1"), ...more },
    points: every(15, from, END, (age) => (from === START ? 100 : 1) + age * rate),
  };
}

const WRITTEN: Written[] = [
  { name: "up", labels: target("shop/b-1"), points: every(15, START, END, () => 1) },
  series({ ...server, reporter: "source" }, { request_method: "TRACE" }, 9),
  series(server, { request_method: "GET", request_host: "b:80", destination_port: "8080" }, 6),
  series(server, { request_method: "GET", request_host: "b:80", destination_port: "8080", response_code: "500" }, 1),
  series(server, { request_method: "POST", request_host: "unknown", destination_port: "no port" }, 2),
  series(server, {}, 1),
  series({ ...server, reporter: "waypoint" }, { request_method: "GET", request_host: "b", destination_port: "80" }, 5),
  series(server, { request_method: "PUT", connection_security_policy: "none", source_principal: "unknown" }, 3),
  series(server, { request_method: "LATE" }, 0, END - 15),
  series({ ...server, to: "bank/c" }, { request_protocol: "grpc", request_method: "", grpc_response_status: "0" }, 2),
];

let bench: Bench;
beforeAll(async () => {
  bench = await startBench(exposition(WRITTEN));
}, 60_000);
afterAll(() => bench?.stop());

const CONTEXT: DecodeContext = {
  ...{ inventory: new Map(), clusterOf: (name: string) => name, defaultCluster: "c1" },
  ...{ at: unixSeconds(END), window: seconds(600) },
};

async function read(of: readonly RequestFact[], scope: ClassOptions["scope"] = null) {
  const capabilities = await learn(bench, END);
  const asked = istio.requestClasses?.({ window: seconds(600), scope, of }, capabilities) ?? null;
  if (asked === null) return null;
  const answer = await bench.ask(asked.query, END);
  const found = istio.requestClassRates?.(answer, capabilities, CONTEXT);
  return (found?.classes ?? [])
    .map(({ source, target: to, by, request, principal, rate }) => {
      const who = principal === null ? "plaintext" : (principal ?? "?");
      return `${source}>${to} ${by === "server" ? "" : `${by} `}${JSON.stringify(request)} ${who} ${Number(rate.toFixed(3))}`;
    })
    .sort();
}

const AB = "c1/shop/workload/a>c1/shop/workload/b";
const A = "cluster.local/ns/shop/sa/a";

describe("classes of requests", () => {
  it("are the server's and the waypoint's, each caller's for itself, whatever became of them; what is no fact isn't one", async () => {
    expect(await read(["method", "host", "port"])).toEqual([
      `${"c1/shop/workload/a>c1/bank/workload/c"} {"method":"POST"} ${A} 2`,
      // The port that it was asked at is the Service's.
      `${AB} waypoint {"method":"GET","host":"b"} ${A} 5`,
      `${AB} {"method":"GET","host":"b:80","port":8080} ${A} 7`,
      `${AB} {"method":"LATE"} ${A} 0.002`,
      `${AB} {"method":"POST"} ${A} 2`,
      `${AB} {"method":"PUT"} plaintext 3`,
      `${AB} {} ${A} 1`,
    ]);
  });

  it("are told apart by what is asked for alone, where it is asked for", async () => {
    const scope = { side: "destination", namespaces: ["bank"] } as const;
    expect(await read(["host"], scope)).toEqual([`c1/shop/workload/a>c1/bank/workload/c {"method":"POST"} ${A} 2`]);
    expect(await read(["port"])).toContain(`${AB} {"port":8080} ${A} 7`);
    expect(await read([])).toBeNull();
  });

  it("are none where no request carries such a label", async () => {
    const plain = await startBench(exposition([WRITTEN[0], series(server, {}, 1)].flatMap((each) => each ?? [])));
    try {
      const capabilities = await learn(plain, END);
      expect(capabilities.facts["requestFacts"]).toEqual([]);
      expect(istio.requestClasses?.({ window: seconds(600), scope: null, of: ["method"] }, capabilities)).toBeNull();
    } finally {
      await plain.stop();
    }
  });

  it("are read where waypoints alone add such labels", async () => {
    const waypoint = series({ ...server, reporter: "waypoint" }, { request_method: "GET" }, 1);
    const alone = await startBench(
      exposition([WRITTEN[0], series(server, {}, 1), waypoint].flatMap((each) => each ?? [])),
    );
    try {
      expect((await learn(alone, END)).facts["requestFacts"]).toEqual(["method"]);
    } finally {
      await alone.stop();
    }
  });

  it("nothing that labels hold breaks it, and an answer that is full is told to be", () => {
    const capabilities = istio.learn(new Map(), null);
    const sample = { labels: { source_workload: "x".repeat(300), request_method: "\u0000" }, value: Number.NaN };
    const full = {
      at: unixSeconds(END),
      warnings: [],
      infos: [],
      samples: Array.from({ length: 5_000 }, () => sample),
    };
    expect(istio.requestClassRates?.(full, capabilities, CONTEXT)).toEqual({ classes: [], cut: true });
  });
});
