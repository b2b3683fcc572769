import type { Plan } from "#lib/policy/plan.ts";
import { bodyOf, type Client, outcome, problemOf } from "../support/api.ts";
import { deletion, entry, expect, hostsOf, pathOf, ref, test, wish } from "./fixtures.ts";

interface Page {
  readonly history: readonly { readonly id: string; readonly note?: string; readonly state?: string }[];
}

const historyOf = async (client: Client, name: string) =>
  (await client.get(`/api/v1/policies/${pathOf(entry(name, ""))}`).then((answer) => bodyOf<Page>(answer))).history;
const changesOf = (client: Client, name: string) =>
  client.changes(`object=${encodeURIComponent(pathOf(entry(name, "")))}`);

test("a change and its undo are found with who, when and why: in the list and on the object's page", async ({
  editor,
  viewer,
  cluster,
}) => {
  const name = cluster.own("wp-noted");
  await cluster.feed([entry(name, "a.example")], "create");
  const was = await cluster.get("serviceentry", name);
  const begun = Date.now();
  const { steps } = await editor.applied(await editor.plan(wish(entry(name, "b.example"))), {
    note: "moves\u0007 out",
  });
  const undo = await editor.revert(steps[0]?.changeId);
  expect(undo.steps[0]?.diff.changes).toMatchObject([{ before: "b.example", after: "a.example" }]);
  await editor.applied(undo, { note: "too early" });
  const now = await cluster.get("serviceentry", name);
  expect(now?.spec).toEqual(was?.spec);
  expect(now?.metadata.uid).toBe(was?.metadata.uid);
  // What anybody may see who sees the namespace.
  await expect.poll(async () => (await changesOf(viewer, name)).filter(({ note }) => note).length).toBe(2);
  const ours = (await changesOf(viewer, name)).filter(({ source }) => source === "meshscope");
  expect(ours).toMatchObject([
    {
      note: "too early",
      who: "editor",
      op: "update",
      state: "applied",
      object: ref(entry(name, "")),
      revertable: true,
    },
    { note: "moves\ufffd out", who: "editor", op: "update", state: "applied", id: steps[0]?.changeId },
  ]);
  expect(ours[1]).toMatchObject({
    before: { spec: { hosts: ["a.example"] } },
    after: { spec: { hosts: ["b.example"] } },
  });
  for (const { when } of ours) expect(Math.abs(Date.parse(when) - begun)).toBeLessThan(60_000);
  const notes = (await historyOf(editor, name)).flatMap(({ note }) => (note === undefined ? [] : [note]));
  expect(notes).toEqual(["too early", "moves\ufffd out"]);
});

test("an undo over somebody else's change says so first, and undoing an undo brings the change back", async ({
  editor,
  cluster,
}) => {
  const name = cluster.own("wp-undone");
  await cluster.feed([entry(name, "a.example")], "create");
  const { steps } = await editor.applied(await editor.plan(wish(entry(name, "b.example"))));
  await cluster.feed([entry(name, "kubectl.example")], "replace");
  const undo = await editor.revert(steps[0]?.changeId);
  expect(undo.needs).toContain("conflict");
  expect(undo.steps[0]?.diff.changes).toMatchObject([{ before: "kubectl.example", after: "a.example" }]);
  const done = await editor.applied(undo);
  const redo = await editor.revert(done.steps[0]?.changeId);
  await editor.applied(redo);
  expect(hostsOf(await cluster.get("serviceentry", name))).toEqual(["kubectl.example"]);
});

test("the undo of a creation deletes, and not what somebody else made under that name", async ({ editor, cluster }) => {
  const name = cluster.own("wp-uncreated");
  const { steps } = await editor.applied(await editor.plan(wish(entry(name, "a.example"))));
  const undo = await editor.revert(steps[0]?.changeId);
  expect(undo.steps).toMatchObject([{ op: "delete" }]);
  await cluster.kubectl("delete", "serviceentry", name);
  await cluster.feed([entry(name, "a.example")], "create");
  expect(outcome(await editor.apply(undo))).toBe("409 stale_plan");
  expect(await cluster.get("serviceentry", name)).not.toBeNull();
});

