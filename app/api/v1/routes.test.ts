import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeTimers } from "#lib/server/fake-timers.test-support.ts";
import { ANONYMOUS } from "#lib/server/identity.ts";
import { keyRing, parseKeys } from "#lib/server/session/keys.ts";
import { Sessions } from "#lib/server/session/sessions.ts";
import { seconds } from "#lib/units.ts";

vi.mock("server-only", () => ({}));

const folder = new URL("./", import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith("route.ts"))
  .sort();
const KEY = Symbol.for("meshscope");
const scope = globalThis as { [key: symbol]: unknown };
const calls: { readonly useCase: string; readonly args: readonly unknown[] }[] = [];

const log = { info: () => {}, warn: () => {}, error: () => {} };
const keys = parseKeys(randomBytes(48).toString("base64"));

/** Sessions as the process has them, over a cluster that takes every token. */
const sessionsOf = (strategy: "anonymous" | "token", guest: "none" | "view") =>
  new Sessions({
    ...{ strategy, guest, lifetime: seconds(3600), cookie: "meshscope", clock: new FakeTimers(), log },
    keys: keyRing(() => keys),
    clusters: new Map([["c", { whoAmI: async () => ({ username: "ana", groups: [] }) }]]),
  });
let sessions = sessionsOf("anonymous", "none");

const SERVICE = "services/[cluster]/[namespace]/[name]/route.ts";
const SECURITY = "meaning/workloads/[cluster]/[namespace]/[name]/route.ts";
const CLIENTS = "meaning/services/[cluster]/[namespace]/[name]/routing/route.ts";
const SENDS = "meaning/workloads/[cluster]/[namespace]/[name]/sends/route.ts";
const PROPOSAL = "meaning/proposals/[cluster]/[namespace]/route.ts";
const LOG_CALLERS = "meaning/log-callers/[cluster]/[namespace]/route.ts";
const DRY_RUNS = "meaning/dry-runs/[cluster]/[namespace]/route.ts";
const STRICT = "meaning/strict/[cluster]/[namespace]/route.ts";
const SCHEMA = "schemas/[cluster]/[group]/[version]/[kind]/route.ts";
/** Reading policies: file, use case, an address and what it asks for. */
const POLICIES = [
  [
    "findings/route.ts",
    "findings",
    "findings?codes=KIA1101&severities=error",
    { codes: ["KIA1101"], severities: ["error"] },
  ],
  ["policies/route.ts", "policies", "policies?kinds=Sidecar", { kinds: ["Sidecar"] }],
  [
    "policies/[...object]/route.ts",
    "policy",
    "policies/c/networking.istio.io/v1/Sidecar/shop/a%2Eb",
    { cluster: "c", group: "networking.istio.io", version: "v1", kind: "Sidecar", namespace: "shop", name: "a.b" },
  ],
  [
    "effect/[...object]/route.ts",
    "effect",
    "effect/c/core/v1/Namespace/-/shop?since=5",
    { cluster: "c", group: "", version: "v1", kind: "Namespace", namespace: null, name: "shop" },
  ],
  [
    "logs/route.ts",
    "logs",
    "logs?cluster=c&namespace=shop&pod=web-1&start=5",
    { cluster: "c", namespace: "shop", pod: "web-1", start: 5, previous: "off", limit: 1000 },
  ],
  ["marks/route.ts", "marks", "marks?start=5&namespaces=shop", { namespaces: ["shop"], start: 5 }],
  ["services/route.ts", "services", "services?namespaces=shop", { namespaces: ["shop"] }],
  [SERVICE, "service", "services/c/shop/reviews", { cluster: "c", namespace: "shop", name: "reviews" }],
  [SECURITY, "security", "meaning/workloads/c/shop/web", { cluster: "c", namespace: "shop", name: "web" }],
  [
    CLIENTS,
    "clientRouting",
    "meaning/services/c/shop/reviews/routing?port=80",
    { service: { cluster: "c", namespace: "shop", name: "reviews" }, port: 80 },
  ],
  [
    SENDS,
    "sends",
    "meaning/workloads/c/shop/web/sends?host=b",
    { workload: { cluster: "c", namespace: "shop", name: "web" }, search: "b" },
  ],
  [PROPOSAL, "proposal", "meaning/proposals/c/shop", { cluster: "c", namespace: "shop" }],
  [
    DRY_RUNS,
    "dryRuns",
    "meaning/dry-runs/c/shop?workload=web&window=1h&spans=on",
    { cluster: "c", namespace: "shop", workload: "web", window: "1h", spans: "on" },
  ],
  [
    LOG_CALLERS,
    "logCallers",
    "meaning/log-callers/c/shop?workload=web",
    { cluster: "c", namespace: "shop", workload: "web" },
  ],
  [STRICT, "strict", "meaning/strict/c/-", { cluster: "c", namespace: null }],
  [SCHEMA, "schema", "schemas/c/core/v1/Namespace", { cluster: "c", group: "", version: "v1", kind: "Namespace" }],
] as const;

