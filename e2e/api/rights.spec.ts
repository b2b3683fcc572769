import { bodyOf, type Client, outcome, problemOf } from "../support/api.ts";
import { deletion, entry, expect, pathOf, test, wish } from "./fixtures.ts";

/** The last minute, for what is asked for by time. */
const SPAN = (() => {
  const now = Math.floor(Date.now() / 1000);
  return `start=${now - 60}&end=${now}`;
})();

/** Everything that can be read, as a viewer of the shop would ask. */
const READS = [
  "/api/v1/session",
  "/api/v1/namespaces",
  "/api/v1/graph",
  "/api/v1/graph?namespaces=shop&window=5m",
  "/api/v1/graph?lens=app",
  "/api/v1/graph?lens=namespace",
  "/api/v1/graph?edges=all&services=on&labels=on",
  `/api/v1/graph?at=${Math.floor(Date.now() / 1000) - 30}&compareAt=${Math.floor(Date.now() / 1000) - 60}`,
  `/api/v1/graph/frames?${SPAN}&step=5s`,
  `/api/v1/marks?${SPAN}`,
  "/api/v1/findings",
  "/api/v1/reminders",
  "/api/v1/links",
  "/api/v1/policies",
  "/api/v1/policies?include=manifest&limit=100",
  "/api/v1/policies?node=west-1/shop/workload/reviews-v1",
  "/api/v1/policies/west-1/networking.istio.io/v1/VirtualService/shop/reviews",
  "/api/v1/services",
  "/api/v1/services/west-1/shop/reviews",
  "/api/v1/meaning/workloads/west-1/shop/reviews-v1",
  "/api/v1/meaning/workloads/west-1/shop/reviews-v1/sends",
  "/api/v1/meaning/services/west-1/shop/reviews/routing",
  "/api/v1/meaning/proposals/west-1/shop",
  "/api/v1/meaning/dry-runs/west-1/shop",
  "/api/v1/meaning/log-callers/west-1/shop?workload=storefront",
  "/api/v1/meaning/strict/west-1/shop",
  "/api/v1/meaning/strict/west-1/-",
  "/api/v1/changes?limit=500",
  "/api/v1/changes?state=open",
  "/api/v1/schemas/west-1/networking.istio.io/v1/VirtualService",
  "/api/v1/traces?service=storefront.shop&limit=100",
  "/api/v1/traces/backends",
  "/api/v1/traces/services",
  "/api/v1/traces/operations?service=storefront.shop",
  "/api/v1/traces/calls?service=storefront.shop&to=west-1/shop/workload/storefront",
];

/** What is asked for by name where it may not be seen: existing or not, one answer. */
const HIDDEN = (namespace: string) => [
  `/api/v1/graph?namespaces=${namespace}`,
  `/api/v1/graph/frames?namespaces=${namespace}&${SPAN}&step=5s`,
  `/api/v1/marks?namespaces=${namespace}&${SPAN}`,
  `/api/v1/findings?namespaces=${namespace}`,
  `/api/v1/reminders?namespaces=${namespace}`,
  `/api/v1/policies?namespaces=${namespace}`,
  `/api/v1/policies/west-1/networking.istio.io/v1/VirtualService/${namespace}/anything`,
  `/api/v1/policies/west-1/core/v1/Namespace/-/${namespace}`,
  `/api/v1/policies?node=west-1/${namespace}/workload/anything`,
  `/api/v1/logs?cluster=west-1&namespace=${namespace}&pod=anything`,
  `/api/v1/logs?cluster=west-1&namespace=${namespace}&workload=anything`,
  `/api/v1/services?namespaces=${namespace}`,
  `/api/v1/services/west-1/${namespace}/orders`,
  `/api/v1/meaning/workloads/west-1/${namespace}/orders`,
  `/api/v1/meaning/workloads/west-1/${namespace}/orders/sends`,
  `/api/v1/meaning/services/west-1/${namespace}/orders/routing`,
  `/api/v1/meaning/proposals/west-1/${namespace}`,
  `/api/v1/meaning/dry-runs/west-1/${namespace}`,
  `/api/v1/meaning/log-callers/west-1/${namespace}?workload=anything`,
  `/api/v1/meaning/strict/west-1/${namespace}`,
  `/api/v1/changes?namespaces=${namespace}`,
  `/api/v1/changes/${Buffer.from(`west-1/${namespace}/meshscope-0123456789abcdef-0`).toString("base64url")}/outcome`,
  `/api/v1/changes?object=west-1/networking.istio.io/v1/VirtualService/${namespace}/x`,
  `/api/v1/traces?service=anything.${namespace}`,
  `/api/v1/traces/operations?service=anything.${namespace}`,
  `/api/v1/traces/calls?service=storefront.shop&to=west-1/${namespace}/workload/anything`,
  `/api/v1/traces/calls?service=anything.${namespace}&to=west-1/shop/workload/storefront`,
  `/api/v1/trace-analysis?service=anything.${namespace}`,
];