test("everything of the last 30 minutes goes back in one plan: changed, made and deleted", async ({
  editor,
  cluster,
}) => {
  const names = ["changed", "made", "deleted"].map((each) => cluster.own(`wp-since-${each}`)) as [
    string,
    string,
    string,
  ];
  const [changed, made, deleted] = names;
  await cluster.feed([entry(changed, "a.example"), entry(deleted, "d.example")], "create");
  // The second before: what other tests did in that second is gone, and so no step.
  const since = new Date(Date.now() - 1_000).toISOString();
  await editor.applied(await editor.plan(wish(entry(changed, "b.example"), entry(made, "m.example"))));
  await editor.applied(await editor.plan(wish(entry(changed, "c.example"))));
  await editor.applied(await editor.plan(deletion(entry(deleted, "d.example"))));
  const ask = () => editor.post("/api/v1/changes/revert", { since, cluster: "west-1", namespaces: ["shop"] });
  const ours = (plan: Plan) => plan.steps.filter(({ object }) => names.includes(object.name));
  // The watch tells of the last record a moment later.
  await expect.poll(async () => ours(bodyOf<Plan>(await ask())).length).toBe(3);
  const plan = bodyOf<Plan>(await ask());
  expect(Object.fromEntries(ours(plan).map(({ object, op }) => [object.name, op]))).toEqual({
    [changed]: "update",
    [made]: "delete",
    [deleted]: "create",
  });
  expect((await editor.applied(plan)).steps.every(({ result }) => result === "applied")).toBe(true);
  expect(hostsOf(await cluster.get("serviceentry", changed))).toEqual(["a.example"]);
  expect(await cluster.get("serviceentry", made)).toBeNull();
  expect(hostsOf(await cluster.get("serviceentry", deleted))).toEqual(["d.example"]);
  const tooOld = await editor.post("/api/v1/changes/revert", { since: "2026-01-01T00:00:00Z", cluster: "west-1" });
  expect(outcome(tooOld)).toBe("400 bad_parameter");
  expect(problemOf(tooOld).detail).toContain("30 minutes");
});

test("what kubectl does is in the list too, as somebody else's, and can't be named for undoing", async ({
  editor,
  cluster,
}) => {
  const name = cluster.own("wp-others");
  await cluster.feed([entry(name, "a.example")], "create");
  await expect.poll(async () => (await changesOf(editor, name)).map(({ op }) => op)).toContain("create");
  await cluster.feed([entry(name, "b.example")], "replace");
  await expect.poll(async () => (await changesOf(editor, name)).map(({ op }) => op)).toContain("update");
  const [newest] = await changesOf(editor, name);
  expect(newest).toMatchObject({ source: "other", revertable: false, who: expect.stringMatching(/^kubectl/) });
  expect(newest).toMatchObject({
    before: { spec: { hosts: ["a.example"] } },
    after: { spec: { hosts: ["b.example"] } },
  });
  expect(outcome(await editor.post(`/api/v1/changes/${newest?.id}/revert`, {}))).toBe("404 not_found");
  await cluster.kubectl("delete", "serviceentry", name);
  await expect.poll(async () => (await changesOf(editor, name))[0]).toMatchObject({ op: "delete", source: "other" });
});

test("of each object the last 20 changes are kept", async ({ editor, cluster }) => {
  const name = cluster.own("wp-pruned");
  const first = await editor.applied(await editor.plan(wish(entry(name, "start.example"))));
  for (let i = 0; i < 22; i++)
    await editor.applied(await editor.plan(wish(entry(name, `${i}.example`))), { note: `${i}` });
  // Each change prunes what its watch knew by then: another one takes what was still unknown.
  await expect
    .poll(async () => (await changesOf(editor, name)).filter(({ source }) => source === "meshscope").length)
    .toBeLessThanOrEqual(21);
  await editor.applied(await editor.plan(wish(entry(name, "end.example"))), { note: "end" });
  await expect
    .poll(async () => (await changesOf(editor, name)).filter(({ source }) => source === "meshscope").length)
    .toBe(20);
  const [newest] = await changesOf(editor, name);
  expect(newest).toMatchObject({ note: "end", state: "applied" });
  const gone = await editor.post(`/api/v1/changes/${first.steps[0]?.changeId}/revert`, {});
  expect(outcome(gone)).toBe("404 not_found");
  expect(problemOf(gone).detail).toContain("20");
});

test("ids of changes that nobody gave are refused without asking the cluster", async ({ editor }) => {
  const id = (text: string) => Buffer.from(text).toString("base64url");
  for (const bad of [
    "x",
    id("west-1/shop/other"),
    id("west-1/../meshscope-0123456789abcdef-0"),
    "..%2f..",
    "a".repeat(2000),
  ]) {
    expect([bad, outcome(await editor.post(`/api/v1/changes/${bad}/revert`, {}))]).toEqual([bad, "404 not_found"]);
  }
  const hidden = id("west-1/orders/meshscope-0123456789abcdef-0");
  expect(outcome(await editor.post(`/api/v1/changes/${hidden}/revert`, {}))).toBe("403 forbidden");
});