/** Traces: file, use case, an address and what it is asked after the credential. */
const TRACES = [
  ["traces/route.ts", "traces", "traces?service=a.b&limit=5", [{ service: "a.b", limit: 5, errors: "all" }]],
  ["traces/[id]/route.ts", "trace", "traces/ab12?format=columns", ["ab12", { format: "columns" }]],
  ["traces/backends/route.ts", "traceBackends", "traces/backends", []],
  ["traces/services/route.ts", "traceServices", "traces/services?backends=x,y", [["x", "y"]]],
  ["traces/operations/route.ts", "traceOperations", "traces/operations?service=a", [{ service: "a" }]],
  ["traces/calls/route.ts", "traceCalls", "traces/calls?to=web&service=a", [{ to: "web", service: "a" }]],
  [
    "trace-analysis/route.ts",
    "traceAnalysis",
    "trace-analysis?service=a&sample=50",
    [{ service: "a", sample: 50 }, "id-1"],
  ],
] as const;

/** A runtime that notes who was asked for what; the real one has tests of its own. */
const runtime = {
  log,
  admit: (cookie: string | null) => sessions.admit(cookie),
  signIn: (asked: Parameters<Sessions["signIn"]>[0]) => sessions.signIn(asked),
  signOut: (cookie: string | null) => sessions.signOut(cookie),
  ...Object.fromEntries(
    [
      "graph",
      "graphStream",
      "graphFrames",
      "series",
      "namespaces",
      "links",
      "session",
      "access",
      "plan",
      "applyPlan",
      "revertChange",
      "revertSince",
      "changes",
      "settleChanges",
      "closeChanges",
      "reminders",
      "impact",
      "impactSamples",
      ...POLICIES.map(([, useCase]) => useCase),
      ...TRACES.map(([, useCase]) => useCase),
    ].map((useCase) => [
      useCase,
      (...args: unknown[]) => {
        calls.push({ useCase, args });
        if (useCase === "graph") return Promise.resolve({ body: () => '{"graph":true}' });
        if (useCase === "graphFrames") return Promise.resolve('{"frames":true}');
        if (useCase === "graphStream" || useCase === "traceAnalysis")
          return Promise.resolve(new Blob(["event: snapshot\n\n"]).stream());
        return { useCase };
      },
    ]),
  ),
};

beforeAll(() => {
  scope[KEY] = runtime;
});
afterAll(() => {
  delete scope[KEY];
});
beforeEach(() => {
  calls.length = 0;
  sessions = sessionsOf("anonymous", "none");
});

type Method = "GET" | "POST" | "DELETE";
interface Route extends Readonly<Partial<Record<Method, (request: Request) => Promise<Response>>>> {
  readonly dynamic: string;
}
const load = async (file: string) => (await import(new URL(file, folder).href)) as Route;
const send = async (file: string, method: Method, query = "", headers: Record<string, string> = {}, body?: string) => {
  const route = (await load(file))[method];
  if (route === undefined) throw new Error(`${file} has no ${method}`);
  return route(
    new Request(`http://127.0.0.1/api/v1/x${query}`, {
      method,
      headers: { "x-request-id": "id-1", ...headers },
      ...(body === undefined ? {} : { body }),
    }),
  );
};
const ask = (file: string, query = "", headers: Record<string, string> = {}) => send(file, "GET", query, headers);