/** The same, for what is asked by a body. */
const HIDDEN_BODIES = (namespace: string): readonly (readonly [path: string, body: object])[] => {
  const [mine, other] = [
    { namespace: "shop", name: "storefront" },
    { namespace, name: "anything" },
  ];
  const draft = { ...entry("wp-hidden", "a.example"), metadata: { name: "wp-hidden", namespace } };
  const simulation = { cluster: "west-1", client: { kind: "workload", ...mine }, service: mine, port: 80 };
  return [
    ["/api/v1/meaning/simulate", { ...simulation, service: other }],
    ["/api/v1/meaning/simulate", { ...simulation, client: { kind: "workload", ...other } }],
    ["/api/v1/meaning/impact", { cluster: "west-1", manifests: [draft] }],
    ["/api/v1/meaning/impact", deletion(draft)],
    ["/api/v1/meaning/impact/samples", { cluster: "west-1", manifests: [draft] }],
    ["/api/v1/meaning/impact/samples", deletion(draft)],
  ];
};

/** Names of namespaces and workloads that only the administrator sees; what the shop's own objects name isn't secret to it. */
async function secrets(kubectl: (...args: string[]) => Promise<string>): Promise<readonly string[]> {
  const text = await kubectl("get", "namespaces,deployments,services", "--all-namespaces", "-o", "json");
  const { items } = JSON.parse(text) as { items: { kind: string; metadata: { name: string; namespace?: string } }[] };
  const outside = items.filter(
    ({ kind, metadata }) => (kind === "Namespace" ? metadata.name : metadata.namespace) !== "shop",
  );
  const inside = JSON.stringify(items.filter(({ metadata }) => metadata.namespace === "shop"));
  const names = new Set(outside.flatMap(({ metadata }) => [metadata.name, metadata.namespace ?? metadata.name]));
  // Short words and those of the product's own vocabulary say nothing; what the shop calls, it may name.
  return [...names].filter((name) => name.length > 4 && !COMMON.has(name) && !inside.includes(name));
}
const COMMON = new Set(["default", "istio-system", "meshscope", "kubernetes"]);
/** Without the keys of our schema that are called as something hidden is: a key names nothing. */
const saidIn = (body: string): string => body.replace(/"waypoints?":/g, "");

test("a viewer of one namespace finds no other's names in any answer", async ({ viewer, admin, cluster }) => {
  const hidden = await secrets(cluster.kubectl);
  expect(hidden.length).toBeGreaterThan(5);
  // The words are there to be found: the administrator's answers have them.
  const all = (await Promise.all(READS.map(async (path) => (await admin.get(path)).body))).join("\n");
  expect(hidden.filter((name) => all.includes(name)).length).toBeGreaterThan(5);
  for (const path of READS) {
    const answer = await viewer.get(path);
    expect([path, answer.status]).toEqual([path, 200]);
    expect([path, hidden.filter((name) => saidIn(answer.body).includes(name))]).toEqual([path, []]);
    expect(answer.headers["cache-control"]).toContain("no-store");
    expect(answer.headers.etag).toBeUndefined();
  }
});

test("a viewer of one namespace finds no other's names in any trace", async ({ viewer, admin, cluster }) => {
  const hidden = await secrets(cluster.kubectl);
  interface List {
    readonly items: readonly {
      readonly id: string;
      readonly spans: number;
      readonly hidden?: { readonly spans: number };
    }[];
  }
  const list = async (client: Client) =>
    bodyOf<List>(await client.get("/api/v1/traces?service=storefront.shop&limit=100")).items;
  await expect.poll(async () => (await list(viewer)).some((item) => (item.hidden?.spans ?? 0) > 0)).toBe(true);
  const items = await list(viewer);
  const whole = new Map((await list(admin)).map((item) => [item.id, item.spans]));
  for (const { id, spans } of items.slice(0, 30)) {
    // Sums are kept.
    if (whole.has(id)) expect(spans).toBe(whole.get(id));
    for (const format of ["spans", "columns"]) {
      const answer = await viewer.get(`/api/v1/traces/${id}?format=${format}`);
      expect([id, answer.status, hidden.filter((name) => answer.body.includes(name))]).toEqual([id, 200, []]);
    }
  }
  const { body } = await viewer.get("/api/v1/trace-analysis?service=storefront.shop&sample=50");
  expect(body).toContain("event: result");
  expect(hidden.filter((name) => body.includes(name))).toEqual([]);
});

