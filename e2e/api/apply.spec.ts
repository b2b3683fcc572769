import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plan } from "#lib/policy/plan.ts";
import { openPlan, sealPlan } from "#lib/server/plan/seal.ts";
import { keyRing, parseKeys } from "#lib/server/session/keys.ts";
import { unixSeconds } from "#lib/units.ts";
import { bodyOf, outcome, problemOf } from "../support/api.ts";
import { entry, expect, hostsOf, pathOf, test, wish } from "./fixtures.ts";

test("the same plan sent again, also at once, writes once and answers the same", async ({ editor, cluster }) => {
  const name = cluster.own("wp-replayed");
  const plan = await editor.plan(wish(entry(name, "a.example")));
  const [first, twin] = await Promise.all([editor.applied(plan), editor.applied(plan)]);
  expect(twin).toEqual(first);
  const made = await cluster.get("serviceentry", name);
  // Changed by somebody else since: a replay must not bring the plan's state back.
  await cluster.feed([entry(name, "kubectl.example")], "apply", "--server-side", "--force-conflicts");
  expect((await editor.applied(plan)).steps).toMatchObject([{ result: "applied" }]);
  const now = await cluster.get("serviceentry", name);
  expect(hostsOf(now)).toEqual(["kubectl.example"]);
  expect(now?.metadata.uid).toBe(made?.metadata.uid);
  expect(
    await editor.changes(`object=${encodeURIComponent(pathOf(entry(name, "")))}&namespaces=shop`),
  ).not.toHaveLength(0);
});

test("plans of others, changed ones, expired ones and texts of other kinds are refused; nothing is written", async ({
  editor,
  admin,
  cluster,
}) => {
  const name = cluster.own("wp-forged");
  const plan = await editor.plan(wish(entry(name, "a.example")));
  const theirs = await admin.plan(wish(entry(name, "a.example")));
  const flipped = (at: number) =>
    `${plan.sealed.slice(0, at)}${plan.sealed[at] === "A" ? "B" : "A"}${plan.sealed.slice(at + 1)}`;
  const session = editor.cookie.replace(/^[^=]+=\d\./, "");
  const keys = keyRing(() => keysOfDemo);
  const keysOfDemo = parseKeys(await readFile(join(process.env.MESHSCOPE_E2E_DIR ?? "", "session.key"), "utf8"));
  const opened = await openPlan(keys, plan.sealed, unixSeconds(0));
  const strange = keyRing(() => strangeKeys);
  const strangeKeys = parseKeys(randomBytes(48).toString("base64"));
  const cases: readonly (readonly [string, object, string])[] = [
    ["another user's", { sealed: theirs.sealed, confirm: theirs.id }, "400 bad_plan"],
    ["another plan's id", { confirm: theirs.id }, "400 bad_plan"],
    ["no plan", { sealed: "x" }, "400 bad_plan"],
    ["a session", { sealed: session }, "400 bad_plan"],
    ["another console's", { sealed: await sealPlan(strange, opened) }, "400 bad_plan"],
    [
      "an old one",
      { sealed: await sealPlan(keys, { ...opened, expiresAt: "2026-01-01T00:00:00Z" }) },
      "410 plan_expired",
    ],
    ...[0, 40, 90, plan.sealed.length - 2].map(
      (at) => [`byte ${at}`, { sealed: flipped(at) }, "400 bad_plan"] as const,
    ),
  ];
  for (const [what, more, expected] of cases)
    expect([what, outcome(await editor.apply(plan, more))]).toEqual([what, expected]);
  expect(await cluster.get("serviceentry", name)).toBeNull();
  // A plan is no session either.
  const asPlan = await editor.get("/api/v1/session", { cookie: `meshscope=1.${plan.sealed}` });
  expect(JSON.parse(asPlan.body)).toMatchObject({ role: "guest", user: null });
  expect((await editor.applied(plan)).steps).toMatchObject([{ result: "applied" }]);
});

