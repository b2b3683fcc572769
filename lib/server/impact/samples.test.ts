import { describe, expect, it } from "vitest";
import { impactSamplesSchema } from "#lib/api/impact-samples.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import type { Workload } from "#lib/inventory/model.ts";
import { LONGEST, type LogEnd } from "#lib/kube/log-line.ts";
import type { LogReading } from "#lib/kube/logs.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { unixSeconds } from "#lib/units.ts";
import { fakeConsole } from "../fake-console.test-support.ts";
import { ANONYMOUS, type Credential } from "../identity.ts";
import { readingPort } from "../policy/port.ts";
import type { Rights } from "../rights/model.ts";
import type { RequestSpans, SpannedRequest } from "../tracing/request-spans.ts";
import type { SentRequest, SentSpans } from "../tracing/sent-spans.ts";
import { Impacts } from "./impact.ts";
import { sampleSlots, showImpactSamples } from "./samples.ts";

const object = (name: string, spec: object): Manifest => ({
  ...{ apiVersion: "security.istio.io/v1", kind: "AuthorizationPolicy", spec: spec as never },
  metadata: { namespace: "shop", name },
});
const NO_ADMIN = object("no-admin", { action: "DENY", rules: [{ to: [{ operation: { paths: ["/admin*"] } }] }] });
const BY_PORT = object("by-port", { action: "DENY", rules: [{ to: [{ operation: { ports: ["8080"] } }] }] });
const ana: Credential = {
  ...{ ...ANONYMOUS, strategy: "token", role: "user", user: "ana", session: "s" },
  clusters: new Map([["c", { user: "ana", token: "anas" }]]),
};
const WEB = "10.0.0.1";
const line = (method: string, path: string, from = WEB, forwarded = "-"): string =>
  `[2026-01-01T12:00:00.4Z] "${method} ${path} HTTP/1.1" 200 - via_upstream - "-" 0 1 3 1 "${forwarded}" "curl" "id" "api:80" "10.0.0.5:80" inbound|8080|| 127.0.0.6:1 10.0.0.5:8080 ${from}:5000 outbound_.80_._.api.shop.svc.cluster.local default`;
/** As a gateway writes it, by whose settings X-Forwarded-For has all that call. */
const passed = (method: string, path: string, to = `"10.0.0.5:8080" outbound|80||api.shop.svc.cluster.local`): string =>
  `[2026-01-01T12:00:00.4Z] "${method} ${path} HTTP/1.1" 200 - via_upstream - "-" 0 1 3 1 "203.0.113.7" "curl" "id" "shop.example.com" ${to} 10.0.0.9:1 10.0.0.9:8443 203.0.113.7:5000 shop.example.com main`;
const span = (method: string, path: string, source: string | null = "c/shop/workload/web"): SpannedRequest => ({
  ...{ source, trace: "ab".repeat(16), backend: "jaeger" },
  request: { method, path, host: "api", port: 8080 },
});

interface Given {
  readonly logs?: Readonly<Record<string, readonly string[] | MeshscopeError>>;
  readonly spans?: readonly SpannedRequest[] | MeshscopeError | null;
  /** What the caller alone wrote of. */
  readonly sent?: readonly SentRequest[] | MeshscopeError;
  readonly server?: Partial<Workload>;
  readonly client?: Partial<Workload>;
  readonly full?: boolean;
  readonly ended?: LogEnd;
  readonly aborted?: boolean;
  readonly slots?: ReturnType<typeof sampleSlots>;
  readonly prometheus?: "down";
}

