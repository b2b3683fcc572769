/** Each mesh works before its change; after it, the ledger tells exactly who is refused or cut off, and who isn't. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../kube/object.ts";
import { Engine } from "../../sim/engine.ts";
import { total } from "../../sim/reading.test-support.ts";
import { START } from "../../sim/run.test-support.ts";
import { stillWorld, watchedKind } from "../../sim/still-world.test-support.ts";
import type { EdgeCount } from "../../truth/ledger.ts";
import { Ledger } from "../../truth/ledger.ts";
import { trials } from "./all.ts";
import { blindEdge } from "./blind-edge.ts";
import { forgottenAccount } from "./forgotten-account.ts";
import { doorkeeper, frontDoor } from "./front-door.ts";
import { injectedFault } from "./injected-fault.ts";
import { loggedPath } from "./logged-path.ts";
import { plaintextRule } from "./plaintext-rule.ts";
import { shortTimeout } from "./short-timeout.ts";
import { signedIn } from "./signed-in.ts";
import { closingJob, sixHours } from "./six-hours.ts";
import { toldMethod } from "./told-method.ts";
import { CLUSTER, type Trial } from "./trial.ts";
import { triedFirst } from "./tried-first.ts";
import { unmeshedCaller } from "./unmeshed-caller.ts";
import { waypointFirst } from "./waypoint-first.ts";

it.each([...trials.keys()])("docs/lab.md tells of %s", (scenario) => {
  const text = readFileSync(new URL("../../../docs/lab.md", import.meta.url), "utf8");
  expect(text).toContain(`| \`${scenario}\` |`);
});

const name = (id: string): string => id.split("/").at(-1) ?? id;

/** Each edge by its ends, e.g. `web>accounts`, among them those that no proxy sees. */
const byEnds = (edges: readonly EdgeCount[]): ReadonlyMap<string, EdgeCount> =>
  new Map(edges.map((each) => [`${name(each.source)}>${name(each.target)}`, each]));

/** A minute before the change, and one from five seconds after it: connections that were open have ended by then. */
function played({ scenario, change }: Trial, more: readonly KubeObject[] = [], seed = 1) {
  const world = stillWorld(scenario.clusters.map((each) => ({ ...each, manifests: [...each.manifests, ...more] })));
  const ledger = new Ledger(scenario.ledgerSeconds);
  const { tickMs } = scenario;
  const engine = new Engine({ world, ledger, seed, tickMs, startMs: START });
  const until = (seconds: number, from: number): void => {
    for (let now = START + from * 1000 + tickMs; now <= START + seconds * 1000; now += tickMs) engine.advance(now);
  };
  until(60, 0);
  for (const object of change) {
    const kind = watchedKind(object);
    if (kind === undefined) throw new Error(`${object.kind} moves nothing`);
    world.upsert(CLUSTER, kind, object);
  }
  until(126, 60);
  const seconds = (from: number, to: number) => byEnds(ledger.edges(START / 1000 + from, START / 1000 + to));
  return { world, before: seconds(0, 60), after: seconds(65, 125) };
}

/** Of a Poisson count. */
const about = (count: number | undefined, expected: number): void => {
  expect(Math.abs((count ?? 0) - expected)).toBeLessThan(4 * Math.sqrt(expected));
};

describe("before its change", () => {
  it.each([...trials])("%s refuses and loses nothing", (_, trial) => {
    for (const edge of played(trial).before.values()) {
      expect(edge.denied).toBeUndefined();
      expect(edge.failures).toBe(0);
    }
  });

  it.each([...trials])("%s is the same for a seed", (_, trial) => {
    expect([...played(trial, [], 7).after]).toEqual([...played(trial, [], 7).after]);
  });
});

