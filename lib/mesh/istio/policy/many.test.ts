/** Ten thousand policies: the answers are right, and the work is linear in them, by how often each is looked at. */
import { describe, expect, test } from "vitest";
import { ChecksEngine } from "./checks/engine.ts";
import { proposeEgress } from "./egress/propose.ts";
import { impactOf } from "./impact/by-revision.ts";
import type { Change } from "./impact/sides.ts";
import { isBroken, many, namespaceAt, PER_SERVICE } from "./many.test-support.ts";
import { workloadSecurity } from "./meaning/effective/security.ts";
import { simulate } from "./meaning/effective/simulate.ts";
import { policy } from "./world.test-support.ts";

const [FEW, MANY] = [many(2_500 / PER_SERVICE), many(10_000 / PER_SERVICE)];
type Mesh = typeof FEW;

/** Four times the policies take four times the looks, with what starts and ends them. */
function linear<T>(work: (mesh: Mesh) => T, most: number): T {
  const [, before] = FEW.visitsOf(() => work(FEW));
  const [answer, after] = MANY.visitsOf(() => work(MANY));
  expect(after / before).toBeLessThan(4.5);
  expect(after / MANY.policies).toBeLessThan(most);
  return answer;
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("It is in the mesh that was made.");
  return value;
}

describe("of ten thousand policies", { timeout: 60_000 }, () => {
  test("there are as many", () => expect(MANY.policies).toBeGreaterThanOrEqual(10_000));

  test("a workload's effective security names its own", () => {
    const answer = linear(({ world }) => {
      const workload = found(world.inventory.workloads.get("ns-1/s20"));
      return workloadSecurity(workload, world);
    }, 12);
    expect(answer.ports[0]).toMatchObject({ port: 8080, mode: "STRICT" });
    expect(answer.points[0]?.policies).toMatchObject([{ source: { object: { namespace: "ns-1", name: "s20" } } }]);
  });

  test.each([
    ["from its own namespace a call passes, through a delegate", "ns-1/s21", "ns-1/s20", "yes"],
    ["from another it is refused", "ns-0/s0", "ns-1/s20", "no"],
  ])("%s", (_, from, to, verdict) => {
    const [namespace = "", name = ""] = from.split("/");
    const answer = linear(({ world }) => {
      const service = found(world.inventory.services.get(to));
      const client = { kind: "workload", namespace, name } as const;
      return simulate({ client, service, port: 80, autoMtls: true }, service, world);
    }, 20);
    expect(answer.verdict).toBe(verdict);
    expect(answer.steps[0]?.text).toContain("ns-1/s20-part");
  });

  test("a change of each kind touches the calls that it is about, whoever else calls", () => {
    const changes: readonly Change[] = [
      policy("AuthorizationPolicy", "ns-1/s20", { selector: { matchLabels: { app: "s20" } } }),
      policy("VirtualService", "ns-2/s41", {
        hosts: ["s41"],
        http: [{ route: [{ destination: { host: "nobody" } }] }],
      }),
      policy("DestinationRule", "ns-3/s61", {
        host: "s61",
        subsets: [{ name: "v1", labels: { app: "s61" } }],
        trafficPolicy: { tls: { mode: "DISABLE" } },
      }),
      policy("PeerAuthentication", "ns-4/s81", {
        selector: { matchLabels: { app: "s81" } },
        mtls: { mode: "DISABLE" },
      }),
      policy("Sidecar", "ns-5/default", {
        egress: [{ hosts: ["./*"] }],
        outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
      }),
    ].map((after) => ({ before: null, after }));
    const answer = linear(({ world, calls }) => {
      const there = changes.map(({ after }): Change => {
        const name = (each: { metadata: { name: string; namespace?: string } } | null) =>
          `${each?.metadata.namespace}/${each?.metadata.name}`;
        const before = world.objects(after?.kind ?? "").find((each) => name(each) === name(after)) ?? null;
        return { before, after };
      });
      return impactOf({ changes: there, calls, world, visible: () => true });
    }, 60);
    const verdicts = answer.items.map((list) =>
      list.map(({ verdict, source }) => `${verdict} ${source.split("/")[1]}`),
    );
    expect(verdicts[0]).toEqual(["denied ns-1"]);
    expect(verdicts[1]).toEqual(["unreachable ns-2", "unreachable ns-3"]);
    expect(verdicts[2]).toContain("breaks ns-3");
    expect(verdicts[3]?.length).toBeGreaterThan(0);
    // Calls of ns-5 to other namespaces go nowhere; those to its own stay.
    expect(new Set(verdicts[4])).toEqual(new Set(["unreachable ns-5"]));
    expect(verdicts[4]).toHaveLength(20);
  });

  test("the checks find what is wrong, and nothing else", () => {
    const found = linear(({ checks }) => new ChecksEngine().check(checks), 80);
    const broken = Array.from({ length: 10_000 / PER_SERVICE }, (_, i) => i).filter(isBroken);
    expect(found.map(({ code }) => code)).toEqual(broken.map(() => "destination-subset-unknown"));
    expect(found.map(({ object }) => object.name).toSorted()).toEqual(broken.map((i) => `s${i}`).toSorted());
  });

  test("the egress scope of a namespace is what it was seen to call", () => {
    const answer = linear(
      ({ world, calls }) =>
        proposeEgress({ namespace: "ns-5", workload: null, hosts: null }, calls, {
          ...world,
          ...{ visible: () => true, whole: true },
        }),
      40,
    );
    expect(answer.hosts).toHaveLength(22);
    expect(answer.hosts).toContain("ns-4/s80.ns-4.svc.cluster.local");
    expect(answer.breaks).toEqual([]);
    expect(answer.savings[0]).toMatchObject({
      now: { hosts: 2_500, clusters: 5_000 },
      then: { hosts: 40, clusters: 80 },
    });
    expect(namespaceAt(100)).toBe("ns-5");
  });
});
