/** The API server fails while the console writes: nothing half-done goes unsaid. Each test has a console of its own. */
import type { StepResult } from "#lib/policy/plan.ts";
import { type Client as Browser, bodyOf, Client, outcome, problemOf } from "../support/api.ts";
import { type OwnConsole, startConsole } from "../support/console.ts";
import type { Asked, Verdict } from "../support/door.ts";
import { test as base, deletion, entry, expect, hostsOf, wish } from "./fixtures.ts";

interface Faulty {
  readonly own: OwnConsole;
  /** Signed in to the test's own console. */
  readonly ana: Browser;
}

const test = base.extend<Faulty>({
  own: async ({ demo }, provide) => {
    expect(demo.console).not.toBe("");
    const own = await startConsole(process.env.MESHSCOPE_E2E_DIR ?? "");
    await provide(own);
    await own.stop();
  },
  ana: async ({ own, demo }, provide) => provide(await new Client(own.url).signIn(demo.kubernetes.tokens.editor)),
});

const status = (code: number, reason: string, message: string, headers?: Record<string, string>): Verdict => ({
  ...{ code, reason, message },
  ...(headers ? { headers } : {}),
});
const ofPolicies = ({ isWrite, path }: Asked) => isWrite && path.includes("/serviceentries");

/** What becomes of the n-th write of an object, counted from 0; all else passes. */
function onWrite(own: OwnConsole, verdicts: Readonly<Record<number, Verdict>>, called: () => void = () => {}): void {
  let count = 0;
  own.door.decide = (asked) => {
    if (!ofPolicies(asked)) return "pass";
    const verdict = verdicts[count++];
    if (verdict !== undefined) called();
    return verdict ?? "pass";
  };
}

test("killed between two writes of one plan: the next start finds it, and takes all of it back", async ({
  own,
  ana,
  cluster,
}) => {
  test.setTimeout(120_000);
  const [a, b, c] = ["a", "b", "c"].map((each) => cluster.own(`wp-killed-${each}`)) as [string, string, string];
  await cluster.feed([entry(a, "a.example"), entry(c, "c.example")], "create");
  const was = await cluster.get("serviceentry", a);
  const plan = await ana.plan({
    ...wish(entry(a, "new-a.example"), entry(b, "b.example")),
    ...{ deletions: deletion(entry(c, "c.example")).deletions },
  });
  expect(plan.steps).toHaveLength(3);
  const held = new Promise<void>((resolve) => {
    onWrite(own, { 1: "hold" }, resolve);
  });
  const lost = ana.apply(plan, { note: "three at once" }).catch(() => null);
  await held;
  await own.kill();
  expect(await lost).toBeNull();
  own.door.decide = () => "pass";
  const names = plan.steps.map(({ object }) => object.name);
  const states = async () =>
    Promise.all(names.map(async (name) => hostsOf(await cluster.get("serviceentry", name)) ?? null));
  const half = await states();
  expect(half).not.toEqual([["a.example"], null, ["c.example"]]);

  const open = () => ana.changes("state=open");
  // A plan of the last minute may still be at work in another replica. Its records are made older than that, to not wait.
  const records = ["controllerrevisions", "-l", `meshscope.dev/plan=${plan.id.slice(0, 16)}`];
  const before = new Date(Date.now() - 120_000).toISOString();
  await cluster.kubectl("annotate", ...records, `meshscope.dev/when=${before}`, "--overwrite");
  await own.start();
  // Reading a whole cluster anew may take some seconds.
  await expect.poll(async () => (await open()).length, { timeout: 30_000 }).toBe(3);
  for (const change of await open()) {
    expect(change).toMatchObject({
      planId: plan.id,
      state: "open",
      who: "editor",
      note: "three at once",
      revertable: true,
    });
  }
  // Sending it again writes nothing: what it did isn't known.
  const again = await ana.applied(plan);
  expect(again.steps.map(({ result }) => result)).toEqual(["failed", "failed", "failed"]);
  expect(await states()).toEqual(half);

  const back = await ana.post("/api/v1/changes/settle", { cluster: "west-1", plan: plan.id, how: "back" });
  expect(outcome(back)).toBe("200");
  await ana.applied(bodyOf(back));
  const now = await cluster.get("serviceentry", a);
  expect([now?.spec, now?.metadata.uid]).toEqual([was?.spec, was?.metadata.uid]);
  expect(await cluster.get("serviceentry", b)).toBeNull();
  expect(hostsOf(await cluster.get("serviceentry", c))).toEqual(["c.example"]);
  const closed = await ana.post("/api/v1/changes/close", { cluster: "west-1", plan: plan.id });
  expect(outcome(closed)).toBe("200");
  await expect.poll(open).toEqual([]);
});

