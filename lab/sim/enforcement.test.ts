/** What every proxy, log and ledger tells of a call that a policy refused, enforcement point by enforcement point. */
import { describe, expect, it } from "vitest";
import { encodeSpan } from "../otlp/encode.ts";
import { AMBIENT, deployment, INJECTED, istio, namespace, SCRAPED, service, workload } from "../scenarios/manifests.ts";
import { Ledger } from "../truth/ledger.ts";
import { Engine } from "./engine.ts";
import { LogBook } from "./log-book.ts";
import { tokenOf } from "./policy/token.ts";
import { samples, total } from "./reading.test-support.ts";
import { api, base, client, edges, flow, run, START } from "./run.test-support.ts";
import { stillWorld } from "./still-world.test-support.ts";
import type { SpanRecord } from "./trace.ts";

const policy = (spec: object, ns = "a", name = "only") =>
  istio("security", "AuthorizationPolicy", ns, name, { ...spec });
const nobody = policy({ action: "ALLOW" });
const allow = (source: object, ns = "a") => policy({ rules: [{ from: [{ source }] }] }, ns);

describe("a sidecar", () => {
  it("answers 403 without a flag, and both ends report it over mTLS", () => {
    const r = run([...base, client([flow()]), api(), nobody]);
    r.pass(20);
    for (const reporter of ["source", "destination"]) {
      const seen = samples(r.world, "istio_requests_total", { reporter });
      expect(seen).toHaveLength(1);
      expect(seen[0]?.labels).toMatchObject({
        ...{ response_code: "403", response_flags: "-", destination_workload: "api", source_workload: "web" },
        connection_security_policy: reporter === "source" ? "unknown" : "mutual_tls",
      });
    }
    const [edge] = edges(r);
    expect(edge).toMatchObject({ failures: 0, mtls: 1, denied: edge?.requests });
    const refused = { authz_enforce_result: "denied", http_conn_manager_prefix: "inbound_0.0.0.0_8080" };
    expect(total(r.world, "envoy_http_rbac", refused)).toBeGreaterThan(300);
  });

  it("refuses gRPC with status 7", () => {
    const r = run([...base, client([flow({ protocol: "grpc" })]), api(), nobody]);
    r.pass(5);
    const [seen] = samples(r.world, "istio_requests_total", { reporter: "source" });
    expect(seen?.labels).toMatchObject({ response_code: "200", grpc_response_status: "7", response_flags: "-" });
  });

  it("lets in whom a rule takes, from the change on", () => {
    const r = run([...base, client([flow()]), api(), nobody]);
    r.pass(5);
    const refused = edges(r)[0]?.denied ?? 0;
    r.world.upsert("west-1", "AuthorizationPolicy", allow({ principals: ["cluster.local/ns/a/sa/web"] }));
    r.pass(20);
    // Only what was already under way may still come back refused.
    expect((edges(r)[0]?.denied ?? 0) - refused).toBeLessThan(5);
    expect(edges(r)[0]?.requests).toBeGreaterThan(400);
  });

  it("knows nobody without mutual TLS", () => {
    const outside = { "sidecar.istio.io/inject": "false" };
    const r = run([...base, client([flow()], outside), api(), allow({ principals: ["*"] })]);
    r.pass(5);
    const [seen] = samples(r.world, "istio_requests_total");
    expect(seen?.labels).toMatchObject({ response_code: "403", connection_security_policy: "none" });
  });

  it("tells a token that can't be verified by 401", () => {
    const claims = { iss: "https://id.example", sub: "ana" };
    const users = [
      { share: 0.5, headers: { authorization: `Bearer ${tokenOf(claims)}` } },
      { share: 0.25, headers: { authorization: `Bearer ${tokenOf(claims, "mallory")}` } },
    ];
    const jwt = istio("security", "RequestAuthentication", "a", "jwt", { jwtRules: [{ issuer: claims.iss }] });
    const r = run([...base, client([flow({ users, rate: 50 })]), api(), jwt]);
    r.pass(40);
    const of = (code: string): number =>
      total(r.world, "istio_requests_total", { reporter: "source", response_code: code });
    const share = of("401") / (of("401") + of("200"));
    expect(Math.abs(share - 0.25)).toBeLessThan(0.04);
    expect(edges(r)[0]?.denied).toBe(of("401"));
  });

  it("closes connections whose rule needs a request, and no counter says why", () => {
    const tcp = flow({ protocol: "tcp", rate: 5, connection: { seconds: 2, sent: 100, received: 100 } });
    const reads = policy({ rules: [{ to: [{ operation: { methods: ["GET"] } }] }] });
    const r = run([...base, client([tcp]), workload("StatefulSet", { namespace: "a", name: "api" }), reads]);
    r.pass(20);
    for (const reporter of ["source", "destination"]) {
      const [opened] = samples(r.world, "istio_tcp_connections_opened_total", { reporter });
      expect(opened?.labels).toMatchObject({ response_flags: "-", destination_workload: "api" });
      expect(total(r.world, "istio_tcp_connections_closed_total", { reporter })).toBe(opened?.value);
      expect(total(r.world, "istio_tcp_sent_bytes_total", { reporter })).toBe(0);
    }
    expect(edges(r)[0]).toMatchObject({ protocol: "tcp", failures: 0, denied: edges(r)[0]?.requests });
    const refused = { authz_enforce_result: "denied", tcp_prefix: "rbac" };
    expect(total(r.world, "envoy_tcp", refused)).toBe(edges(r)[0]?.denied);
  });

  it("refuses a stream before its first message", () => {
    const stream = { seconds: 60, messagesPerSecond: 2 };
    const r = run([...base, client([flow({ protocol: "grpc", rate: 1, stream })]), api(), nobody]);
    r.pass(30);
    expect(samples(r.world, "istio_response_messages_total")).toEqual([]);
    expect(edges(r)[0]).toMatchObject({ failures: 0, denied: edges(r)[0]?.requests });
  });

  it("counts what a policy on trial would do, and tags its spans with the rule", () => {
    const { metadata, ...rest } = policy({ action: "DENY", rules: [{ to: [{ operation: { paths: ["/"] } }] }] });
    const trial = { ...rest, metadata: { ...metadata, annotations: { "istio.io/dry-run": "true" } } };
    const { spans, r } = traced([...base, client([flow()]), api(), trial]);
    const would = samples(r.world, "envoy_http_rbac");
    expect(would.map(({ labels }) => labels)).toEqual([
      {
        ...{ authz_dry_run_action: "deny", authz_dry_run_result: "denied" },
        http_conn_manager_prefix: "inbound_0.0.0.0_8080",
      },
    ]);
    expect(would[0]?.value).toBeGreaterThan(300);
    expect(edges(r)[0]?.denied).toBeUndefined();
    const server = spans.find(({ kind }) => kind === "server");
    if (server === undefined) throw new Error("no span of the server's");
    const tags = new Map(encodeSpan(server).attributes.map(({ key, value }) => [key, value.stringValue]));
    expect(tags.get("istio.authorization.dry_run.deny_policy.name")).toBe("ns[a]-policy[only]-rule[0]");
    expect(tags.get("istio.authorization.dry_run.deny_policy.result")).toBe("denied");
  });

  it("writes why into its log, of a call that the program never saw", () => {
    const { read } = traced([...base, client([flow()]), api(), nobody]);
    const line = read("api", "istio-proxy").find(({ text }) => text.includes("GET"))?.text;
    expect(line).toContain('" 403 - rbac_access_denied_matched_policy[none] - "-"');
    expect(read("api", "api").filter(({ text }) => text.includes("request"))).toEqual([]);
  });

  it("has but a line in its log of plaintext that STRICT turns away", () => {
    const strict = istio("security", "PeerAuthentication", "a", "default", { mtls: { mode: "STRICT" } });
    const { read, r } = traced([...base, client([flow()], { "sidecar.istio.io/inject": "false" }), api(), strict]);
    expect(samples(r.world, "istio_requests_total")).toEqual([]);
    const lines = read("api", "istio-proxy").filter(({ text }) => text.includes("filter_chain_not_found"));
    expect(lines.length).toBeGreaterThan(300);
    expect(lines[0]?.text).toMatch(
      /^\[\S+\] "- - -" 0 NR filter_chain_not_found - "-" 0 0 0 - ("-" ){5}- - 10\.20\.0\.\d+:8080 10\.20\.0\.\d+:\d+ - -$/,
    );
  });
});

