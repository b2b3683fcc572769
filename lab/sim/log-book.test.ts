import { describe, expect, it } from "vitest";
import type { KubeObject } from "../apiserver/object.ts";
import { istio } from "../scenarios/manifests.ts";
import { Ledger } from "../truth/ledger.ts";
import { Engine } from "./engine.ts";
import { LogBook } from "./log-book.ts";
import type { NotedCall } from "./noted.ts";
import { api, base, client, flow, START } from "./run.test-support.ts";
import { stillWorld } from "./still-world.test-support.ts";
import type { SpanRecord, TraceContext, TraceSink } from "./trace.ts";

/** Every call is sampled: ids are numbers counted up. */
function everyCall(spans: SpanRecord[]): TraceSink {
  let last = 0;
  const id = (digits: number): string => (last += 1).toString(16).padStart(digits, "0");
  return {
    begin: (): TraceContext => ({ traceId: id(32), parentId: null, newId: () => id(16) }),
    add: (span) => void spans.push(span),
  };
}

const instant = (ms: number): string => new Date(ms).toISOString();
const podOf = (name: string, containers: readonly string[], status: object): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "a" },
  spec: { containers: containers.map((each) => ({ name: each })) },
  status: { containerStatuses: containers.map((each) => ({ name: each, ...status })) },
});
const running = { state: { running: { startedAt: instant(START) } } };

/** `asking`: what a Telemetry object says of access logs; then nothing is sampled. */
function played(seed = 1, asking: readonly object[] | null = null, labels = { app: "api" }) {
  const spans: SpanRecord[] = [];
  const telemetry =
    asking === null
      ? []
      : [istio("telemetry", "Telemetry", "a", "logs", { selector: { matchLabels: labels }, accessLogging: asking })];
  const world = stillWorld([{ name: "west-1", nodes: 2, manifests: [...base, client([flow()]), api(), ...telemetry] }]);
  let now = START;
  const book = new LogBook(seed, () => now);
  const engine = new Engine({
    ...{ world, seed, ledger: new Ledger(60), tickMs: 100, startMs: START },
    ...{ traces: asking === null ? everyCall(spans) : null, logs: book },
  });
  for (let i = 0; i < 200; i += 1) engine.advance((now += 100));
  const [server] = [...world.pods.values()].filter(({ workloadKey }) => workloadKey.endsWith("/api"));
  if (server === undefined) throw new Error("no api");
  const read = (container: string) =>
    book.of("west-1")({ pod: podOf(server.name, ["app", "istio-proxy"], running), container, previous: false });
  return { read, spans: spans.filter(({ pod }) => pod === server) };
}