describe("after it", () => {
  it("the forgotten account is refused, all of it and nobody else", () => {
    const { after } = played(forgottenAccount);
    const [web, batch] = [after.get("web>accounts"), after.get("batch>accounts")];
    about(web?.requests, 1200);
    about(batch?.requests, 120);
    expect(web?.denied).toBeUndefined();
    expect(batch).toMatchObject({ denied: batch?.requests, failures: 0, mtls: 1 });
  });

  it("the client that is told to use plaintext fails, in its own report alone", () => {
    const { before, after, world } = played(plaintextRule);
    expect(before.get("report>accounts")).toMatchObject({ mtls: 0, failures: 0 });
    const report = after.get("report>accounts");
    about(report?.requests, 180);
    expect(report?.failures).toBe(report?.requests);
    expect(after.get("web>accounts")).toMatchObject({ failures: 0, mtls: 1 });
    const where = { source_workload: "report", response_code: "503", response_flags: "UC" };
    expect(total(world, "istio_requests_total", { reporter: "source", ...where })).toBeGreaterThanOrEqual(
      report?.requests ?? 0,
    );
    expect(total(world, "istio_requests_total", { reporter: "destination", ...where })).toBe(0);
  });

  it("nothing tells any more of the caller without a proxy", () => {
    const { before, after, world } = played(unmeshedCaller);
    expect(before.get("unknown>accounts")).toMatchObject({ mtls: 0, failures: 0 });
    const till = after.get("unknown>accounts");
    about(till?.requests, 240);
    expect(till).toMatchObject({ unobservable: true, failures: till?.requests });
    const seen = total(world, "istio_requests_total", { reporter: "destination", source_workload: "unknown" });
    const told = before.get("unknown>accounts")?.requests ?? 0;
    expect(seen - told).toBeLessThan(5);
  });

  it("the job that nobody saw for hours is refused when it comes", () => {
    expect([...played(sixHours).after.keys()]).toEqual(["web>accounts"]);
    const { before, after } = played(sixHours, [closingJob]);
    about(before.get("closing>accounts")?.requests, 600);
    const closing = after.get("closing>accounts");
    about(closing?.requests, 600);
    expect(closing?.denied).toBe(closing?.requests);
    expect(sixHours.scenario.events.map(({ every }) => every)).toEqual([21_600]);
  });

  it("a gateway's rule that leads to no subset loses what it takes, and nothing else", () => {
    const { before, after, world } = played(frontDoor);
    about(before.get("front>statements")?.requests, 240);
    const lost = after.get("front>bank.example");
    about(lost?.requests, 240);
    expect(lost).toMatchObject({ failures: lost?.requests });
    expect(after.has("front>statements")).toBe(false);
    expect(after.get("front>accounts")).toMatchObject({ failures: 0, mtls: 1 });
    expect(total(world, "istio_requests_total", { source_workload: "front", response_flags: "NC" })).toBeGreaterThan(0);
  });

  it("whom a gateway refuses it answers itself", () => {
    const { after, world } = played({ ...frontDoor, change: [doorkeeper] });
    const kept = after.get("front>statements");
    about(kept?.requests, 240);
    expect(kept).toMatchObject({ denied: kept?.requests, failures: 0 });
    expect(after.get("front>accounts")).toMatchObject({ failures: 0 });
    const refused = { source_workload: "front", response_code: "403" };
    expect(total(world, "istio_requests_total", refused)).toBeGreaterThan(200);
  });

  it("rules about requests let nobody in where bytes are all that is read", () => {
    const { after, world } = played(blindEdge);
    const [keys, cache] = [after.get("reader>keys"), after.get("worker>cache")];
    about(keys?.requests, 300);
    expect(keys).toMatchObject({ protocol: "tcp", denied: keys?.requests, failures: keys?.requests });
    about(cache?.requests, 120);
    expect(cache).toMatchObject({ protocol: "tcp", denied: cache?.requests, failures: 0 });
    expect(total(world, "istio_tcp_connections_failed_total", { response_flags: "DENY" })).toBeGreaterThan(0);
    expect(after.get("web>accounts")?.denied).toBeUndefined();
  });

  it("the waypoint isn't whom the policy knows", () => {
    const { before, after, world } = played(waypointFirst);
    expect(before.get("reader>keys")).toMatchObject({ protocol: "tcp", failures: 0 });
    const keys = after.get("reader>keys");
    about(keys?.requests, 300);
    expect(keys).toMatchObject({ protocol: "http", denied: keys?.requests, failures: keys?.requests });
    const denied = { response_flags: "DENY", source_workload: "waypoint", destination_workload: "keys" };
    expect(total(world, "istio_tcp_connections_failed_total", denied)).toBeGreaterThan(0);
  });

  it("a fault answers a fifth and holds back a tenth, whether it answers them or not", () => {
    const { world } = played(injectedFault);
    const of = (response_flags: string): number =>
      total(world, "istio_requests_total", { reporter: "source", response_flags });
    const [aborted, delayed, both] = [of("FI"), of("DI"), of("DI,FI")];
    // 66 seconds of 20 calls each.
    about(aborted + both, 264);
    about(delayed + both, 132);
    about(both, 26);
    expect(total(world, "istio_requests_total", { reporter: "destination", response_flags: "FI" })).toBe(0);
  });

  it("a timeout gives up those that are slower, as the client alone counts it", () => {
    const { before, after, world } = played(shortTimeout);
    expect(before.get("web>accounts")).toMatchObject({ failures: 0 });
    const web = after.get("web>accounts");
    const share = (web?.failures ?? 0) / (web?.requests ?? 1);
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.5);
    expect(total(world, "istio_requests_total", { reporter: "source", response_flags: "UT" })).toBeGreaterThan(100);
    expect(total(world, "istio_requests_total", { reporter: "destination", response_flags: "UT" })).toBe(0);
  });

  it("admin pages are refused, and nothing else of the same caller", () => {
    const { after } = played(loggedPath);
    const clerk = after.get("clerk>accounts");
    about(clerk?.requests, 600);
    about(clerk?.denied, 120);
    expect(after.get("web>accounts")?.denied).toBeUndefined();
  });

  it("what is DELETE is refused, and was counted as that at the server alone", () => {
    const { after, before, world } = played(toldMethod);
    const clerk = after.get("clerk>accounts");
    about(clerk?.requests, 600);
    about(clerk?.denied, 120);
    expect(after.get("web>accounts")?.denied).toBeUndefined();
    const of = (reporter: string, request_method: string): number =>
      total(world, "istio_requests_total", { reporter, request_method, source_workload: "clerk" });
    // 126 seconds of eight and two.
    about(of("destination", "GET"), 1008);
    about(of("destination", "DELETE"), 252);
    expect(of("source", "DELETE")).toBe(0);
    expect(before.get("clerk>accounts")?.denied).toBeUndefined();
  });

  it("what was counted on trial is refused in force, and nothing else", () => {
    const { before, after, world } = played(triedFirst);
    const counted = total(world, "envoy_http_rbac", { authz_dry_run_action: "deny", authz_dry_run_result: "denied" });
    // A minute of two, and the second in which it came into force.
    about(counted, 120);
    expect(before.get("clerk>accounts")?.denied).toBeUndefined();
    const clerk = after.get("clerk>accounts");
    about(clerk?.requests, 600);
    about(clerk?.denied, 120);
    expect(after.get("web>accounts")?.denied).toBeUndefined();
  });

  it("half of the users get in, and 401 is for those alone whose token is wrong", () => {
    const { after, world } = played(signedIn);
    const web = after.get("web>accounts");
    const of = (response_code: string): number =>
      total(world, "istio_requests_total", { reporter: "source", response_code });
    about(web?.denied, (web?.requests ?? 0) / 2);
    const refused = of("401") + of("403");
    expect(Math.abs(of("401") / refused - 0.2)).toBeLessThan(0.06);
  });
});
