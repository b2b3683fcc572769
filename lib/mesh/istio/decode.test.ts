import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_HEALTH } from "#lib/graph/health.ts";
import { viewGraph } from "#lib/graph/lens.ts";
import { mergeGraph } from "#lib/graph/merge.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import { AT, decode, sample } from "./decode.test-support.ts";
import { type Call, callLabels, requestLabels } from "./exposition.test-support.ts";
import { ENDS, L4_LABELS, METER, METERS, REQUEST_LABELS } from "./labels.ts";

const call: Call = { reporter: "source", from: "shop/a", to: "shop/b" };
const ok = (labels: Partial<Call> & { labels?: Call["labels"] } = {}, value = 1, code = "200", flags = "-") =>
  sample(requestLabels({ ...call, ...labels }, code, flags), value);
const one = (samples: ReturnType<typeof sample>[], more = {}) => decode({ requests: samples, ...more }).observations[0];

describe("codes (docs/numbers.md 4, 5)", () => {
  it("raw 0 is keyed - : no response came", () => {
    expect(one([ok({}, 1, "0", "DC")])?.requests).toMatchObject([{ code: "-", flags: "DC", grpc: false }]);
  });

  it("a gRPC status decides whatever the HTTP code is", () => {
    const grpc = { request_protocol: "grpc", grpc_response_status: "14" };
    expect(one([ok({ labels: grpc }, 1, "503")])?.requests).toMatchObject([{ code: "14", grpc: true }]);
  });

  it("a gRPC call without status goes by its HTTP code; on http a status is not looked at", () => {
    expect(one([ok({ labels: { request_protocol: "grpc" } }, 1, "503")])).toMatchObject({
      protocol: "grpc",
      requests: [{ code: "503", grpc: false }],
    });
    expect(one([ok({ labels: { grpc_response_status: "5" } })])).toMatchObject({
      protocol: "http",
      requests: [{ code: "200", grpc: false }],
    });
  });

  it("protocols are the same in any case, and guessed by the status where the label is gone", () => {
    expect(
      one([ok({ labels: { request_protocol: "HTTP" } }), ok({ labels: { request_protocol: "http" } })]),
    ).toMatchObject({ protocol: "http", requests: [{ rate: 2 }] });
    expect(one([ok({ labels: { request_protocol: "", grpc_response_status: "0" } })])?.protocol).toBe("grpc");
  });

  it("sums series that differ in what doesn't matter", () => {
    const other = ok({ labels: { source_canonical_revision: "v1", destination_service_namespace: "other" } }, 2);
    expect(decode({ requests: [ok(), other] }).observations).toHaveLength(1);
  });
});

describe("unserviced failures (docs/numbers.md 2)", () => {
  const lost: Partial<Call> = { to: "?", host: "b.pay.svc.cluster.local" };

  it("end at the service that the host names, not in the namespace label, which is the missing peer's", () => {
    expect(one([ok(lost, 1, "503", "UH")])?.destination).toMatchObject({
      cluster: "c1",
      namespace: "pay",
      service: "b",
      workload: null,
    });
  });

  it("a failed connect that names its peer, as newer proxies do, ends at the workload and proves nothing of mTLS", () => {
    const refused = ok({ labels: { destination_principal: "unknown" } }, 1, "503", "UF");
    expect(one([refused])).toMatchObject({ destination: { namespace: "shop", workload: "b" }, mtls: null });
    expect(one([refused])?.requests).toMatchObject([{ code: "503", flags: "UF", rate: 1 }]);
  });

  it("latest, of a workload that isn't known, is no version", () => {
    expect(one([ok(lost, 1, "503", "UH")])?.destination.version).toBeNull();
    expect(one([ok({ labels: { destination_canonical_revision: "latest" } })])?.destination.version).toBe("latest");
  });
});

describe("clusters", () => {
  it("are the configured ones", () => {
    const clusterOf = (name: string) => (name === "Kubernetes" ? "west" : name);
    const labels = { source_cluster: "Kubernetes", destination_cluster: "east" };
    expect(one([ok({ labels })], { context: { clusterOf } })).toMatchObject({
      source: { cluster: "west" },
      destination: { cluster: "east" },
    });
  });

  it("an unknown end takes the known end's", () => {
    expect(one([ok({ from: "?", reporter: "destination" })])?.source).toMatchObject({
      cluster: "c1",
      workload: null,
      namespace: null,
    });
    expect(
      one([ok({ to: "?", host: "x.shop.svc", labels: { destination_cluster: "unknown", source_cluster: "west" } })])
        ?.destination.cluster,
    ).toBe("west");
  });

  it("without any label it is the only one configured, else unknown", () => {
    const labels = { source_cluster: "", destination_cluster: "" };
    expect(one([ok({ labels })])?.source.cluster).toBe("c1");
    expect(one([ok({ labels })], { context: { defaultCluster: null } })?.source.cluster).toBe("unknown");
  });
});