test.describe("a write that fails is said, and what was written before is taken back", () => {
  const webhook = 'admission webhook "validation.istio.io" denied the request: no such port';
  const cases: readonly (readonly [string, Verdict, string, RegExp])[] = [
    ["busy", status(429, "TooManyRequests", "slow down", { "retry-after": "3" }), "upstream_busy", /patience/],
    ["refused by a webhook", status(400, "BadRequest", webhook), "admission_refused", /no such port/],
    ["refused by etcd", status(500, "InternalError", "etcdserver: no leader"), "upstream_bad", /no leader/],
    ["forbidden after all", status(403, "Forbidden", "no"), "forbidden", /No right/],
    ["no longer signed in", status(401, "Unauthorized", "Unauthorized"), "reauth", /Sign in again/],
    ["lost on the way there", "cut", "upstream_unreachable", /doesn't have the change/],
  ];
  for (const [what, verdict, code, words] of cases) {
    test(what, async ({ own, ana, cluster }) => {
      const [a, b] = [cluster.own("wp-fails-a"), cluster.own("wp-fails-b")];
      await cluster.feed([entry(a, "a.example")], "create");
      const plan = await ana.plan(wish(entry(a, "new.example"), entry(b, "b.example")));
      onWrite(own, { 1: verdict });
      const { steps } = await ana.applied(plan);
      expect(steps.map(({ result }) => result)).toEqual(["rolledBack", "failed"]);
      expect(steps[1]?.problem).toMatchObject({ code, detail: expect.stringMatching(words) });
      const left = await Promise.all(
        [a, b].map(async (name) => hostsOf(await cluster.get("serviceentry", name)) ?? null),
      );
      expect(left).toEqual(plan.steps.map(({ before }) => (before === null ? null : ["a.example"])));
      // No write was sent twice, and none with another token than the user's.
      const writes = own.door.seen.filter(({ isWrite }) => isWrite);
      expect(new Set(writes.map(({ token }) => token)).size).toBe(1);
      const ofB = writes.filter(({ path }) => path.includes(`/${b}?`));
      expect(ofB).toHaveLength(1);
    });
  }
});

test("a write whose answer is lost is found by reading, not sent again", async ({ own, ana, cluster }) => {
  const name = cluster.own("wp-lost");
  await cluster.feed([entry(name, "a.example")], "create");
  const plan = await ana.plan(wish(entry(name, "b.example")));
  onWrite(own, { 0: "lose" });
  expect((await ana.applied(plan)).steps).toMatchObject([{ result: "applied" satisfies StepResult }]);
  expect(hostsOf(await cluster.get("serviceentry", name))).toEqual(["b.example"]);
  expect(own.door.seen.filter(ofPolicies)).toHaveLength(1);
});

test("what can't be taken back is said to be written", async ({ own, ana, cluster }) => {
  const [a, b] = [cluster.own("wp-stuck-a"), cluster.own("wp-stuck-b")];
  await cluster.feed([entry(a, "a.example")], "create");
  const plan = await ana.plan(wish(entry(a, "new.example"), entry(b, "b.example")));
  const busy = status(429, "TooManyRequests", "slow down");
  onWrite(own, { 1: busy, 2: busy });
  const { steps } = await ana.applied(plan);
  expect(steps.map(({ result }) => result)).toEqual(["applied", "failed"]);
  expect(steps[0]?.problem?.detail).toContain("could not be taken back");
  expect(hostsOf(await cluster.get("serviceentry", a))).toEqual(["new.example"]);
  own.door.decide = () => "pass";
  await ana.applied(await ana.revert(steps[0]?.changeId));
  expect(hostsOf(await cluster.get("serviceentry", a))).toEqual(["a.example"]);
});

test.describe("before anything is written, a failing API server is a clear refusal", () => {
  const cases: readonly (readonly [string, Verdict, string])[] = [
    ["busy", status(429, "TooManyRequests", "slow down", { "retry-after": "7" }), "503 upstream_busy"],
    ["unreachable", "cut", "502 upstream_unreachable"],
    ["silent", "hold", "504 upstream_timeout"],
    ["nonsense", status(500, "InternalError", "etcdserver: no leader"), "502 upstream_bad"],
    ["no longer accepting the token", status(401, "Unauthorized", "Unauthorized"), "401 reauth"],
  ];
  for (const [what, verdict, expected] of cases) {
    test(what, async ({ own, ana, demo, cluster }) => {
      test.setTimeout(90_000);
      const name = cluster.own("wp-before");
      await cluster.feed([entry(name, "a.example")], "create");
      const plan = await ana.plan(wish(entry(name, "b.example")));
      // Everything of the user's; the console's own watches go on.
      own.door.decide = ({ token, path }) =>
        token === demo.kubernetes.tokens.editor && !path.includes("watch=") ? verdict : "pass";
      const answers = await Promise.all([
        ana.post("/api/v1/plans", wish(entry(name, "c.example"))),
        ana.apply(plan),
        ana.get(`/api/v1/policies/west-1/networking.istio.io/v1/ServiceEntry/shop/${name}`),
      ]);
      expect(answers.map(outcome)).toEqual([expected, expected, expected]);
      if (expected.startsWith("503")) expect(answers[0]?.headers["retry-after"]).toBe("7");
      expect(own.door.seen.filter(({ isWrite }) => isWrite)).toEqual([]);
      // The console's own token would have been let through: it wasn't tried.
      const helped = own.door.seen.filter(
        ({ path, token }) => path.includes(`/${name}`) && token !== demo.kubernetes.tokens.editor,
      );
      expect(helped).toEqual([]);
      own.door.decide = () => "pass";
      expect((await ana.applied(plan)).steps).toMatchObject([{ result: "applied" }]);
      expect(problemOf(answers[1] ?? { status: 0, headers: {}, body: "{}" }).detail).not.toBe("");
    });
  }
});