async function ask(o: Given, credential: Credential = ANONYMOUS, manifests: readonly Manifest[] = [NO_ADMIN]) {
  const names = Object.keys(o.logs ?? { "api-1": [] });
  const podsOf = (of: string) =>
    names
      .filter((name) => name.startsWith(`${of}-`))
      .map((name) => ({ name, ip: null, ready: true, phase: "Running", reports: true }));
  const inventories = inventory(
    ["web", "api", "cron"].map((name) => ({
      ...workload(`shop/${name}`),
      labels: { app: name },
      ...(name === "api" ? { pods: podsOf(name), ...o.server } : {}),
      ...(name === "web" ? { pods: podsOf(name), ...o.client } : {}),
    })),
    {
      workloadByIp: new Map([
        [WEB, "shop/web"],
        ["10.0.0.5", "shop/api"],
        ["10.0.0.6", "shop/cron"],
      ]),
    },
  );
  const { telemetry, timers, client } = fakeConsole({ inventory: inventories });
  if (o.prometheus === "down")
    for (const read of ["rates", "other", "history", "up"] as const) client.answers[read] = "upstream_unreachable";
  const read: string[] = [];
  const kube = {
    readLog: async ({ pod, as, take }: LogReading) => {
      read.push(`${pod} ${as?.token ?? "console"}`);
      const lines = o.logs?.[pod] ?? [];
      if ("problem" in lines) throw lines;
      // As who reads logs hands them out, without the rest of a line that is too long.
      for (const text of lines) {
        const left = Math.max(0, text.length - LONGEST);
        if (!take({ atNs: 1_767_268_800_000_000_000n, text: text.slice(0, LONGEST), left })) break;
      }
      return o.ended ?? "end";
    },
  };
  const policies = {
    ...{ cluster: "c", asOf: timers.now(), kind: () => null, unread: [] },
    objects: (kind: string) => ([] as Manifest[]).filter((each) => manifestKindKey(each) === kind),
  };
  const rights: Rights = {
    visibility: async ({ role }) => ({
      ...{ key: role, all: role !== "user", cluster: () => true },
      namespace: (_, namespace) => role !== "user" || namespace === "shop",
    }),
    ask: async (_, questions) => questions.map(() => ({ allowed: true, reason: "" })),
  };
  const parts = {
    ...{ port: readingPort, rights, clients: new Map([["c", kube]]), rootNamespace: () => "istio-system" },
    ...{ inventory: () => inventories, store: { clusters: () => new Map([["c", policies]]) } },
    ...{ telemetry, timers, text: () => (text: string) => text.replaceAll("hidden", "…") },
  };
  const searched: string[] = [];
  const stop = new AbortController();
  const spans = async (
    _: Credential,
    { workload: name, start, end }: { workload: string; start: number; end: number },
  ) => {
    searched.push(`${name} ${end - start}`);
    if (o.aborted) stop.abort();
    if (o.spans != null && "problem" in o.spans) throw o.spans;
    if (o.spans === null) return null;
    const { full = false } = o;
    return {
      requests: o.spans ?? [],
      since: unixSeconds(full ? end - 60 : start),
      full,
      problem: null,
    } satisfies RequestSpans;
  };
  const sent = async (
    _: Credential,
    { workload: name, start, end }: { workload: string; start: number; end: number },
  ) => {
    searched.push(`sent ${name} ${end - start}`);
    if (o.sent !== undefined && "problem" in o.sent) throw o.sent;
    return { requests: o.sent ?? [], since: unixSeconds(end - 600), full: true, problem: null } satisfies SentSpans;
  };
  const impacts = new Impacts(parts as never);
  const { slots = sampleSlots() } = o;
  const asked = { cluster: "c", manifests: manifests as never, deletions: [] };
  const answer = await showImpactSamples(
    { ...parts, impacts, spans, sent, slots } as never,
    credential,
    asked,
    stop.signal,
  );
  expect(impactSamplesSchema.parse(answer)).toEqual(answer);
  const [hour] = answer.items.filter(({ seen }) => seen === "hour");
  return { answer, hour, read, searched };
}