test("a failure in the middle takes back what was written before, and each step says what became of it", async ({
  editor,
  cluster,
}) => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((each) => cluster.own(`wp-middle-${each}`)) as [
    string,
    string,
    string,
    string,
  ];
  await cluster.feed([entry(a, "a.example")], "create");
  await editor.applied(await editor.plan(wish(entry(c, "c.example"))));
  const before = await cluster.get("serviceentry", a);
  const plan = await editor.plan(
    wish(entry(a, "new-a.example"), entry(b, "b.example"), entry(c, "new-c.example"), entry(d, "d.example")),
  );
  // The same values, owned by another manager as well: only the write itself finds out.
  await cluster.feed([entry(c, "c.example")], "apply", "--server-side", "--field-manager=argocd", "--force-conflicts");
  const { steps } = await editor.applied(plan, { note: "four at once" });
  const results = new Map(steps.map(({ object, result }) => [object.name, result]));
  expect(Object.fromEntries(results)).toEqual({ [a]: "rolledBack", [b]: "rolledBack", [c]: "failed", [d]: "skipped" });
  expect(steps.find(({ object }) => object.name === c)?.problem).toMatchObject({ code: "conflict" });
  const now = await cluster.get("serviceentry", a);
  expect(now?.spec).toEqual(before?.spec);
  expect(now?.metadata.uid).toBe(before?.metadata.uid);
  expect(await cluster.get("serviceentry", b)).toBeNull();
  expect(hostsOf(await cluster.get("serviceentry", c))).toEqual(["c.example"]);
  expect(await cluster.get("serviceentry", d)).toBeNull();
  await expect
    .poll(async () => {
      const found = (await editor.changes("namespaces=shop&limit=500")).filter(({ planId }) => planId === plan.id);
      return Object.fromEntries(found.map(({ object, state, revertable }) => [object.name, [state, revertable]]));
    })
    .toEqual({
      [a]: ["rolledBack", false],
      [b]: ["rolledBack", false],
      [c]: ["failed", false],
      [d]: ["skipped", false],
    });
  const refused = await editor.post(`/api/v1/changes/${steps[0]?.changeId}/revert`, {});
  expect(outcome(refused)).toBe("409 conflict");
  expect(problemOf(refused).detail).toContain("rolledBack");
});

test("subsets are written before the route that uses them, and go after it", async ({ editor, cluster }) => {
  const name = cluster.own("wp-order");
  const host = `${name}.example`;
  const meta = { name, namespace: "shop" };
  const rule = {
    apiVersion: "networking.istio.io/v1",
    kind: "DestinationRule",
    metadata: meta,
    spec: { host, subsets: [{ name: "v1", labels: { version: "v1" } }] },
  };
  const route = {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: meta,
    spec: { hosts: [host], http: [{ route: [{ destination: { host, subset: "v1" } }] }] },
  };
  const made = await editor.applied(await editor.plan(wish(route, rule)));
  expect(made.steps.map(({ object }) => object.kind)).toEqual(["DestinationRule", "VirtualService"]);
  const refs = made.steps.map(({ object }) => object);
  const gone = await editor.applied(await editor.plan({ cluster: "west-1", deletions: refs }));
  expect(gone.steps.map(({ object, result }) => [object.kind, result])).toEqual([
    ["VirtualService", "applied"],
    ["DestinationRule", "applied"],
  ]);
});

test("keys such as __proto__ are data like others", async ({ editor, cluster }) => {
  const name = cluster.own("wp-proto");
  const labels = '{"__proto__":"a","constructor":"b"}';
  const endpoint = { address: "10.0.0.1", labels: { put: "here" } };
  const object = JSON.stringify(entry(name, "a.example", { resolution: "STATIC", endpoints: [endpoint] }));
  const manifest = object.replace('{"put":"here"}', labels);
  const answer = await editor.send("/api/v1/plans", `{"cluster":"west-1","manifests":[${manifest}]}`);
  expect(outcome(answer)).toBe("200");
  await editor.applied(bodyOf<Plan>(answer));
  const now = JSON.stringify((await cluster.get("serviceentry", name))?.spec);
  expect(now).toContain('"__proto__":"a"');
  expect(now).toContain('"constructor":"b"');
});