/** Plays twenty seconds of which every call is sampled. */
function traced(manifests: Parameters<typeof run>[0]) {
  const spans: SpanRecord[] = [];
  const world = stillWorld([{ name: "west-1", nodes: 2, manifests }]);
  const ledger = new Ledger(600);
  let now = START;
  let last = 0;
  const id = (digits: number): string => (last += 1).toString(16).padStart(digits, "0");
  const traces = {
    begin: () => ({ traceId: id(32), parentId: null, newId: () => id(16) }),
    add: (span: SpanRecord) => void spans.push(span),
  };
  const logs = new LogBook(1, () => now);
  const engine = new Engine({ world, ledger, seed: 1, tickMs: 100, startMs: START, traces, logs });
  for (let i = 0; i < 200; i += 1) engine.advance((now += 100));
  const read = (name: string, container: string) => {
    const pod = [...world.pods.values()].find(({ identity }) => identity.workload === name);
    if (pod === undefined) throw new Error(`no pod of ${name}`);
    const running = { state: { running: { startedAt: new Date(START).toISOString() } } };
    const containers = [name, "istio-proxy"].map((each) => ({ name: each }));
    return logs.of("west-1")({
      ...{ container, previous: false },
      pod: {
        ...{ apiVersion: "v1", kind: "Pod", metadata: { name: pod.name, namespace: "a" } },
        spec: { containers },
        status: { containerStatuses: containers.map((each) => ({ ...each, ...running })) },
      },
    });
  };
  return { spans, read, r: { world, ledger, pass: () => undefined } };
}