describe("what lies outside", () => {
  it.each(["PassthroughCluster", "BlackHoleCluster"])("%s is an external node", (name) => {
    expect(one([ok({ to: "?", host: name, labels: { destination_service_name: name } })])?.destination).toMatchObject({
      external: name,
    });
  });

  it("passthrough to a workload that telemetry names is a call to it, to no service (docs/numbers.md 11)", () => {
    const labels = { destination_service_name: "PassthroughCluster", destination_service: "10.0.0.7" };
    expect(one([ok({ labels })])?.destination).toMatchObject({ workload: "b", service: null, external: null });
    const inbound = { destination_service_name: "InboundPassthroughCluster" };
    expect(one([ok({ reporter: "destination", labels: inbound })])?.destination).toMatchObject({
      workload: "b",
      service: null,
    });
  });

  it("a ServiceEntry's host is external, by name", () => {
    const host = { to: "?", host: "api.example.com", labels: { destination_service_name: "api.example.com" } };
    expect(one([ok(host)])?.destination).toMatchObject({ external: "api.example.com", namespace: null });
  });

  it("a gateway's own answers are its own calls, to the host that was asked for or to nothing known (docs/numbers.md 10)", () => {
    const answer = (host: string) => one([ok({ from: "edge/istio-ingressgateway", to: "?", host }, 1, "404", "NR")]);
    expect(answer("Old.example.com:443")).toMatchObject({
      source: { dataplane: "gateway" },
      destination: { external: "old.example.com" },
    });
    expect([...(answer("Old.example.com:443")?.hosts ?? [])]).toEqual([["old.example.com:443", 1]]);
    expect(answer("unknown")?.destination).toMatchObject({ external: null, service: null, workload: null });
  });

  it("hosts that nothing declares are capped, the busiest kept", () => {
    const scan = Array.from({ length: 300 }, (_, i) => ok({ to: "?", host: `h${i}.example.com` }, i + 1));
    const hosts = new Set(decode({ requests: scan }).observations.map((o) => o.destination.external));
    expect(hosts.size).toBe(201);
    expect(hosts).toContain("h299.example.com");
    expect(hosts).toContain("(other hosts)");
    expect(hosts).not.toContain("h1.example.com");
  });

  it("nor do made-up hosts that look like services or like Envoy's own clusters get any number of nodes", () => {
    const targets = (host: (i: number) => string) => {
      const scan = Array.from({ length: 300 }, (_, i) => ok({ to: "?", host: host(i) }, i + 1, "404", "NR"));
      const ends = decode({ requests: scan }).observations.map((o) => o.destination);
      return new Set(
        ends.map(
          ({ service, serviceNamespace, namespace, external }) =>
            external ?? `${serviceNamespace ?? namespace}/${service}`,
        ),
      );
    };
    const services = targets((i) => `s${i}.shop.svc.cluster.local`);
    expect(services.size).toBe(201);
    expect(services).toContain("shop/s299");
    expect(services).toContain("(other hosts)");
    expect(targets((i) => `s${i}`).size).toBe(201);
    expect(targets((i) => `InboundPassthroughCluster-${i}`).size).toBe(201);
  });

  it("services that the inventory knows, or that answer, are never capped", () => {
    const called = Array.from({ length: 300 }, (_, i) => ok({ to: `shop/w${i}`, host: `s${i}.shop.svc` }, i + 1));
    expect(decode({ requests: called }).observations.map((o) => o.destination.external)).not.toContain("(other hosts)");
  });

  it("a host is evidence only if it could be one, whatever it contains", () => {
    const hostile = `<img src=x>Cluster${"y".repeat(5000)}`;
    expect([...(one([ok({ labels: { destination_service: hostile } })])?.hosts ?? [])]).toEqual([
      ["(invalid host)", 1],
    ]);
    const passthrough = ok({ to: "?", host: "PassthroughCluster" });
    expect([...(one([passthrough])?.hosts ?? [])]).toEqual([["PassthroughCluster", 1]]);
  });
});