/** Everything that answers, by file and method. */
const methods = (
  await Promise.all(
    files.map(async (file) => {
      const route = await load(file);
      return (["GET", "POST", "DELETE"] as const).flatMap((method) => (route[method] ? [[file, method] as const] : []));
    }),
  )
).flat();
/** What also nobody may ask. */
const OPEN = new Set(["session/route.ts"]);
const closed = methods.filter(([file]) => !OPEN.has(file));

describe("every route below /api/v1", () => {
  it("is one of these", () => {
    expect(files).toEqual([
      "[...path]/route.ts",
      "access/route.ts",
      "changes/[id]/outcome/route.ts",
      "changes/[id]/revert/route.ts",
      "changes/close/route.ts",
      "changes/revert/route.ts",
      "changes/route.ts",
      "changes/settle/route.ts",
      "effect/[...object]/route.ts",
      "findings/route.ts",
      "graph/frames/route.ts",
      "graph/route.ts",
      "graph/stream/route.ts",
      "links/route.ts",
      "logs/route.ts",
      "marks/route.ts",
      DRY_RUNS,
      "meaning/egress/route.ts",
      "meaning/impact/route.ts",
      "meaning/impact/samples/route.ts",
      LOG_CALLERS,
      "meaning/proposals/[cluster]/[namespace]/route.ts",
      CLIENTS,
      "meaning/simulate/route.ts",
      STRICT,
      SECURITY,
      SENDS,
      "namespaces/route.ts",
      "plans/apply/route.ts",
      "plans/route.ts",
      "policies/[...object]/route.ts",
      "policies/route.ts",
      "reminders/route.ts",
      SCHEMA,
      "series/route.ts",
      SERVICE,
      "services/route.ts",
      "session/route.ts",
      "trace-analysis/route.ts",
      "traces/[id]/route.ts",
      "traces/backends/route.ts",
      "traces/calls/route.ts",
      "traces/operations/route.ts",
      "traces/route.ts",
      "traces/services/route.ts",
    ]);
  });

  it.each(files)("%s is dynamic, has no method that isn't admitted, and does little itself", async (file) => {
    const route = await load(file);
    const known = ["GET", "HEAD", "POST", "DELETE", "dynamic"];
    expect(Object.keys(route).filter((name) => !known.includes(name))).toEqual([]);
    expect(route.dynamic).toBe("force-dynamic");
    expect(readFileSync(new URL(file, folder), "utf8").split("\n").length).toBeLessThanOrEqual(40);
  });

  it.each(methods)("%s (%s) is never kept on the way", async (file, method) => {
    expect((await send(file, method)).headers.get("cache-control")).toMatch(/no-store|no-cache, no-transform/);
  });
});