describe("ambient", () => {
  const ztunnel = workload("DaemonSet", {
    namespace: "istio-system",
    name: "ztunnel",
    container: "istio-proxy",
    annotations: SCRAPED,
  });
  const mesh = [namespace("istio-system"), namespace("a", AMBIENT), ztunnel, api()];
  const plain = [...mesh, service("a", "api"), client([flow()])];
  const before = [
    ...mesh,
    service("a", "api", { labels: { "istio.io/use-waypoint": "waypoint" } }),
    deployment({
      ...{ namespace: "a", name: "waypoint", container: "istio-proxy", annotations: SCRAPED },
      labels: {
        "gateway.networking.k8s.io/gateway-name": "waypoint",
        "gateway.istio.io/managed": "istio.io-mesh-controller",
      },
    }),
    client([flow()]),
  ];
  const flags = (r: ReturnType<typeof run>, reporter: string): unknown =>
    samples(r.world, "istio_tcp_connections_failed_total", { reporter }).map(({ labels }) => [
      ...[labels["source_workload"], labels["destination_workload"]],
      ...[labels["response_flags"], labels["connection_security_policy"]],
    ]);

  it("a ztunnel denies at the server, and the client's has a failed CONNECT", () => {
    const r = run([...plain, allow({ principals: ["cluster.local/ns/a/sa/other"] })]);
    r.pass(10);
    expect(flags(r, "destination")).toEqual([["web", "api", "DENY", "mutual_tls"]]);
    expect(flags(r, "source")).toEqual([["web", "api", "CONNECT", "unknown"]]);
    const [edge, ...more] = edges(r);
    expect(more).toEqual([]);
    expect(edge).toMatchObject({ protocol: "tcp", failures: edge?.requests, denied: edge?.requests });
  });

  it("STRICT is a denial of whoever has no identity, whom ztunnel finds by the address", () => {
    const strict = istio("security", "PeerAuthentication", "a", "default", { mtls: { mode: "STRICT" } });
    const bare = client([flow()], { "istio.io/dataplane-mode": "none" });
    const r = run([...mesh, service("a", "api"), bare, strict]);
    r.pass(10);
    expect(flags(r, "destination")).toEqual([["web", "api", "DENY", "unknown"]]);
    expect(edges(r)).toMatchObject([
      { source: "west-1/a/workload/web", protocol: "tcp", failures: edges(r)[0]?.requests },
    ]);
  });

  it("a waypoint answers by its targets' rules, of the client's own identity", () => {
    const rules = [{ from: [{ source: { principals: ["*/sa/web"] } }], to: [{ operation: { methods: ["PUT"] } }] }];
    const targetRefs = [{ kind: "Service", group: "", name: "api" }];
    const r = run([...before, policy({ targetRefs, action: "DENY", rules: [{ ...rules[0], to: [] }] })]);
    r.pass(10);
    const [seen] = samples(r.world, "istio_requests_total", { reporter: "waypoint" });
    expect(seen?.labels).toMatchObject({
      ...{ response_code: "403", response_flags: "-", source_workload: "web", destination_workload: "unknown" },
      ...{ destination_service_name: "api", destination_service_namespace: "a" },
    });
    expect(edges(r)).toMatchObject([
      { target: "west-1/a/service/api", protocol: "http", denied: edges(r)[0]?.requests },
    ]);
    const passing = run([...before, policy({ targetRefs, action: "DENY", rules })]);
    passing.pass(10);
    expect(edges(passing)[0]?.denied).toBeUndefined();
  });

  it("behind a waypoint, a ztunnel sees the waypoint's identity and no other", () => {
    const of = (account: string) => {
      const r = run([...before, allow({ principals: [`cluster.local/ns/a/sa/${account}`] })]);
      r.pass(10);
      return r;
    };
    const r = of("web");
    expect(flags(r, "destination")).toEqual([["waypoint", "api", "DENY", "mutual_tls"]]);
    const [seen] = samples(r.world, "istio_requests_total", { reporter: "waypoint" });
    expect(seen?.labels).toMatchObject({ response_code: "503", response_flags: "UC" });
    expect(edges(r)).toMatchObject([
      { protocol: "http", failures: edges(r)[0]?.requests, denied: edges(r)[0]?.requests },
    ]);
    expect(edges(of("waypoint"))[0]).toMatchObject({ failures: 0 });
  });
});

