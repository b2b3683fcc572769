import { describe, expect, it } from "vitest";
import { type ErrorCode, MeshscopeError, problemOf } from "#lib/errors.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refOf } from "#lib/policy/ref.ts";
import { fakePlans, user } from "./fake-cluster.test-support.ts";
import { UNKNOWN_OUTCOME } from "./write.ts";

const ana = user("ana");
const asking = { requestId: null };
const entry = (name: string, host: string): Manifest => ({
  apiVersion: "networking.istio.io/v1",
  kind: "ServiceEntry",
  metadata: { name, namespace: "shop" },
  spec: { hosts: [host] },
});
const NAMES = ["a", "b", "d"] as const;

/** A plan of one change, one creation and one deletion, ready to be applied. */
async function prepared() {
  const fake = fakePlans();
  fake.cluster.put(entry("a", "old"));
  const gone = fake.cluster.put(entry("d", "old"));
  const wish = { cluster: "c", manifests: [entry("a", "new"), entry("b", "new")], deletions: [refOf("c", gone)] };
  const { sealed, id: confirm, needs, steps } = await fake.plans.plan(ana, wish, asking);
  const hosts = () =>
    Object.fromEntries(
      NAMES.map((name) => [name, fake.cluster.objects.get(`ServiceEntry/shop/${name}`)?.spec?.["hosts"] ?? null]),
    );
  fake.cluster.calls.length = 0;
  return { ...fake, steps, asked: { sealed, confirm, acknowledged: [...needs], force: [] }, hosts };
}

const BEFORE = { a: ["old"], b: null, d: ["old"] };
const AFTER = { a: ["new"], b: ["new"], d: null };

const clean = await prepared();
await clean.plans.apply(ana, clean.asked, asking);
const calls = clean.cluster.calls.map(({ verb, kind, name }) => `${verb} ${kind} ${name}`);

const ERRORS: readonly ErrorCode[] = [
  "upstream_unauthorised",
  "forbidden",
  "conflict",
  "upstream_busy",
  "upstream_timeout",
  "upstream_unreachable",
];
const table = calls.flatMap((call, index) =>
  ERRORS.flatMap((code) =>
    (["refused", "answer lost", "down from then on"] as const)
      .filter((how) => how !== "answer lost" || (code === "upstream_timeout" && !call.startsWith("get")))
      .map((how) => [`${index} (${call})`, code, how, index] as const),
  ),
);

describe("whatever call of an apply fails, what is said is what is so", () => {
  it("(all calls of a clean one were counted, and it writes everything)", () => {
    expect(clean.hosts()).toEqual(AFTER);
    expect(calls.length).toBeGreaterThan(10);
  });

  it.each(table)("call %s: %s, %s", async (_, code, how, index) => {
    const { cluster, plans, asked, steps, hosts, clock } = await prepared();
    let count = -1;
    const fail = () => {
      throw new MeshscopeError(code, "Injected.");
    };
    cluster.before = () => {
      count += 1;
      if (how === "refused" ? count === index : how === "down from then on" && count >= index) fail();
    };
    cluster.after = () => {
      if (how === "answer lost" && count === index) fail();
    };
    const answer = await plans.apply(ana, asked, asking).catch((thrown: unknown) => problemOf(thrown));
    const now: Readonly<Record<string, unknown>> = hosts();
    if ("code" in answer) {
      expect(now).toEqual(BEFORE);
      expect(answer.code).not.toBe("upstream_unauthorised");
      expect(answer.code).not.toBe("internal");
    } else {
      expect(answer.steps).toHaveLength(steps.length);
      for (const [place, { result, object, problem }] of answer.steps.entries()) {
        const name = object.name as keyof typeof AFTER;
        expect(object).toEqual(steps[place]?.object);
        if (result === "failed" && problem?.detail.includes(UNKNOWN_OUTCOME)) continue;
        const stands = result === "applied" || result === "unchanged" ? AFTER : BEFORE;
        expect([name, result, now[name]]).toEqual([name, result, stands[name]]);
      }
      const failed = answer.steps.some(({ result }) => result === "failed");
      // Half of it may only stand where that is said of the very step.
      if (failed)
        for (const { result, problem } of answer.steps) if (result === "applied") expect(problem).toBeDefined();
    }
    expect([...cluster.tokens]).toEqual(["token-ana"]);
    // No record says less than what was written: what isn't closed is found as open.
    cluster.before = () => {};
    cluster.after = () => {};
    await clock.advance(61_000);
    const { items } = await plans.changes(ana, { clusters: [], namespaces: [], state: "open", limit: 500 });
    const applied = await plans.changes(ana, { clusters: [], namespaces: [], limit: 500 });
    const told = new Set(
      [...items, ...applied.items.filter(({ state }) => state === "applied")].map(({ object }) => object.name),
    );
    for (const name of NAMES)
      if (JSON.stringify(now[name]) !== JSON.stringify(BEFORE[name]))
        expect([name, told.has(name)]).toEqual([name, true]);
  });
});

describe("a status that a controller writes in between", () => {
  /** As istiod writes addresses into every ServiceEntry that it sees. */
  const reconcile = ({ cluster }: Pick<Awaited<ReturnType<typeof prepared>>, "cluster">) => {
    for (const name of NAMES) {
      const now = cluster.objects.get(`ServiceEntry/shop/${name}`);
      if (now !== undefined)
        cluster.put({ ...now, status: { addresses: [{ value: now.metadata.resourceVersion ?? "" }] } });
    }
  };

  it("keeps no step from being taken back", async () => {
    const world = await prepared();
    world.cluster.before = ({ verb }) => {
      if (verb === "delete") throw new MeshscopeError("forbidden", "Injected.");
    };
    world.cluster.after = ({ kind, dryRun }) => {
      if (kind === "ServiceEntry" && !dryRun) reconcile(world);
    };
    // The creation is taken back by a deletion, which is refused; the change is not.
    const { steps } = await world.plans.apply(ana, world.asked, asking);
    const results = Object.fromEntries(steps.map(({ object, result }) => [object.name, result]));
    expect(results).toMatchObject({ a: "rolledBack", d: "failed" });
    expect(world.hosts()["a"]).toEqual(["old"]);
  });

  it("keeps no step from being written", async () => {
    const world = await prepared();
    let before = true;
    world.cluster.before = ({ verb, kind }) => {
      if (kind !== "ServiceEntry" || verb === "get" || !before) return;
      before = false;
      reconcile(world);
    };
    const { steps } = await world.plans.apply(ana, world.asked, asking);
    expect(steps.map(({ result }) => result)).toEqual(["applied", "applied", "applied"]);
    expect(world.hosts()).toEqual(AFTER);
  });

  it("that never rests ends in a refusal that says so", async () => {
    const world = await prepared();
    world.cluster.before = ({ verb, kind }) => {
      if (kind === "ServiceEntry" && verb !== "get") reconcile(world);
    };
    const { steps } = await world.plans.apply(ana, world.asked, asking);
    expect(steps.some(({ problem }) => problem?.code === "conflict")).toBe(true);
    expect(world.hosts()["d"]).toEqual(["old"]);
  });
});