describe("who may ask", () => {
  it.each(closed)("%s (%s): nobody is told to sign in, and nothing is done", async (file, method) => {
    sessions = sessionsOf("token", "none");
    const response = await send(file, method, "", { authorization: "Bearer forged" });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: "unauthorised" });
    expect(calls).toEqual([]);
  });

  it.each(closed)("%s (%s): a broken cookie is nobody's, and is taken away", async (file, method) => {
    sessions = sessionsOf("token", "none");
    const response = await send(file, method, "", { cookie: "meshscope=1.broken; meshscope.1=x" });
    expect(response.status).toBe(401);
    expect(response.headers.getSetCookie().map((each) => each.split(";")[0])).toEqual(["meshscope=", "meshscope.1="]);
    expect(calls).toEqual([]);
  });

  it.each(closed)("%s (%s): a guest is one to whoever does the work", async (file, method) => {
    sessions = sessionsOf("token", "view");
    const response = await send(file, method, "", { cookie: "meshscope=1.broken" });
    expect(response.status).not.toBe(401);
    for (const { args } of calls) expect(args[0]).toMatchObject({ role: "guest", session: null });
    expect(response.headers.getSetCookie()).toHaveLength(1);
  });

  it("everybody is told who they are, signs in, and out again", async () => {
    sessions = sessionsOf("token", "none");
    expect((await send("session/route.ts", "GET")).status).toBe(200);
    expect(calls[0]?.args[0]).toBeNull();
    const signed = await send("session/route.ts", "POST", "", {}, '{"token":"t"}');
    expect(signed.status).toBe(204);
    const cookie = signed.headers.getSetCookie()[0]?.split(";")[0] ?? "";
    await send("graph/route.ts", "GET", "", { cookie });
    expect(calls.at(-1)?.args[0]).toMatchObject({ role: "user", user: "ana" });
    const left = await send("session/route.ts", "DELETE", "", { cookie });
    expect(left.status).toBe(204);
    expect(left.headers.getSetCookie()[0]).toContain("Max-Age=0");
  });

  it.each(["", "{", "[]", '{"token":1}', '{"token":"t","extra":1}', '{"token":""}'])(
    "signing in with %j is a bad request that repeats nothing",
    async (body) => {
      const response = await send("session/route.ts", "POST", "", {}, body);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: "bad_request" });
    },
  );
});

describe("writing routes", () => {
  const REVERT = "changes/[id]/revert/route.ts";
  const PLAN = "ab".repeat(32);
  it.each([
    ["plans/route.ts", '{"manifests":[]}', "plan", { cluster: "", manifests: [], deletions: [] }],
    ["plans/apply/route.ts", '{"sealed":"s","confirm":"i"}', "applyPlan", { sealed: "s", confirm: "i" }],
    ["changes/revert/route.ts", '{"since":"5","cluster":"c"}', "revertSince", { since: "5", cluster: "c" }],
    [
      "changes/settle/route.ts",
      `{"cluster":"c","plan":"${PLAN}","how":"back"}`,
      "settleChanges",
      { cluster: "c", plan: PLAN, how: "back" },
    ],
    ["changes/close/route.ts", `{"cluster":"c","plan":"${PLAN}"}`, "closeChanges", { cluster: "c", plan: PLAN }],
    [REVERT, "{}", "revertChange", "v1"],
  ])("%s reads JSON of its schema alone", async (file, body, useCase, asked) => {
    const type = { "content-type": "application/json" };
    expect((await send(file, "POST", "", {}, body)).status).toBe(415);
    expect((await send(file, "POST", "", type, '{"extra":1}')).status).toBe(400);
    expect(calls).toEqual([]);
    expect((await send(file, "POST", "", type, body)).status).toBe(200);
    expect(calls[0]).toMatchObject({ useCase, args: [ANONYMOUS, asked, { requestId: "id-1" }] });
  });
});

describe("what a draft would do", () => {
  it.each([
    ["meaning/impact/route.ts", "impact"],
    ["meaning/impact/samples/route.ts", "impactSamples"],
  ])("%s reads JSON of its schema alone", async (file, useCase) => {
    const type = { "content-type": "application/json" };
    expect((await send(file, "POST", "", type, '{"cluster":"c","extra":1}')).status).toBe(400);
    expect(calls).toEqual([]);
    expect((await send(file, "POST", "", type, '{"cluster":"c"}')).status).toBe(200);
    expect(calls[0]).toMatchObject({
      useCase,
      args: [ANONYMOUS, { cluster: "c", manifests: [], deletions: [] }, expect.any(AbortSignal)],
    });
  });
});

