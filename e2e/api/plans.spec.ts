import { outcome, problemOf } from "../support/api.ts";
import { deletion, entry, expect, hostsOf, managersOf, test, wish } from "./fixtures.ts";

test("what kubectl made is changed by a patch of just that, and stays kubectl's", async ({ editor, cluster }) => {
  const name = cluster.own("wp-patched");
  const labels = { metadata: { name, namespace: "shop", labels: { team: "a" } } };
  await cluster.feed([{ ...entry(name, "old.example"), ...labels }], "apply");
  const was = await cluster.get("serviceentry", name);
  const plan = await editor.plan(wish({ ...entry(name, "new.example"), ...labels }));
  expect(plan.steps).toMatchObject([{ op: "update", mode: "patch", dryRun: { ok: true } }]);
  expect(plan.steps[0]?.diff.changes).toEqual([
    { path: "spec.hosts[0]", op: "replace", before: "old.example", after: "new.example" },
  ]);
  expect(plan.steps[0]?.conflicts).toMatchObject([{ tool: "kubectl", reverts: false }]);
  expect(plan.steps[0]).toMatchObject({ findings: [] });
  // Nobody calls it; a lab that has just begun may not know who calls whom at all.
  expect(plan.steps[0]?.impact ?? []).toEqual([]);
  expect(hostsOf(await cluster.get("serviceentry", name))).toEqual(["old.example"]);
  const { steps } = await editor.applied(plan, { note: "moved" });
  const now = await cluster.get("serviceentry", name);
  expect(steps).toMatchObject([{ result: "applied", resourceVersion: now?.metadata.resourceVersion }]);
  expect(hostsOf(now)).toEqual(["new.example"]);
  expect(now?.metadata.labels).toEqual({ team: "a" });
  // kubectl's own copy is the only thing that says what kubectl applied: it isn't the console's to change.
  expect(now?.metadata.annotations).toEqual(was?.metadata.annotations);
  expect(managersOf(now)).toContain("meshscope Update");
});

test("what the console makes is its own: applied, changed by apply, a field taken away", async ({
  editor,
  cluster,
}) => {
  const name = cluster.own("wp-owned");
  const creation = await editor.plan(wish(entry(name, "a.example", { exportTo: ["."] })));
  expect(creation.steps).toMatchObject([{ op: "create", mode: "apply", before: null, dryRun: { ok: true } }]);
  expect(creation.needs).toEqual(["impact_unknown"]);
  expect(await cluster.get("serviceentry", name)).toBeNull();
  expect((await editor.applied(creation)).steps).toMatchObject([{ result: "applied" }]);
  const made = await cluster.get("serviceentry", name);
  expect(managersOf(made)).toEqual(["meshscope Apply"]);
  expect(made?.spec).toHaveProperty("exportTo", ["."]);

  const update = await editor.plan(wish(entry(name, "b.example")));
  expect(update.steps).toMatchObject([{ op: "update", mode: "apply", conflicts: [] }]);
  // Servers keep fields in orders of their own.
  expect(update.steps[0]?.diff.changes.map(({ path, op }) => `${op} ${path}`).toSorted()).toEqual([
    "remove spec.exportTo",
    "replace spec.hosts[0]",
  ]);
  await editor.applied(update);
  const changed = await cluster.get("serviceentry", name);
  expect(hostsOf(changed)).toEqual(["b.example"]);
  expect(changed?.spec).not.toHaveProperty("exportTo");
  expect(managersOf(changed)).toEqual(["meshscope Apply"]);
});

test("what is already so is no step, and nothing to apply", async ({ editor, cluster }) => {
  const name = cluster.own("wp-same");
  await cluster.feed([entry(name, "a.example")], "create");
  const plan = await editor.plan(wish(entry(name, "a.example")));
  expect(plan).toMatchObject({ steps: [], needs: [], blocked: expect.stringContaining("Nothing to change") });
  expect(outcome(await editor.apply(plan))).toBe("400 bad_plan");
});

test("a deletion is shown, wants a yes, and is undone as it was", async ({ editor, cluster }) => {
  const name = cluster.own("wp-deleted");
  const metadata = { name, namespace: "shop", labels: { team: "a" }, annotations: { "shop.example/why": "because" } };
  const object = { ...entry(name, "a.example"), metadata };
  await cluster.feed([object], "create");
  const was = await cluster.get("serviceentry", name);
  const plan = await editor.plan(deletion(object));
  expect(plan.steps).toMatchObject([{ op: "delete", mode: "delete", after: null, dryRun: { ok: true } }]);
  expect(plan.needs).toEqual(["impact_unknown", "deletes"]);
  const refused = await editor.apply(plan, { acknowledged: ["impact_unknown"] });
  expect(outcome(refused)).toBe("422 not_acknowledged");
  expect(problemOf(refused).detail).toContain("deletes");
  const { steps } = await editor.applied(plan);
  expect(await cluster.get("serviceentry", name)).toBeNull();

  const undo = await editor.revert(steps[0]?.changeId);
  expect(undo.steps).toMatchObject([{ op: "create", before: null }]);
  expect((await editor.applied(undo)).steps).toMatchObject([{ result: "applied" }]);
  const back = await cluster.get("serviceentry", name);
  expect(back?.spec).toEqual(was?.spec);
  expect(back?.metadata).toMatchObject({ labels: metadata.labels, annotations: metadata.annotations });
  expect(back?.metadata.uid).not.toBe(was?.metadata.uid);
});