describe("the simulated logs", () => {
  it("tell of each sampled call under its ids, in the order in which lines were written", () => {
    const { read, spans } = played();
    const [proxy, program] = [read("istio-proxy"), read("app")];
    const ended = spans.filter(({ startMs, durationMs }) => startMs + durationMs < START + 20_000);
    expect(ended.length).toBeGreaterThan(300);
    for (const { traceId, spanId } of ended.slice(0, 50)) {
      expect(program.filter(({ text }) => text.includes(`trace_id=${traceId} span_id=${spanId}`))).toHaveLength(1);
      expect(proxy.filter(({ text }) => text.includes(`"00000000-0000-4000-9000-${traceId.slice(20)}"`))).toHaveLength(
        1,
      );
    }
    for (const lines of [proxy, program]) {
      const times = lines.map(({ atMs }) => atMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
    expect(proxy[0]?.text).toContain("FLAG");
    expect(program.filter(({ text }) => text.includes("heartbeat")).length).toBeGreaterThanOrEqual(1);
  });

  it("are the same for the same seed and clock, and Istio's default format", () => {
    const text = (seed: number): unknown => [played(seed).read("istio-proxy"), played(seed).read("app")];
    expect(text(3)).toEqual(text(3));
    expect(text(3)).not.toEqual(text(4));
    // https://istio.io/latest/docs/tasks/observability/logs/access-log/: 21 fields, some of them in quotes.
    const form =
      /^\[[^\]]+\] "GET \/ HTTP\/1\.1" 200 - via_upstream - "-" \d+ \d+ \d+ \d+ "-" "[^"]*" "[0-9a-f-]{36}" "api" "[\d.]+:\d+" \S+ \S+ \S+ \S+ (?:-|outbound_\.\d+_\._\.\S+) default$/;
    const lines = played()
      .read("istio-proxy")
      .filter(({ text: line }) => line.startsWith("["));
    expect(lines.length).toBeGreaterThan(300);
    expect(lines.filter(({ text: line }) => !form.test(line))).toEqual([]);
  });

  it.each<[string, readonly object[], boolean, { app: string }?]>([
    ["of every call where a Telemetry object asks for it", [{ providers: [{ name: "envoy" }] }], true],
    ["of a server's calls alone", [{ match: { mode: "SERVER" } }], true],
    ["of nothing more where it is of clients", [{ match: { mode: "CLIENT" } }], false],
    ["of nothing more where it is disabled", [{ disabled: true }], false],
    ["of nothing more where it filters", [{ filter: { expression: "response.code >= 400" } }], false],
    ["of nothing more where it is of others", [{}], false, { app: "other" }],
  ])("tell %s", (_, asking, all, labels) => {
    const lines = played(1, asking, labels)
      .read("istio-proxy")
      .filter(({ text }) => text.startsWith("["));
    expect(lines.length > 300).toBe(all);
    if (all) expect(lines[0]?.text).toMatch(/"GET \/ HTTP\/1\.1" 200 .* outbound_\.\d+_\._\.\S+ default$/);
    else expect(lines).toEqual([]);
  });

  const call = (startMs: number, flags = "-", code = "200", kind: NotedCall["kind"] = "server"): NotedCall => ({
    ...{ kind, startMs, durationMs: 10, path: "/x", host: "api", upstreamCluster: "inbound|80||", method: "GET" },
    ...{ requestBytes: 1, responseBytes: 2, pod: "west-1/a/p", ip: "10.0.0.1", peerIp: null },
    ...{ outcome: { protocol: "http", code, grpcStatus: "", flags }, traceId: null, spanId: null },
  });

  it("keep no more calls than they may, the newest", () => {
    const book = new LogBook(1, () => START + 60_000, 3);
    for (let i = 0; i < 10; i += 1) book.add(call(START + i * 1000, "UH", "503"));
    const lines = book.of("west-1")({
      pod: podOf("p", ["istio-proxy"], running),
      container: "istio-proxy",
      previous: false,
    });
    expect(lines.filter(({ text }) => text.includes("UH no_healthy_upstream")).map(({ atMs }) => atMs - START)).toEqual(
      [7010, 8010, 9010],
    );
  });

  it("divide at a restart, and name what a program asked for in vain", () => {
    const book = new LogBook(1, () => START + 60_000);
    book.add(call(START + 1000, "UF", "503", "client"));
    book.add(call(START + 31_000, "-", "200"));
    const pod = podOf("p", ["app"], {
      state: { running: { startedAt: instant(START + 30_000) } },
      lastState: { terminated: { startedAt: instant(START), finishedAt: instant(START + 29_000) } },
    });
    const said = (previous: boolean) =>
      book
        .of("west-1")({ pod, container: "app", previous })
        .map(({ text }) => /msg="([^"]+)"/.exec(text)?.[1])
        .filter((message) => message !== "heartbeat");
    expect(said(true)).toEqual(["starting", "listening", "call failed"]);
    expect(said(false)).toEqual(["starting", "listening", "request served"]);
    expect(book.of("east-1")({ pod, container: "other", previous: false })).toEqual([]);
  });

  it("of a ztunnel tell of its connections, each at its end", () => {
    const book = new LogBook(1, () => START + 60_000, 2);
    const end = (pod: string) => ({ ip: "10.0.0.7", pod, namespace: "a", identity: `spiffe://x/ns/a/sa/${pod}` });
    const connection = (endMs: number, ztunnel = "west-1/a/p") => ({
      ...({ ztunnel, direction: "inbound", from: end("till"), to: end("web"), host: "web.a", mtls: false } as const),
      ...{ startMs: START, endMs, sent: 10, received: 20, error: null },
    });
    for (const each of [
      connection(START + 1000),
      connection(START + 3000),
      connection(START + 2000),
      connection(START + 2500, "west-1/a/q"),
    ])
      book.connected(each);
    const pod = podOf("p", ["istio-proxy"], running);
    const ztunnel = { ...pod, metadata: { ...pod.metadata, labels: { app: "ztunnel" } } };
    const lines = book.of("west-1")({ pod: ztunnel, container: "istio-proxy", previous: false });
    expect(lines.map(({ atMs }) => atMs - START)).toEqual([2000]);
    expect(lines[0]?.text).toMatch(
      /^\S+\tinfo\taccess\tconnection complete\tsrc\.addr=10\.0\.0\.7:\d+ src\.workload="till" src\.namespace="a" dst\.addr=10\.0\.0\.7:8080 dst\.service="web\.a" dst\.workload="web" dst\.namespace="a" direction="inbound" bytes_sent=20 bytes_recv=10 duration="2000ms"$/,
    );
  });
});
