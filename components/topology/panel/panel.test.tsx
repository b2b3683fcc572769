import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { type GraphEdge, type GraphNode, OUTCOMES } from "#lib/graph/model.ts";
import { scopeOf } from "#lib/live/scope.ts";
import { bytesPerSecond, milliseconds, perSecond, ratio } from "#lib/units.ts";
import { EdgePanel } from "./edge-panel.tsx";
import { disagreement } from "./evidence.tsx";
import { healthSentence } from "./health-note.tsx";
import { limitSentence } from "./limit.ts";
import { NodePanel } from "./node-panel.tsx";
import { ScopePanel } from "./scope-panel.tsx";
import { unseenSentence } from "./unseen.ts";

const source = "west-1/shop/workload/reviews-v2";
const target = "west-1/shop/workload/ratings-v1";
const rates = (record: Record<string, number>) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, perSecond(value)]));
const outcomes = (record: Partial<Record<(typeof OUTCOMES)[number], number>>) =>
  Object.fromEntries(OUTCOMES.map((outcome) => [outcome, perSecond(record[outcome] ?? 0)])) as GraphEdge["outcomes"];

const http: GraphEdge = {
  id: `${source}>${target}>http`,
  source,
  target,
  protocol: "http",
  mesh: "istio",
  layer: "l7",
  observer: "source",
  observers: { source: { rate: perSecond(12), codes: rates({ "200": 12 }) }, destination: { rate: perSecond(0) } },
  rate: perSecond(42.1),
  requests: 2526,
  errorRate: perSecond(1.8),
  outcomes: outcomes({ ok: 40.3, neverArrived: 1.8 }),
  codes: rates({ "200": 40.3, "503": 1.8 }),
  flags: rates({ "-": 40.3, UF: 1.8 }),
  hosts: rates({ "ratings.shop.svc.cluster.local": 42.1 }),
  latency: { mean: milliseconds(12), p50: milliseconds(9), p95: milliseconds(38), p99: null },
  mtls: ratio(1),
  mtlsBasis: "server",
  health: "failing",
};
const { latency: _, ...unmeasured } = http;
const tcp: GraphEdge = {
  ...unmeasured,
  protocol: "tcp",
  layer: "l4",
  rate: null,
  requests: null,
  errorRate: null,
  outcomes: null,
  codes: {},
  flags: {},
  latency: null,
  latencyMissing: "tcp",
  bytesPerSecond: { sent: bytesPerSecond(400_000), received: bytesPerSecond(1_200_000) },
  connections: {
    openedPerSecond: perSecond(0.2),
    closedPerSecond: perSecond(0.2),
    failedPerSecond: perSecond(0),
    open: 12,
  },
  health: "healthy",
};
const node: GraphNode = {
  id: target,
  kind: "workload",
  cluster: "west-1",
  namespace: "shop",
  workload: "ratings-v1",
  mesh: "istio",
  dataplane: "sidecar",
  health: "failing",
  coverage: { reporting: 2, pods: 3 },
  badges: ["partial-coverage"],
};