describe("routes", () => {
  it.each([
    ["graph/route.ts", "graph"],
    ["graph/frames/route.ts", "graphFrames", "?start=100&end=200&step=5s"],
    ["graph/stream/route.ts", "graphStream"],
    ["series/route.ts", "series"],
    ["namespaces/route.ts", "namespaces"],
    ["session/route.ts", "session"],
    ["changes/route.ts", "changes"],
    ["reminders/route.ts", "reminders"],
  ])("%s calls %s as nobody, whatever the request claims", async (file, useCase, query = "") => {
    const response = await ask(file, query, { authorization: "Bearer forged", cookie: "session=forged" });
    expect(response.status).toBe(200);
    expect(calls.map((call) => call.useCase)).toEqual([useCase]);
    expect(calls[0]?.args[0]).toEqual(ANONYMOUS);
  });

  it.each([
    "graph/route.ts",
    "graph/frames/route.ts",
    "graph/stream/route.ts",
    "series/route.ts",
    "namespaces/route.ts",
    "reminders/route.ts",
  ])("%s refuses what it doesn't know, and asks nobody", async (file) => {
    const response = await ask(file, "?query=up");
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    expect(await response.json()).toMatchObject({
      code: "bad_parameter",
      requestId: "id-1",
      detail: expect.stringContaining("Accepted:"),
    });
    expect(calls).toEqual([]);
  });

  it.each(POLICIES)("%s calls %s with what the address names", async (file, useCase, place, asked) => {
    const response = await (await load(file)).GET?.(new Request(`http://127.0.0.1/api/v1/${place}`));
    expect(response?.status).toBe(200);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ useCase });
    expect(calls[0]?.args.slice(0, 2)).toEqual([ANONYMOUS, expect.objectContaining(asked)]);
    expect(calls[0]?.args.at(-1)).toBeInstanceOf(AbortSignal);
  });

  it.each(
    POLICIES.flatMap(([file, , place]) =>
      (place.includes("?")
        ? [`${place}&query=up`]
        : [`${place}?query=up`, `${place}/more`, place.replace(/[^/]*$/, "%ff"), place.replace(/[^/]*$/, "..%2Fx")]
      ).map((bad) => [file, bad] as const),
    ),
  )("%s refuses %s, and asks nobody", async (file, place) => {
    const response = await (await load(file)).GET?.(new Request(`http://127.0.0.1/api/v1/${place}`));
    expect([400, 404]).toContain(response?.status);
    expect(calls).toEqual([]);
  });

  it.each(TRACES)("%s calls %s with what is asked for", async (file, useCase, place, asked) => {
    const request = new Request(`http://127.0.0.1/api/v1/${place}`, { headers: { "x-request-id": "id-1" } });
    expect((await (await load(file)).GET?.(request))?.status).toBe(200);
    const args = calls[0]?.args ?? [];
    expect([calls.length, calls[0]?.useCase, args[0], args.at(-1)]).toEqual([
      1,
      useCase,
      ANONYMOUS,
      expect.any(AbortSignal),
    ]);
    expect(args.slice(1, -1)).toMatchObject(asked);
  });

  it.each(TRACES)("%s, for %s, refuses what it doesn't know, and asks nobody", async (file, _, place) => {
    const bad = `http://127.0.0.1/api/v1/${place}${place.includes("?") ? "&" : "?"}query=up`;
    expect((await (await load(file)).GET?.(new Request(bad)))?.status).toBe(400);
    expect(calls).toEqual([]);
  });

  it("pass the view, the place to resume from and the client's leaving on", async () => {
    const response = await ask("graph/stream/route.ts", "?window=30s&lens=app", { "last-event-id": "abc-4" });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(response.headers.get("cache-control")).toBe("no-cache, no-transform");
    const [, view, lastEventId, signal] = calls[0]?.args ?? [];
    expect(view).toMatchObject({ window: "30s", lens: "app" });
    expect(lastEventId).toBe("abc-4");
    expect(signal).toBeInstanceOf(AbortSignal);
  });

  it.each([
    ["graph/stream/route.ts", ""],
    ["trace-analysis/route.ts", "?service=a"],
  ])("%s opens no stream for HEAD", async (file, query) => {
    const route = (await load(file)) as Route & {
      readonly HEAD: (request: Request) => Promise<Response>;
    };
    const response = await route.HEAD(new Request(`http://127.0.0.1/api/v1/x${query}`, { method: "HEAD" }));
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(calls).toEqual([]);
  });

  it("answer 404 as a problem where there is nothing", async () => {
    const response = await ask("[...path]/route.ts");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "not_found" });
  });
});