test("charts of hidden edges and nodes are refused as those that aren't there", async ({ viewer, admin }) => {
  interface Edge {
    readonly id: string;
    readonly source: string;
    readonly target: string;
  }
  const edges = async (client: Client) => bodyOf<{ edges: readonly Edge[] }>(await client.get("/api/v1/graph")).edges;
  const mine = await edges(viewer);
  const foreignOnes = async () => (await edges(admin)).filter(({ id }) => !mine.some((each) => each.id === id));
  // Somebody's first graph may come before the calls of all namespaces were read.
  await expect.poll(async () => (await foreignOnes()).length).toBeGreaterThan(3);
  const foreign = await foreignOnes();
  const ask = async (client: Client, edge: string) => client.get(`/api/v1/series?edge=${encodeURIComponent(edge)}`);
  const [first] = mine.filter(({ source, target }) => [source, target].every((end) => end.includes("/shop/")));
  expect((await ask(viewer, first?.id ?? "")).status).toBe(200);
  for (const { id } of foreign.slice(0, 8)) {
    const answer = await ask(viewer, id);
    expect([id, answer.status >= 400]).toEqual([id, true]);
    expect(outcome(answer)).toBe(outcome(await ask(viewer, id.replaceAll(/[a-z]>/g, "x>"))));
  }
});

test("which hosts to let clients know is told of a namespace in sight, without others' names", async ({
  viewer,
  guest,
  cluster,
}) => {
  const hidden = await secrets(cluster.kubectl);
  const ask = (namespace: string) => ({ cluster: "west-1", namespace });
  const answer = await viewer.post("/api/v1/meaning/egress", ask("shop"));
  expect(answer.status).toBe(200);
  expect(hidden.filter((name) => answer.body.includes(name))).toEqual([]);
  expect((await guest.post("/api/v1/meaning/egress", ask("shop"))).status).toBe(200);
  for (const namespace of ["orders", "nowhere"])
    expect(outcome(await viewer.post("/api/v1/meaning/egress", ask(namespace)))).toBe("403 forbidden");
});

test("what is asked for by name in a hidden namespace is 403, existing or not, in the same words", async ({
  viewer,
}) => {
  const asked = (namespace: string) => [
    ...HIDDEN(namespace).map((path) => ({ path, ask: () => viewer.get(path) })),
    ...HIDDEN_BODIES(namespace).map(([path, body]) => ({ path, ask: () => viewer.post(path, body) })),
  ];
  const nowheres = asked("nowhere");
  for (const [index, { path, ask }] of asked("orders").entries()) {
    const there = await ask();
    const nowhere = await nowheres[index]?.ask();
    if (nowhere === undefined) throw new Error(`${path} is asked once`);
    expect([path, outcome(there)]).toEqual([path, "403 forbidden"]);
    expect([path, outcome(nowhere)]).toEqual([path, "403 forbidden"]);
    const words = (text: string) => text.replaceAll(/orders|nowhere/g, "N");
    expect(words(problemOf(there).detail)).toBe(words(problemOf(nowhere).detail));
  }
});

test("logs take the right to get pods/log, which seeing a namespace doesn't hold", async ({ viewer, editor }) => {
  const path = "/api/v1/logs?cluster=west-1&namespace=shop&workload=storefront";
  const refused = problemOf(await viewer.get(path));
  expect(refused.code).toBe("forbidden");
  expect(refused.detail).toBe('No right to get pods/log in namespace shop of cluster "west-1".');
  // Whoever has it is not refused; on a cluster without kubelets there is nobody to read from.
  expect(outcome(await editor.get(path))).toMatch(/^(200|502 upstream_bad)$/);
  expect(outcome(await editor.get(path.replace("shop", "orders")))).toBe("403 forbidden");
});

test("a viewer's wishes are refused with the verbs that are missing, all at once", async ({ viewer, cluster }) => {
  const name = cluster.own("wp-viewer");
  await cluster.feed([entry(name, "a.example")], "create");
  const change = await viewer.post("/api/v1/plans", wish(entry(name, "b.example"), entry(`${name}-new`, "c.example")));
  expect(outcome(change)).toBe("403 forbidden");
  for (const right of ["patch serviceentries", "create serviceentries"])
    expect(problemOf(change).detail).toContain(right);
  expect(problemOf(change).detail).toContain("in namespace shop");
  const removal = await viewer.post("/api/v1/plans", deletion(entry(name, "a.example")));
  expect(problemOf(removal)).toMatchObject({
    code: "forbidden",
    detail: expect.stringContaining("delete serviceentries"),
  });
  const asked = ["patch", "delete", "get"].map((verb) => ({
    ...{ cluster: "west-1", namespace: "shop", group: "networking.istio.io", resource: "serviceentries", verb },
  }));
  const verdicts = bodyOf<{ allowed: boolean; reason: string }[]>(await viewer.post("/api/v1/access", asked));
  expect(verdicts.map(({ allowed }) => allowed)).toEqual([false, false, true]);
  const page = bodyOf<{ rights: object }>(await viewer.get(`/api/v1/policies/${pathOf(entry(name, ""))}`));
  expect(page.rights).toEqual({ update: false, patch: false, delete: false, create: false });
});