const text = (markup: string) =>
  markup
    .replace(/<[^>]+>/g, " ")
    .replaceAll("&#x27;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replace(/\s+/g, " ");
const edgeText = (edge: GraphEdge, ends: { readonly source?: GraphNode; readonly target?: GraphNode } = {}) =>
  text(
    renderToStaticMarkup(
      <EdgePanel edge={edge} source={ends.source ?? null} target={ends.target ?? null} window="1m" />,
    ),
  );

describe("an edge's panel", () => {
  it("gives the headline with units, and what it rests on", () => {
    const said = edgeText(http);
    expect(said).toContain("42.1 req/s");
    expect(said).toContain("4.28 %");
    expect(said).toContain("38 ms");
    expect(said).toContain("last 1 m · seen by the caller's proxy · about 2,526 requests");
  });

  it("says whose word it is where another mesh tells, and what that doesn't prove", () => {
    const told: GraphEdge = {
      ...unmeasured,
      ...{ mesh: "extension", observer: "extension", extensions: ["skupper"] },
      ...{ latency: null, latencyMissing: "not-told", mtls: null, mtlsBasis: "unknown" },
      observers: { extension: { rate: perSecond(42), codes: { 200: perSecond(42) }, flags: {}, secured: ratio(0.5) } },
    };
    const said = edgeText(told);
    expect(said).toContain("seen by another mesh");
    expect(said).toContain("another mesh tells none");
    expect(said).toMatch(/Said to be secured\s+50 %/);
    expect(said).toContain("Extension: skupper, by kiali_ext_ metrics. No proxy of the mesh saw these calls");
    const beside = {
      ...http,
      extensions: ["a", "b"],
      observers: { ...http.observers, extension: { rate: perSecond(9) } },
    };
    expect(edgeText(beside)).toContain(
      "Extensions: a, b, by kiali_ext_ metrics. Whether it tells of the same calls isn’t known",
    );
    expect(edgeText(beside)).not.toContain("Said to be secured");
  });

  it("says counts instead of a share under 30 requests", () => {
    const said = edgeText({ ...http, rate: perSecond(5 / 60), requests: 5, errorRate: perSecond(3 / 60) });
    expect(said).toContain("3 of 5 failed");
    expect(said).toContain("too few requests to trust");
  });

  it.each([
    ["a quantile that nothing measured", http, "p99 no data"],
    [
      "no latency, and why",
      { ...http, latency: null, latencyMissing: "mixed-buckets" as const },
      "No data: the proxies count in different buckets",
    ],
    [
      "an unmeasured mTLS share",
      { ...http, mtls: null, mtlsBasis: "inferred" as const },
      "Mutual TLS no data likely, by configuration; nothing measured it",
    ],
    ["a measured absence of mTLS", { ...http, mtls: ratio(0) }, "Mutual TLS none measured at the server"],
    ["an unknown rate", { ...http, rate: null, requests: null, errorRate: null }, "Rate no data"],
    [
      "codes that the telemetry lacks",
      { ...http, outcomes: null, errorRate: null },
      "response codes are not in the telemetry",
    ],
    ["a flag in words", http, "UF 1.8 req/s Upstream connection failure."],
    ["a stream", { ...http, streaming: true as const }, "requests are counted when a stream ends"],
    [
      "a newborn series",
      { ...http, newborn: { atLeast: 7, firstSeen: "2020-03-01T14:02:00Z" } },
      "At least 7 of these are from series that are younger than the window, first seen",
    ],
    ["bytes and connections", tcp, "To the server 400 kB/s"],
    ["open connections", tcp, "Open now 12"],
    [
      "bodies",
      { ...http, bytesPerSecond: { sent: bytesPerSecond(1200), received: bytesPerSecond(56_000) } },
      "Bodies to the server 1.2 kB/s Bodies to the caller 56 kB/s",
    ],
    [
      "messages of gRPC",
      { ...http, protocol: "grpc" as const, messagesPerSecond: { sent: perSecond(3), received: perSecond(120) } },
      "Messages to the server 3 msg/s Messages to the caller 120 msg/s",
    ],
    ["operations", { ...http, operations: rates({ ListReviews: 40 }) }, "Operations ListReviews 40 req/s"],
    [
      "what ztunnels carried, beside the requests",
      {
        ...http,
        observers: {
          waypoint: { rate: perSecond(42) },
          ztunnel: { bytesPerSecond: { sent: bytesPerSecond(900), received: bytesPerSecond(4_000) } },
        },
      },
      "To the server no data 900 B/s",
    ],
  ])("says %s", (_name, edge, words) => {
    expect(edgeText(edge)).toContain(words);
  });

  it("says what passes, with which flags, for which hosts, who both ends are, and how much of it has mutual TLS", () => {
    const [client, server] = ["spiffe://cluster.local/ns/shop/sa/reviews", "spiffe://cluster.local/ns/shop/sa/ratings"];
    const said = edgeText({ ...http, mtls: ratio(0.75), principals: { source: client, destination: server } });
    for (const words of [
      "42.1 req/s",
      "UF 1.8 req/s",
      "ratings.shop.svc.cluster.local 42.1 req/s",
      client,
      server,
      "Mutual TLS 75 % of requests measured at the server",
    ])
      expect(said).toContain(words);
  });

  it("says how many pods report at each end, where that is known", () => {
    const whole = { ...node, coverage: { reporting: 4, pods: 4 } };
    expect(edgeText(http, { source: node, target: whole })).toContain(
      "Caller: 2 of 3 pods reporting · Server: 4 of 4 pods reporting",
    );
    const { coverage: _none, ...unknown } = node;
    expect(edgeText(http, { source: unknown, target: node })).toContain("Server: 2 of 3 pods reporting");
    expect(edgeText(http, { source: unknown })).not.toContain("reporting");
  });

  it("puts observers side by side and never adds them", () => {
    expect(edgeText(http)).toContain("Requests 12 req/s 0 req/s");
    expect(edgeText(http)).toContain("calls that never arrived");
    expect(
      disagreement({ ...http, observers: { source: { rate: perSecond(10) }, destination: { rate: perSecond(10.5) } } }),
    ).toBeNull();
    expect(
      disagreement({ ...http, observers: { source: { rate: perSecond(10) }, destination: { rate: perSecond(20) } } }),
    ).toMatch(/retries/);
  });

  it("renders text from outside as text", () => {
    const hostile = '<img src=x onerror="alert(1)">';
    const markup = renderToStaticMarkup(
      <EdgePanel
        edge={{
          ...http,
          hosts: rates({ [hostile]: 1 }),
          operations: rates({ [hostile]: 1 }),
          principals: { source: hostile },
        }}
        source={null}
        target={null}
        window="1m"
      />,
    );
    expect(markup).not.toContain("<img");
    expect(markup).toContain("&lt;img src=x");
  });
});

describe("both sides of the wire", () => {
  it.each([
    ["what the server's proxy did not see", http, "1.8 req/s never arrived. The server's proxy saw 0 of these."],
    [
      "that the server reports nothing",
      { ...http, observers: { source: { rate: perSecond(12) } } },
      "1.8 req/s never arrived. The server's proxy reports nothing of this edge.",
    ],
    [
      "that the server's proxy lost some itself",
      {
        ...http,
        observers: { ...http.observers, destination: { rate: perSecond(40), flags: rates({ "UF,URX": 1 }) } },
      },
      "The server's proxy reports 1 req/s with such flags itself.",
    ],
  ])("say %s", (_name, edge, words) => {
    expect(unseenSentence(edge)).toContain(words);
  });

  const alone = { ...http, observers: { source: { rate: perSecond(12) } } };
  it.each([
    [{ workloads: 2, pods: 3, reporting: 3, known: true }, "The server's proxies (3 pods) saw 0 of these."],
    [
      { workloads: 2, pods: 3, reporting: 2, known: true },
      "2 of the server's 3 pods report; their proxies saw 0 of these.",
    ],
    [{ workloads: 1, pods: 3, reporting: 0, known: true }, "No proxy of the server reports."],
    [
      { workloads: 2, pods: 2, reporting: 2, known: false },
      "How many of the server's proxies report isn't known here.",
    ],
    [
      { workloads: 0, pods: 0, reporting: 0, known: true },
      "No workload that is drawn here is known behind this service: what its servers saw isn't known from this view.",
    ],
  ])("say who is behind a service, of which no proxy reports by itself: %j", (behind, words) => {
    expect(unseenSentence(alone, behind)).toContain(`1.8 req/s never arrived. ${words}`);
    expect(edgeText(alone)).toContain("The server's proxy reports nothing of this edge.");
    expect(
      text(renderToStaticMarkup(<NodePanel node={node} inbound={[alone]} outbound={[]} behind={behind} />)),
    ).toContain(words);
  });

  it("say at a workload what was lost on the way to its service", () => {
    const service = "west-1/shop/service/ratings";
    const lost = { ...alone, id: `${source}>${service}>http`, target: service };
    const panel = (of: GraphNode) =>
      text(renderToStaticMarkup(<NodePanel node={of} inbound={[]} outbound={[]} lost={[lost, lost]} />));
    expect(panel(node)).toContain(
      "3.6 req/s for its service ratings never arrived. 2 of the server's 3 pods report; their proxies saw 0 of these.",
    );
    expect(panel({ ...node, coverage: { reporting: 3, pods: 3 } })).toContain("(3 pods) saw 0 of these.");
    const { coverage: _none, ...unknown } = node;
    expect(panel(unknown)).toContain("never arrived. How many of the server's proxies report isn't known here.");
  });

  it("say nothing where nothing was lost", () => {
    expect(unseenSentence({ ...http, outcomes: outcomes({ ok: 42 }) })).toBeNull();
  });
});

describe("the limit that decided", () => {
  it.each([
    [
      { direction: "inbound", outcomes: ["neverArrived", "server"], share: ratio(0.125), degraded: 0, failing: 10 },
      "12.5 % never arrived or failed at the server. By the target's limit it is degraded from the first one and failing from 10 % on.",
    ],
    [
      { direction: "outbound", outcomes: ["client", "policy"], share: ratio(0.15), degraded: 10, failing: 20 },
      "15 % were refused as the caller's fault (4xx) or were refused by policy. By the caller's limit it is degraded from 10 % and failing from 20 % on.",
    ],
    [
      { direction: "inbound", outcomes: [], share: ratio(0.5), degraded: 5, failing: 10 },
      "50 % have a code that counts. By the target's limit it is degraded from 5 % and failing from 10 % on.",
    ],
  ] as const)("is said with the share", (limit, words) => {
    expect(limitSentence(limit)).toBe(words);
  });
});

describe("a comparison of one edge", () => {
  const before = { ...http, rate: perSecond(40), requests: 2400, errorRate: perSecond(0) };
  it.each([
    ["then and now", { ...http, change: "same" as const, before }, "Rate 40 req/s 42.1 req/s"],
    ["what is new", { ...http, change: "new" as const }, "New: it had no traffic in the earlier window."],
    ["what is gone", { ...http, change: "gone" as const, before }, "Gone: it carried 40 req/s in the earlier window"],
    ["too few to judge", { ...http, change: "same" as const, tooFew: true as const, before }, "too few to judge"],
  ])("says %s", (_name, edge, words) => {
    expect(edgeText(edge)).toContain(words);
  });
});

describe("a node's panel", () => {
  const said = text(renderToStaticMarkup(<NodePanel node={node} inbound={[http]} outbound={[]} />));
  it.each([
    ["its coverage", "2 of 3 pods reporting"],
    ["rates by direction and protocol", "In · HTTP 42.1 req/s"],
    ["codes by direction", "503 in · HTTP 1.8"],
    ["what it never saw", "The server's proxy saw 0 of these."],
    ["hosts of all callers", "ratings.shop.svc.cluster.local 42.1 req/s"],
    ["flags explained", "UF 1.8 req/s Upstream connection failure."],
    ["what its mTLS rests on", "Mutual TLS Basis Edges not all proven measured at the server 1 0"],
    ["badges in words", "Only some of its pods report"],
    ["why it fails, with the edge", "Worst on reviews-v2 → ratings-v1 : 1.8 req/s end with UF"],
    ["whom it doesn't call", "It called nobody in this window."],
  ])("says %s", (_name, words) => {
    expect(said).toContain(words);
  });
});

describe("a node's panel where services are drawn", () => {
  const service = "west-1/shop/service/ratings";
  const call = { ...http, id: `${source}>${service}>http`, target: service };
  const onward = { ...http, id: `${service}>${target}>http`, source: service, half: "service" as const };
  const said = (of: GraphNode, inbound: readonly GraphEdge[], outbound: readonly GraphEdge[]) =>
    text(renderToStaticMarkup(<NodePanel node={of} inbound={inbound} outbound={outbound} />));

  it("has traffic and mutual TLS of what comes in through one", () => {
    const panel = said(node, [onward], []);
    expect(panel).toContain("In · HTTP 42.1 req/s");
    expect(panel).toContain("measured at the server 1 0");
  });

  it("counts what goes on from one once", () => {
    const panel = said({ ...node, id: service, kind: "service" }, [call], [onward]);
    expect(panel).toContain("In · HTTP 42.1 req/s");
    expect(panel).not.toContain("Out · HTTP");
    expect(panel).toContain("measured at the server 1 0");
  });

  it("leaves out what a call carries of one operation", () => {
    const part = { ...http, id: "operation", half: "operation" as const };
    expect(said(node, [http, part], [part])).toContain("measured at the server 1 0");
  });
});

describe("a box's panel", () => {
  const inferred = { ...http, id: `${source}>${target}>grpc`, protocol: "grpc" as const, mtls: null };
  const edges: readonly GraphEdge[] = [
    {
      ...http,
      mtls: ratio(0.5),
      limit: {
        direction: "inbound",
        outcomes: ["neverArrived", "server"],
        share: ratio(0.0428),
        degraded: 0,
        failing: 4,
      },
    },
    { ...inferred, mtlsBasis: "inferred", health: "healthy", hosts: rates({ "<b>evil</b>": 2 }), flags: {} },
    { ...tcp, id: `${source}>${target}>tcp`, health: "degraded", flags: rates({ UH: 0.3 }) },
  ];
  const panel = (of: readonly GraphEdge[], lost = "") =>
    text(
      renderToStaticMarkup(
        <ScopePanel
          id="west-1/shop/namespace/shop"
          scope={scopeOf({ nodes: [node], edges: of }, null)}
          changes={null}
          lost={lost}
        />,
      ),
    );
  const said = panel(edges);
  it("says of when it is that all is well, while the stream is lost, and that not all is known where it isn't", () => {
    expect(panel([tcp])).toContain("No edge here is degraded or failing. ");
    expect(panel([tcp], " That is of 14:01:58.")).toContain("degraded or failing. That is of 14:01:58.");
    expect(panel([tcp, { ...http, health: "unknown" }])).toContain("No edge here is known to be degraded or failing.");
    expect(panel([http], " That is of 14:01:58.")).not.toContain("That is of");
  });

  it.each([
    ["hosts of requests, as text", "Hosts asked for ratings.shop.svc.cluster.local 42.1 req/s <b>evil</b> 2 req/s"],
    [
      "what mTLS rests on, and where not all of it is proven",
      "measured at the server 2 1 likely, by configuration; nothing measured it 1 – Not all proven: edges of which some requests or connections weren’t proven to have mutual TLS: measured to have none, or measured by nobody.",
    ],
    [
      "the limit that decided, and the edge furthest over it",
      "1 edge: Requests that never arrived or failed at the server. By the target's limit an edge is degraded from the first one and failing from 4 % on. Furthest over it: reviews-v2 → ratings-v1 , 4.28 %",
    ],
    ["what decides of connections", "1 edge: Connections that failed to open."],
    ["flags of requests", "UF 1.8 req/s Upstream connection failure."],
    ["flags of connections apart", "Flags of connections UH 0.3 conn/s"],
  ])("says %s", (_name, words) => {
    expect(said).toContain(words);
  });

  it.each([
    [6, null],
    [7, "and 1 more limit"],
    [8, "and 2 more limits"],
  ])("says of %i limits which aren't named: %s", (many, more) => {
    const outcomes = ["server"] as const;
    const panelOf = panel(
      Array.from({ length: many }, (_, at) => ({
        ...http,
        id: `${source}>${target}>${at}`,
        limit: { direction: "inbound" as const, outcomes, share: ratio(0.5), degraded: 0, failing: 10 + at },
      })),
    );
    if (more === null) expect(panelOf).not.toMatch(/and \d+ more limit/);
    else expect(panelOf).toMatch(new RegExp(`${more}(?!s)`));
  });

  it("says nothing of limits, hosts and mTLS where there are none", () => {
    const idle = { ...http, health: "idle" as const, hosts: {}, flags: {}, mtls: null, mtlsBasis: "unknown" as const };
    const quiet = panel([idle]);
    for (const title of ["By which limits", "Hosts asked for", "Mutual TLS"]) expect(quiet).not.toContain(title);
  });
});

describe("the worst thing in one sentence", () => {
  const SERVER = {
    ...{ direction: "inbound" as const, outcomes: ["neverArrived", "server"] as const },
    ...{ share: ratio(0.2), degraded: 0, failing: 10 },
  };
  it.each([
    ["a flag with its cause", http, /1\.8 req\/s end with UF: upstream connection failure/],
    [
      "a code where no flag says more",
      { ...http, flags: {}, codes: rates({ "500": 2, "200": 8 }) },
      /2 req\/s are answered 500\./,
    ],
    ["a refusal that may be a policy", { ...http, flags: {}, codes: rates({ "403": 2 }) }, /A policy may refuse them/],
    ["silence", { ...http, health: "idle" as const }, /none now/],
    [
      "what fails, not the delay that more of it has",
      { ...http, limit: SERVER, flags: rates({ DI: 50, "-": 50 }), codes: rates({ "200": 80, "500": 20 }) },
      /^20 req\/s are answered 500\.$/,
    ],
    [
      "the flag that counts of several",
      { ...http, limit: SERVER, flags: rates({ "DI,UF": 2 }) },
      /^2 req\/s end with DI,UF: upstream connection failure/,
    ],
    [
      "what is over its limit, not what is more",
      { ...http, limit: SERVER, flags: {}, codes: rates({ "404": 9, "503": 1, "200": 90 }) },
      /^1 req\/s are answered 503\.$/,
    ],
    [
      "no code where an annotation's codes decided",
      { ...http, limit: { ...SERVER, outcomes: [] }, flags: {}, codes: rates({ "404": 9, "200": 9 }) },
      /^The share of requests that failed is above its limit\.$/,
    ],
  ])("names %s", (_name, edge, words) => {
    expect(healthSentence(edge)?.text).toMatch(words);
  });

  it("is absent while all is well", () => {
    expect(healthSentence({ ...http, health: "healthy" })).toBeNull();
  });
});