describe("POST /meaning/impact/samples", () => {
  it("says which of the traced and logged requests would be refused, and how much was looked at", async () => {
    const { hour, answer, searched } = await ask({
      logs: {
        "api-1": [line("POST", "/admin"), line("POST", "/admin?token=s3cret"), line("GET", "/items"), "nonsense"],
        "api-2": [line("GET", "/admin/x"), line("GET", "/items", "10.9.9.9"), line("GET", "/admin", WEB, "10.8.8.8")],
      },
      spans: [span("POST", "/admin"), span("GET", "/items"), span("GET", "/admin", null)],
    });
    expect(hour).toMatchObject({ verdict: "denied", source: "c/shop/workload/web", target: "c/shop/workload/api" });
    expect(hour?.logs).toEqual({
      ...{
        by: ["sidecar"],
        requests: 4,
        hits: 3,
        open: 0,
        lacks: [],
        more: 0,
        lines: 7,
        newest: true,
        pods: { read: 2, all: 2 },
        unnamed: 2,
      },
      ...{ since: "2026-01-01T12:00:00.000000000Z", problems: [] },
      examples: [
        { method: "POST", path: "/admin", host: "api:80", port: 8080, count: 2, trace: null },
        { method: "GET", path: "/admin/x", host: "api:80", port: 8080, count: 1, trace: null },
      ],
    });
    expect(hour?.traces).toMatchObject({ requests: 2, hits: 1, open: 0, full: false, problems: [] });
    expect(hour?.traces?.examples).toMatchObject([
      { method: "POST", path: "/admin", count: 1, trace: { id: "ab".repeat(16), backend: "jaeger" } },
    ]);
    expect(JSON.stringify(answer)).not.toContain("s3cret");
    expect(searched).toEqual(["api 3600"]);
    expect(hour?.traces?.calls).toBeCloseTo(36_000);
  });

  it("holds the newest traces against the calls of the time that they reach back to", async () => {
    const { hour } = await ask({ spans: [span("GET", "/items")], full: true });
    expect(hour?.traces).toMatchObject({ requests: 1, hits: 0, full: true });
    expect(hour?.traces?.calls).toBeCloseTo(600);
  });

  it("asks for what the caller alone wrote where no server wrote a span of the pair", async () => {
    const lone = (path: string, address: string | null, name = "api"): SentRequest => ({
      ...{ service: { namespace: "shop", name }, address, trace: "cd".repeat(16), backend: "jaeger" },
      request: { method: "GET", path, host: "api", port: 8080 },
    });
    const sent = [
      lone("/admin", "10.0.0.5"),
      lone("/items", "10.0.0.5"),
      lone("/admin", "10.0.0.6"),
      lone("/admin", "10.9.9.9"),
      lone("/admin", "10.0.0.5", "other"),
    ];
    const one = await ask({ sent, spans: [span("GET", "/admin", null)] });
    expect(one.searched).toContain("sent web 3600");
    expect(one.hour?.traces).toMatchObject({ by: "client", requests: 2, hits: 1, open: 0, full: true, problems: [] });
    expect(one.hour?.traces?.calls).toBeCloseTo(6000);
    expect(one.hour?.traces?.examples).toMatchObject([{ path: "/admin", port: 8080, trace: { id: "cd".repeat(16) } }]);
    const other = await ask({ sent, spans: [span("GET", "/items")] });
    expect(other.searched.filter((each) => each.startsWith("sent web"))).toEqual([]);
    expect(other.hour?.traces).toMatchObject({ by: "server", requests: 1, hits: 0 });
    const down = new MeshscopeError("upstream_unreachable", "Jaeger can't be reached.");
    expect((await ask({ sent: down })).hour?.traces).toMatchObject({
      by: "server",
      requests: 0,
      problems: [down.message],
    });
  });

  it("reads logs as the viewer", async () => {
    expect((await ask({ logs: { "api-1": [] } }, ana)).read).toEqual(["api-1 anas"]);
  });

  it("one source that fails says so, and fails no other", async () => {
    const forbidden = new MeshscopeError("forbidden", "You lack the right to get pods/log in namespace shop.");
    const one = await ask({ logs: { "api-1": forbidden }, spans: [span("GET", "/admin")] }, ana);
    expect(one.hour?.logs).toMatchObject({
      requests: 0,
      lines: 0,
      pods: { read: 0, all: 1 },
      problems: [forbidden.message],
    });
    expect(one.hour?.traces).toMatchObject({ hits: 1, problems: [] });
    const down = new MeshscopeError("upstream_unreachable", "Jaeger can't be reached.");
    const other = await ask({ logs: { "api-1": [line("GET", "/admin")] }, spans: down });
    expect(other.hour?.traces).toMatchObject({ requests: 0, problems: ["Jaeger can't be reached."] });
    expect(other.hour?.logs).toMatchObject({ hits: 1 });
    expect((await ask({ spans: null })).hour?.traces?.problems).toEqual([
      "No tracing backend keeps spans of this cluster.",
    ]);
  });

  it.each<[string, Given, string, Manifest?]>([
    ["a log without access logs", { logs: { "api-1": ["level=info"] } }, "access logs may be off"],
    ["an ambient server on nobody’s node", { server: { dataplane: "ambient" } }, "none of them is known", BY_PORT],
    ["a server without pods", { server: { pods: [] } }, "no pod now"],
    ["lines of another format", { logs: { "api-1": ["[2026-01-01T12:00:00Z] my own"] } }, "can’t be read for sure"],
  ])("names why nothing is to be had of %s", async (_, given, expected, manifest = NO_ADMIN) => {
    const { hour } = await ask(given, ANONYMOUS, [manifest]);
    expect(hour?.logs?.requests ?? 0).toBe(0);
    expect(hour?.logs?.problems.join(" ")).toContain(expected);
  });

  it("reads the log of the gateway that calls, whose lines tell which Service and pod they went to", async () => {
    const { hour, read } = await ask({
      client: { dataplane: "gateway" },
      logs: {
        "web-1": [
          passed("POST", "/admin"),
          passed("GET", "/items"),
          passed("GET", "/admin", `"10.0.0.6:8080" outbound|80||cron.shop.svc.cluster.local`),
          passed("GET", "/admin", `"10.9.9.9:8080" outbound|80||api.shop.svc.cluster.local`),
          passed("GET", "/admin", `"-" -`),
        ],
      },
    });
    expect(read).toEqual(["web-1 console"]);
    expect(hour?.logs).toMatchObject({
      by: ["gateway"],
      requests: 2,
      hits: 1,
      open: 0,
      lines: 5,
      unnamed: 1,
      problems: [],
    });
    expect(hour?.logs?.examples).toMatchObject([
      { method: "POST", path: "/admin", host: "shop.example.com", port: 8080 },
    ]);
  });

  it("judges requests alike once, whatever else their lines hold", async () => {
    const of = (begin: number, one: (i: number) => string) => Array.from({ length: 900 }, (_, i) => one(begin + i));
    const at = (i: number) => line("GET", "/items").replace('"id"', `"id-${i}"`);
    const direct = { "api-1": of(0, at), "api-2": [...of(900, at), line("POST", "/admin")] };
    expect((await ask({ logs: direct })).hour?.logs).toMatchObject({ requests: 1801, hits: 1, open: 0 });
    const from = (i: number) => passed("GET", "/items").replaceAll("203.0.113.7", `203.0.${i >> 8}.${i & 255}`);
    const through = { "web-1": of(0, from), "web-2": [...of(900, from), passed("POST", "/admin")] };
    const gateway = await ask({ client: { dataplane: "gateway" }, logs: through });
    expect(gateway.hour?.logs).toMatchObject({ requests: 1801, hits: 1, open: 0 });
  });

  it("takes no connection for a request", async () => {
    const bytes = line("-", "-").replace("HTTP/1.1", "-");
    const { hour } = await ask({ logs: { "api-1": [bytes, line("GET", "/items")] } }, ANONYMOUS, [BY_PORT]);
    expect(hour?.logs).toMatchObject({ requests: 1, hits: 1, lines: 2 });
  });

  it("takes nothing from a line that was cut: what is left of it says what its caller wrote", async () => {
    const agent = `curl" "id" "api:80" "10.0.0.5:80" inbound|8080|| 127.0.0.6:1 10.0.0.5:8080 ${WEB}:5000 - ${"a".repeat(17_000)}`;
    const forged = line("POST", "/admin", "10.9.9.9").replace('"curl"', `"${agent}"`);
    const { hour } = await ask({ logs: { "api-1": [forged, line("GET", "/items")] } });
    expect(hour?.logs).toMatchObject({ requests: 1, hits: 0, lines: 2 });
    expect(hour?.logs?.problems.join(" ")).toContain("can’t be read for sure and count for nothing: 1.");
  });

  it("says where the older part of the last lines alone was read", async () => {
    const { hour } = await ask({ logs: { "api-1": [line("GET", "/admin")] }, ended: "bytes" });
    expect(hour?.logs).toMatchObject({ requests: 1, hits: 1, lines: 1, newest: false });
    expect(hour?.logs?.problems).toEqual([
      "Of 1 pod of api only the older part of the last lines was read, for they are long.",
    ]);
  });

  it("is done twice at once for a session, and gives its place back however it ends", async () => {
    const slots = sampleSlots();
    const places = [slots.take("s"), slots.take("s")];
    await expect(ask({ slots }, ana)).rejects.toMatchObject({
      problem: { code: "too_many_streams" },
      retryAfter: 5,
    });
    expect((await ask({ slots, logs: { "api-1": [line("GET", "/admin")] } })).hour?.logs?.hits).toBe(1);
    places[0]?.();
    await ask({ slots }, ana);
    expect(slots.used).toBe(1);
    await expect(ask({ slots, aborted: true }, ana)).rejects.toThrow();
    expect(slots.used).toBe(1);
    const all = Array.from({ length: slots.limit - 1 }, () => slots.take(null));
    await expect(ask({ slots })).rejects.toThrow(/This console/);
    for (const giveBack of all) giveBack();
  });

  it("tells hidden names in no example", async () => {
    const { hour } = await ask({ logs: { "api-1": [line("GET", "/admin/hidden")] } });
    expect(hour?.logs?.examples[0]?.path).toBe("/admin/…");
  });

  it("asks nothing where metrics decide, where nothing is evaluated, and where no sample would tell", async () => {
    const all = await ask({}, ANONYMOUS, [object("deny", {})]);
    expect(all).toMatchObject({ answer: { items: [], left: 0 }, read: [], searched: [] });
    const kind = { ...object("f", {}), apiVersion: "networking.istio.io/v1alpha3", kind: "EnvoyFilter" };
    expect((await ask({}, ANONYMOUS, [kind])).answer).toMatchObject({ items: [], left: 0 });
    const header = object("h", { action: "DENY", rules: [{ when: [{ key: "request.headers[x-a]", values: ["b"] }] }] });
    expect((await ask({}, ANONYMOUS, [header])).read).toEqual([]);
    const agent = object("u", {
      action: "DENY",
      rules: [{ when: [{ key: "request.headers[User-Agent]", values: ["cu*"] }] }],
    });
    const logs = { "api-1": [line("GET", "/items"), line("GET", "/items").replace('"curl"', '"wget"')] };
    expect((await ask({ logs }, ANONYMOUS, [agent])).hour?.logs).toMatchObject({ requests: 2, hits: 1, open: 0 });
    const { answer } = await ask({ prometheus: "down" });
    expect(answer.notEvaluated).toMatch(/can't be asked/);
  });
});