test("an editor of the shop has no rights elsewhere, and the console's don't help out", async ({ editor, cluster }) => {
  const name = cluster.own("wp-elsewhere");
  for (const namespace of ["orders", "nowhere"]) {
    const foreign = { ...entry(name, "a.example"), metadata: { name, namespace } };
    const answer = await editor.post("/api/v1/plans", wish(entry(name, "a.example"), foreign));
    expect(outcome(answer)).toBe("403 forbidden");
  }
  const asked = ["get", "patch"].map((verb) => ({
    ...{ cluster: "west-1", namespace: "orders", group: "networking.istio.io", resource: "serviceentries", verb },
  }));
  const verdicts = bodyOf<{ allowed: boolean; reason: string }[]>(await editor.post("/api/v1/access", asked));
  expect(verdicts.map(({ allowed }) => allowed)).toEqual([false, false]);
});

test("guests read everything that the console shows, and write nothing", async ({ guest, admin, cluster }) => {
  for (const path of READS) expect([path, (await guest.get(path)).status]).toEqual([path, 200]);
  const name = cluster.own("wp-guest");
  const plan = await admin.plan(wish(entry(name, "a.example")));
  const writes: readonly (readonly [string, unknown])[] = [
    ["/api/v1/plans", wish(entry(name, "a.example"))],
    ["/api/v1/plans/apply", { sealed: plan.sealed, confirm: plan.id, acknowledged: plan.needs }],
    [`/api/v1/changes/${Buffer.from("west-1/shop/meshscope-0123456789abcdef-0").toString("base64url")}/revert`, {}],
    ["/api/v1/changes/revert", { since: String(Date.now() / 1000 - 60), cluster: "west-1" }],
  ];
  for (const [path, body] of writes)
    expect([path, outcome(await guest.post(path, body))]).toEqual([path, "403 view_only"]);
  expect(await cluster.get("serviceentry", name)).toBeNull();
});

test("who somebody is, is what their session says: not headers, and not a bearer token", async ({
  demo,
  guest,
  viewer,
}) => {
  const { admin } = demo.kubernetes.tokens;
  const claims = {
    authorization: `Bearer ${admin}`,
    "x-forwarded-user": "admin",
    "x-remote-user": "admin",
    "impersonate-user": "admin",
    "x-meshscope-user": "admin",
    "x-meshscope-role": "user",
  };
  expect((await guest.get("/api/v1/session", claims)).body).toBe((await guest.get("/api/v1/session")).body);
  const refused = await guest.post("/api/v1/plans", wish(entry("wp-claimed", "a.example")), claims);
  expect(outcome(refused)).toBe("403 view_only");
  const asViewer = await viewer.post("/api/v1/plans", wish(entry("wp-claimed", "a.example")), claims);
  expect(outcome(asViewer)).toBe("403 forbidden");
  expect((await viewer.get("/api/v1/policies?namespaces=orders", claims)).status).toBe(403);
});

test("answers to several people at once are each one's own", async ({ viewer, admin, guest }) => {
  const paths = ["/api/v1/namespaces", "/api/v1/policies", "/api/v1/services", "/api/v1/session"];
  const people = { viewer, admin, guest };
  const names = Object.keys(people) as (keyof typeof people)[];
  const shape = (body: string) => body.replaceAll(/"(asOf|at|expiresAt|changedAt)":"[^"]*"/g, "").length;
  const alone = new Map<string, number>();
  for (const name of names)
    for (const path of paths) alone.set(`${name} ${path}`, shape((await people[name].get(path)).body));
  const asked = Array.from({ length: 120 }, (_, i) => [names[i % 3] ?? "guest", paths[i % 4] ?? ""] as const);
  const answers = await Promise.all(asked.map(async ([name, path]) => shape((await people[name].get(path)).body)));
  for (const [i, [name, path]] of asked.entries())
    expect([name, path, answers[i]]).toEqual([name, path, alone.get(`${name} ${path}`)]);
  expect(alone.get("viewer /api/v1/namespaces")).toBeLessThan(alone.get("admin /api/v1/namespaces") ?? 0);
});