describe("mTLS (docs/numbers.md 7)", () => {
  it("is measured by the server: share of mutual_tls", () => {
    const plain = { connection_security_policy: "none" };
    expect(one([ok({ reporter: "destination" }, 3), ok({ reporter: "destination", labels: plain }, 1)])?.mtls).toEqual({
      share: 0.75,
      basis: "server",
    });
  });

  it("a client's report says unknown, and proves it by the peer's principal", () => {
    expect(one([ok()])).toMatchObject({
      mtls: { share: 1, basis: "peer" },
      destinationPrincipal: "spiffe://cluster.local/ns/shop/sa/b",
    });
  });

  it("a client that saw no principal measured nothing", () => {
    expect(one([ok({ labels: { destination_principal: "unknown" } })])?.mtls).toBeNull();
  });

  it("calls that never arrived prove nothing either way", () => {
    const failed = ok({ labels: { destination_principal: "unknown" } }, 9, "503", "UF");
    expect(one([ok(), failed])?.mtls).toEqual({ share: 1, basis: "peer" });
  });

  it("a ztunnel's unknown is not mTLS, and the principal it expected is not one it saw", () => {
    const labels = { ...callLabels(call), app: "ztunnel", [METER]: "sent", connection_security_policy: "unknown" };
    expect(decode({ l4: [sample(labels, 5)], facts: { ztunnelLabel: "app" } }).observations[0]).toMatchObject({
      observer: "ztunnel",
      side: "client",
      mtls: { share: 0, basis: "peer" },
      destinationPrincipal: null,
    });
  });
});

describe("layer 4 (docs/numbers.md 8)", () => {
  const meter = (name: string, value: number, more = {}) =>
    sample({ ...callLabels(call), request_protocol: "tcp", response_flags: "-", [METER]: name, ...more }, value);

  it("a sidecar's failed connect is a connection opened with the flag that says why", () => {
    const [o] = decode({ l4: [meter("opened", 4), meter("opened", 1, { response_flags: "UF" })] }).observations;
    expect(o?.connections).toMatchObject({ opened: 5, failed: 1, open: null });
    expect([...(o?.connections?.flags ?? [])]).toEqual([
      ["-", 4],
      ["UF", 1],
    ]);
  });

  it("requests and connections are never summed: they are edges of their own", () => {
    expect(decode({ requests: [ok()], l4: [meter("opened", 4)] }).observations.map((o) => o.protocol)).toEqual([
      "http",
      "tcp",
    ]);
  });

  it("an unknown meter is ignored and counted", () => {
    expect(decode({ l4: [meter("weather", 4)] }).ignored.series).toBe(1);
  });
});

describe("latency (docs/numbers.md 17)", () => {
  const bucket = (le: string, value: number, more: Call["labels"] = {}) =>
    sample({ ...requestLabels(call, "200"), le, ...more }, value);
  const sum = (value: number) => sample(requestLabels(call, "200"), value);

  it("is put together from rows in any order; 5 and 5.0 are one bound", () => {
    const latency = [bucket("+Inf", 4), sum(30), bucket("5", 1), bucket("5.0", 1), bucket("10", 4)];
    expect(one([ok()], { latency })?.latency).toEqual({
      bounds: [5, 10, Number.POSITIVE_INFINITY],
      counts: [2, 4, 4],
      sum: 30,
    });
  });

  it("is missing where nothing was counted, or no +Inf is there, and says so", () => {
    expect(one([ok()], { latency: [bucket("+Inf", 0), bucket("5", 0)] })).toMatchObject({
      latency: null,
      latencyMissing: "no-samples",
    });
    expect(one([ok()], { latency: [bucket("5", 1)] })).toMatchObject({ latency: null, latencyMissing: "no-samples" });
    expect(one([ok()], { latency: [], facts: { buckets: "native" } })?.latencyMissing).toBe("native-histograms");
  });

  it("with different bounds isn't merged", () => {
    const requests = [ok({ to: "?", host: "b.shop.svc" }), ok({ to: "?", host: "b.shop.svc.cluster.local" })];
    const rows = (host: string, le: string) =>
      [le, "+Inf"].map((bound) => sample({ ...requestLabels({ ...call, to: "?", host }, "200"), le: bound }, 1));
    const latency = [...rows("b.shop.svc", "5"), ...rows("b.shop.svc.cluster.local", "10")];
    expect(one(requests, { latency })).toMatchObject({ latency: null, latencyMissing: "mixed-buckets" });
  });

  it("that wasn't read has no reason of ours", () => {
    expect(one([ok()])).toMatchObject({ latency: null, latencyMissing: null });
  });
});

