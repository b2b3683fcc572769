import { outcome, problemOf } from "../support/api.ts";
import { deletion, entry, expect, hostsOf, managersOf, test, wish } from "./fixtures.ts";

const argocd = ["apply", "--server-side", "--field-manager=argocd-controller"];
/** By this annotation Argo CD knows what is its own. */
const tracked = (name: string) => ({
  name,
  namespace: "shop",
  annotations: { "argocd.argoproj.io/tracking-id": `shop:networking.istio.io/ServiceEntry:shop/${name}` },
});

test("another manager's fields are named with their tool, and that it will put its own state back", async ({
  editor,
  cluster,
}) => {
  const name = cluster.own("wp-argocd");
  const object = { ...entry(name, "a.example"), metadata: tracked(name) };
  await cluster.feed([object], ...argocd);
  const plan = await editor.plan(wish({ ...entry(name, "b.example"), metadata: tracked(name) }));
  expect(plan.steps).toMatchObject([{ op: "update", mode: "patch", dryRun: { ok: true } }]);
  expect(plan.steps[0]?.conflicts).toEqual([
    { manager: "argocd-controller", tool: "argocd", fields: ["spec.hosts[0]"], reverts: true },
  ]);
  expect(plan.needs).toEqual(["impact_unknown", "will_be_reverted", "conflict"]);
  const refused = await editor.apply(plan, { acknowledged: ["impact_unknown", "conflict"] });
  expect(outcome(refused)).toBe("422 not_acknowledged");
  expect(hostsOf(await cluster.get("serviceentry", name))).toEqual(["a.example"]);
  await editor.applied(plan);
  expect(hostsOf(await cluster.get("serviceentry", name))).toEqual(["b.example"]);
});

test("an object of the console that somebody else took a field of: shown, and written by patch from then on", async ({
  editor,
  cluster,
}) => {
  const name = cluster.own("wp-shared");
  await editor.applied(await editor.plan(wish(entry(name, "a.example"))));
  await cluster.feed([entry(name, "theirs.example")], ...argocd, "--force-conflicts");
  const plan = await editor.plan(wish(entry(name, "ours.example")));
  expect(plan.steps).toMatchObject([{ mode: "patch", conflicts: [{ tool: "argocd", reverts: true }] }]);
  expect(plan.needs).toContain("conflict");
  await editor.applied(plan);
  expect(hostsOf(await cluster.get("serviceentry", name))).toEqual(["ours.example"]);
});

test("fields that another took after the plan was shown are never taken over, forced or not", async ({
  editor,
  cluster,
}) => {
  const name = cluster.own("wp-taken");
  await editor.applied(await editor.plan(wish(entry(name, "a.example"))));
  const plan = await editor.plan(wish(entry(name, "b.example")));
  expect(plan.steps).toMatchObject([{ mode: "apply", conflicts: [] }]);
  // The same values, now owned by somebody else too: nothing that a person can see has changed.
  await cluster.feed([entry(name, "a.example")], ...argocd, "--force-conflicts");
  const answer = await editor.applied(plan, { force: [0] });
  expect(answer.steps).toMatchObject([{ result: "failed", problem: { code: "conflict" } }]);
  expect(answer.steps[0]?.problem?.detail).toContain("argocd-controller");
  const now = await cluster.get("serviceentry", name);
  expect(hostsOf(now)).toEqual(["a.example"]);
  expect(managersOf(now)).toContain("argocd-controller Apply");
});

test("changed by kubectl between plan and apply: 409 with the plan as it is now, which can be applied", async ({
  editor,
  cluster,
}) => {
  const name = cluster.own("wp-stale");
  await cluster.feed([entry(name, "a.example")], "create");
  const plan = await editor.plan(wish(entry(name, "b.example")));
  await cluster.feed([entry(name, "kubectl.example")], "replace");
  const refused = await editor.apply(plan);
  expect(outcome(refused)).toBe("409 stale_plan");
  expect(problemOf(refused).detail).toContain(`ServiceEntry shop/${name}`);
  expect(hostsOf(await cluster.get("serviceentry", name))).toEqual(["kubectl.example"]);
  const { plan: fresh } = problemOf(refused);
  expect(fresh?.steps[0]?.diff.changes).toMatchObject([{ before: "kubectl.example", after: "b.example" }]);
  if (fresh === undefined) throw new Error("no fresh plan");
  await editor.applied(fresh);
  expect(hostsOf(await cluster.get("serviceentry", name))).toEqual(["b.example"]);
});