/** The embedded lab evaluates no CEL. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules */
const rules: readonly (readonly [string, object, RegExp])[] =
  process.env.MESHSCOPE_E2E_REAL === "1"
    ? [
        [
          "a rule between fields",
          { resolution: "NONE", endpoints: [{ address: "10.0.0.1" }] },
          /NONE mode cannot set endpoints/,
        ],
      ]
    : [];

test.describe("the server's refusals are shown in its words, and the plan can't be applied", () => {
  const cases: readonly (readonly [string, object, RegExp])[] = [
    ["an unknown field", { hostz: ["x"] }, /hostz/],
    ["a wrong type", { hosts: "a.example" }, /hosts/],
    ["a value out of its list", { resolution: "MAYBE" }, /resolution.*MAYBE|Unsupported value/],
    ...rules,
    ["too few items", { hosts: [] }, /hosts/],
  ];
  for (const [what, spec, words] of cases) {
    test(what, async ({ editor, cluster }) => {
      const name = cluster.own("wp-refused");
      const plan = await editor.plan(wish(entry(name, "a.example", spec)));
      expect(plan.steps[0]?.dryRun).toMatchObject({ code: "invalid_object", error: expect.stringMatching(words) });
      expect(plan.blocked).toContain(`ServiceEntry shop/${name}`);
      expect(outcome(await editor.apply(plan))).toBe("400 bad_plan");
      expect(await cluster.get("serviceentry", name)).toBeNull();
    });
  }
});

test("several objects, one refused by the dry run: nothing of the plan is written", async ({ editor, cluster }) => {
  const [good, bad] = [cluster.own("wp-good"), cluster.own("wp-bad")];
  const plan = await editor.plan(wish(entry(good, "a.example"), entry(bad, "b.example", { resolution: "MAYBE" })));
  expect(plan.steps.filter(({ dryRun }) => "ok" in dryRun)).toMatchObject([{ object: { name: good } }]);
  expect(outcome(await editor.apply(plan))).toBe("400 bad_plan");
  expect(await cluster.get("serviceentry", good)).toBeNull();
});

test.describe("what can't be planned is refused before anything is asked of the cluster", () => {
  const named = (name: string, namespace = "shop") => ({ ...entry("x", "a.example"), metadata: { name, namespace } });
  const cases: readonly (readonly [string, unknown, string])[] = [
    ["a kind that isn't a policy", wish({ ...named("a"), apiVersion: "v1", kind: "Secret" }), "422 unknown_kind"],
    ["a version that there isn't", wish({ ...named("a"), apiVersion: "networking.istio.io/v9" }), "422 unknown_kind"],
    ["..", wish(named("..")), "422 bad_manifest"],
    ["../other", wish(named("../other")), "422 bad_manifest"],
    ["a name that is encoded", wish(named("%2e%2e%2fother")), "422 bad_manifest"],
    ["NUL", wish(named("a\u0000b")), "422 bad_manifest"],
    ["254 characters", wish(named("a".repeat(254))), "400 bad_request"],
    ["upper case", wish(named("Upper")), "422 bad_manifest"],
    ["another cluster", { cluster: "nowhere", manifests: [named("a")] }, "404 unknown_cluster"],
    ["a cluster one isn't signed in to", { cluster: "east-1", manifests: [named("a")] }, "403 forbidden"],
    ["an object twice", wish(named("a"), named("a")), "422 bad_manifest"],
    ["the deletion of nothing", deletion(entry("wp-nobody", "a.example")), "404 not_found"],
    ["a hidden namespace", wish(named("a", "orders")), "403 forbidden"],
    ["a namespace that there isn't", wish(named("a", "nowhere")), "403 forbidden"],
    ["no namespace", wish({ ...named("a"), metadata: { name: "a" } }), "422 bad_manifest"],
    ["neither intent nor objects", { wish: 1 }, "400 bad_request"],
    ["an intent that nobody knows", { intent: { kind: "conquer" } }, "422 bad_intent"],
  ];
  for (const [what, body, expected] of cases) {
    test(what, async ({ editor }) => {
      const answer = await editor.post("/api/v1/plans", body);
      expect(outcome(answer)).toBe(expected);
      expect(answer.headers["content-type"]).toContain("application/problem+json");
    });
  }
});