it("a gateway takes a token that it has verified off the request, unless it is told to forward it", () => {
  const claims = { iss: "https://id.example", sub: "ana" };
  const users = [{ share: 1, headers: { authorization: `Bearer ${tokenOf(claims)}` } }];
  const parts = { ...{ namespace: "a", name: "door", container: "istio-proxy", annotations: SCRAPED } };
  const gateway = deployment({
    ...{ ...parts, labels: { istio: "door" }, behaviour: { flows: [flow({ host: "shop.example", users })] } },
  });
  const servers = [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }];
  const route = { hosts: ["shop.example"], gateways: ["door"], http: [{ route: [{ destination: { host: "api" } }] }] };
  const denied = (forwardOriginalToken: boolean): number | undefined => {
    const r = run([
      ...[...base, api(), gateway],
      istio("networking", "Gateway", "a", "door", { selector: { istio: "door" }, servers }),
      istio("networking", "VirtualService", "a", "shop", route),
      istio("security", "RequestAuthentication", "a", "door", {
        ...{ selector: { matchLabels: { istio: "door" } }, jwtRules: [{ issuer: claims.iss, forwardOriginalToken }] },
      }),
      policy({
        ...{ action: "DENY", selector: { matchLabels: { app: "api" } } },
        rules: [{ when: [{ key: "request.headers[authorization]", notValues: ["Bearer *"] }] }],
      }),
    ]);
    r.pass(5);
    return edges(r)[0]?.denied;
  };
  expect(denied(true)).toBeUndefined();
  expect(denied(false)).toBeGreaterThan(50);
});

it("a gateway answers users by itself, and knows none of them", () => {
  const gateway = deployment({
    ...{ namespace: "a", name: "door", container: "istio-proxy", annotations: SCRAPED, labels: { istio: "door" } },
    behaviour: { flows: [flow({ host: "shop.example" }), flow({ host: "shop.example", path: "/admin" })] },
  });
  const servers = [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["shop.example"] }];
  const host = { hosts: ["shop.example"], gateways: ["door"] };
  const r = run([
    ...[namespace("istio-system"), namespace("a", INJECTED), service("a", "api"), api(), gateway],
    istio("networking", "Gateway", "a", "door", { selector: { istio: "door" }, servers }),
    istio("networking", "VirtualService", "a", "shop", {
      ...host,
      http: [{ route: [{ destination: { host: "api" } }] }],
    }),
    policy({
      ...{ action: "DENY", selector: { matchLabels: { istio: "door" } } },
      rules: [
        { from: [{ source: { notRemoteIpBlocks: ["10.0.0.0/8"] } }], to: [{ operation: { paths: ["/admin"] } }] },
      ],
    }),
  ]);
  r.pass(20);
  const [refused] = samples(r.world, "istio_requests_total", { reporter: "source", response_code: "403" });
  expect(refused?.labels).toMatchObject({
    response_flags: "-",
    destination_workload: "unknown",
    source_workload: "door",
  });
  expect(samples(r.world, "istio_requests_total", { reporter: "destination", response_code: "403" })).toEqual([]);
  expect(edges(r)).toMatchObject([
    { target: "west-1/a/service/api", denied: refused?.value, failures: 0 },
    { target: "west-1/a/workload/api", failures: 0 },
  ]);
});