describe("what is missing is said, with the setting that adds it", () => {
  const without = (label: string, value = 1) => {
    const { [label]: _, ...labels } = requestLabels(call, "200");
    return sample(labels, value);
  };

  it.each([
    ["response_code", /error rate and health stay unknown/],
    ["response_flags", /never arrived/],
    ["connection_security_policy", /not measured/],
    ["source_workload", /unknown/],
    ["destination_service", /service lens/],
  ])("%s", (label, consequence) => {
    const { missing } = decode({ requests: [without(label)] });
    expect(missing).toHaveLength(1);
    expect(missing[0]).toMatchObject({ what: `label ${label}`, setting: expect.stringContaining("tagOverrides") });
    expect(missing[0]?.consequence).toMatch(consequence);
  });

  it("says how many series lack it", () => {
    expect(decode({ requests: [ok(), without("source_principal")] }).missing[0]?.what).toBe(
      "label source_principal (1 of 2 series)",
    );
  });

  it("a gRPC status is missing on gRPC only (docs/numbers.md 5)", () => {
    const { grpc_response_status: _, ...http } = requestLabels(call, "200");
    expect(decode({ requests: [sample(http, 1)] }).missing).toEqual([]);
    expect(decode({ requests: [sample({ ...http, request_protocol: "grpc" }, 1)] }).missing[0]?.what).toBe(
      "label grpc_response_status",
    );
  });

  it("a code that is gone makes no request ok", () => {
    expect(one([without("response_code")])?.requests).toMatchObject([{ code: "" }]);
  });

  it("reads that failed, and telemetry that isn't there", () => {
    const { missing } = decode({ facts: { buckets: "native", jobs: ["istio"], ztunnel: true } });
    expect(missing.map(({ what }) => what)).toEqual([
      "a pod label on scraped series",
      "a label that tells ztunnel from sidecars",
      "classic histogram buckets of istio_request_duration_milliseconds",
    ]);
  });
});

describe("whatever Prometheus answers", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1])(
    "a value of %s is left out and counted",
    (value) => {
      const { observations, ignored } = decode({ requests: [ok({}, value)], latency: [sample({ le: "5" }, value)] });
      expect(observations).toEqual([]);
      expect(ignored.series).toBe(2);
      expect(ignored.example).toContain("source_workload");
    },
  );

  it("series without labels make nothing", () => {
    expect(
      decode({ requests: [sample({}, 1)], newborn: [sample({}, 1)], l4: [sample({}, 1)], history: [sample({}, 1)] }),
    ).toMatchObject({ observations: [], ignored: { series: 4 } });
  });

  it("never throws and never invents: what comes out was in what came in", () => {
    const hostile = fc.oneof(
      fc.constantFrom(
        "unknown",
        "",
        "__proto__",
        "constructor",
        "a".repeat(300),
        "\u202Eevil",
        "<img src=x onerror=1>",
        "UF,URX",
        "0",
        "200",
        "http",
        "grpc",
        "tcp",
        "source",
        "destination",
        "waypoint",
        "ztunnel",
        "+Inf",
        "5",
        "missed",
        "born",
        "samples",
        "opened",
        "sent",
        "b.shop.svc.cluster.local",
        "reviews:9080",
        "1.2.3.4:80",
        "*",
      ),
      fc.string({ unit: "binary", maxLength: 30 }),
    );
    const value = fc.oneof(fc.double(), fc.integer({ min: 0, max: 100 }));
    const names = [
      ...new Set([...ENDS, ...REQUEST_LABELS, ...L4_LABELS, METER, "le", "app", "pod", "namespace", "cluster"]),
    ];
    const labels = fc.dictionary(fc.constantFrom(...names), hostile, { maxKeys: names.length, noNullPrototype: false });
    const samples = fc.array(fc.record({ labels, value }), { maxLength: 8 });
    fc.assert(
      fc.property(
        fc.record({
          requests: samples,
          newborn: samples,
          l4: samples,
          latency: samples,
          targets: samples,
          history: samples,
        }),
        (given) => {
          const facts = { ztunnelLabel: "app", podLabel: "pod", namespaceLabel: "namespace" };
          const { observations, pods } = decode({ ...given, facts });
          const texts = new Set(
            Object.values(given).flatMap((list) => list.flatMap((each) => Object.values(each.labels))),
          );
          for (const { source, destination, requests } of observations) {
            for (const name of [source.workload, source.namespace, destination.workload, source.app, destination.app]) {
              if (name !== null) expect(texts).toContain(name);
            }
            for (const { rate } of requests) expect(rate >= 0 && Number.isFinite(rate)).toBe(true);
          }
          const graph = mergeGraph({
            decoded: [{ observations, pods }],
            inventory: new Map(),
            window: seconds(60),
            at: unixSeconds(AT),
            health: DEFAULT_HEALTH,
            errorRate: "meshscope",
            edges: "all",
          });
          const seen = viewGraph(graph, { clusters: [], namespaces: [], lens: "workload", fold: [], latency: true });
          expect(JSON.parse(JSON.stringify(seen))).toEqual(seen);
          expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
        },
      ),
      { numRuns: 120 },
    );
  });
});

it("sent and received are Istio's reversed names, in one table", () => {
  expect(METERS).toMatchObject({ sent: "istio_tcp_received_bytes_total", received: "istio_tcp_sent_bytes_total" });
});