test("a label, an annotation or a finalizer that was added counts as a change", async ({ editor, cluster }) => {
  const name = cluster.own("wp-labelled");
  await cluster.feed([entry(name, "a.example")], "create");
  for (const change of [
    ["label", "team=b"],
    ["annotate", "shop.example/why=because"],
  ] as const) {
    const plan = await editor.plan(wish(entry(name, `b-${change[0]}.example`)));
    await cluster.kubectl(change[0], "serviceentry", name, change[1]);
    expect(outcome(await editor.apply(plan))).toBe("409 stale_plan");
  }
});

test("a status that somebody wrote in between doesn't count", async ({ editor, cluster }) => {
  const name = cluster.own("wp-status");
  await cluster.feed([entry(name, "a.example")], "create");
  const plan = await editor.plan(wish(entry(name, "b.example")));
  const before = await cluster.get("serviceentry", name);
  const status = JSON.stringify({ status: { conditions: [{ type: "Reconciled", status: "True" }] } });
  await cluster.kubectl("patch", "serviceentry", name, "--subresource=status", "--type=merge", "-p", status);
  const between = await cluster.get("serviceentry", name);
  expect(between?.metadata.resourceVersion).not.toBe(before?.metadata.resourceVersion);
  expect((await editor.applied(plan)).steps).toMatchObject([{ result: "applied" }]);
  const now = await cluster.get("serviceentry", name);
  expect(hostsOf(now)).toEqual(["b.example"]);
  // What else there is (addresses) is the controllers' own, and follows the hosts.
  expect(now?.status).toMatchObject({ conditions: between?.status?.["conditions"] });
});

test("deleted, or replaced by another one of the same name, in between: stale, and nothing is made", async ({
  editor,
  cluster,
}) => {
  const name = cluster.own("wp-gone");
  await cluster.feed([entry(name, "a.example")], "create");
  const update = await editor.plan(wish(entry(name, "b.example")));
  const removal = await editor.plan(deletion(entry(name, "a.example")));
  await cluster.kubectl("delete", "serviceentry", name);
  const refused = await editor.apply(update);
  expect(outcome(refused)).toBe("409 stale_plan");
  expect(problemOf(refused).plan?.steps).toMatchObject([{ op: "create" }]);
  expect(await cluster.get("serviceentry", name)).toBeNull();
  await cluster.feed([entry(name, "a.example")], "create");
  expect(outcome(await editor.apply(removal))).toBe("409 stale_plan");
  expect(hostsOf(await cluster.get("serviceentry", name))).toEqual(["a.example"]);
});

test("created by somebody else in between: stale, and theirs is left alone", async ({ editor, cluster }) => {
  const name = cluster.own("wp-raced");
  const plan = await editor.plan(wish(entry(name, "ours.example")));
  await cluster.feed([entry(name, "theirs.example")], "create");
  const refused = await editor.apply(plan);
  expect(outcome(refused)).toBe("409 stale_plan");
  expect(problemOf(refused).plan?.steps).toMatchObject([
    { op: "update", before: { spec: { hosts: ["theirs.example"] } } },
  ]);
  expect(hostsOf(await cluster.get("serviceentry", name))).toEqual(["theirs.example"]);
});

test("two operators at once: one of them writes, the other is told, and nothing is lost", async ({
  editor,
  admin,
  cluster,
}) => {
  const name = cluster.own("wp-both");
  await cluster.feed([entry(name, "a.example")], "create");
  for (let round = 0; round < 5; round++) {
    const hosts = [`editor-${round}.example`, `admin-${round}.example`] as const;
    const plans = [
      await editor.plan(wish(entry(name, hosts[0]))),
      await admin.plan(wish(entry(name, hosts[1]))),
    ] as const;
    const answers = await Promise.all([editor.apply(plans[0]), admin.apply(plans[1])]);
    const told = answers.map((answer) => {
      if (answer.status !== 200) return problemOf(answer).code;
      const [step] = JSON.parse(answer.body).steps as { result: string; problem?: { code: string } }[];
      return step?.problem?.code ?? step?.result;
    });
    expect(told.filter((each) => each === "applied")).toHaveLength(1);
    expect(["conflict", "stale_plan"]).toContain(told.find((each) => each !== "applied"));
    const winner = hosts[told.indexOf("applied")];
    expect(hostsOf(await cluster.get("serviceentry", name))).toEqual([winner]);
  }
});
