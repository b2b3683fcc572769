/**
 * Predict, apply, measure, compare: what the console says of a request before and after a change, against what the
 * simulator counts under the same objects. The two share no code. The console is asked before any traffic has run under
 * the change, and where it lacks what it takes to decide, it has to say so and must not say yes.
 */
import { afterEach, describe, expect, it } from "vitest";
import { blindEdge } from "#lab/scenarios/trials/blind-edge.ts";
import { forgottenAccount } from "#lab/scenarios/trials/forgotten-account.ts";
import { plaintextRule } from "#lab/scenarios/trials/plaintext-rule.ts";
import { ISSUER, signedIn } from "#lab/scenarios/trials/signed-in.ts";
import { closingJob, sixHours } from "#lab/scenarios/trials/six-hours.ts";
import type { Trial } from "#lab/scenarios/trials/trial.ts";
import { unmeshedCaller } from "#lab/scenarios/trials/unmeshed-caller.ts";
import { waypointFirst } from "#lab/scenarios/trials/waypoint-first.ts";
import type { EdgeCount } from "#lab/truth/ledger.ts";
import { type Question, type Rehearsal, rehearse } from "./rehearsal.test-support.ts";

let rehearsal: Rehearsal | null = null;
afterEach(async () => {
  await rehearsal?.close();
  rehearsal = null;
});

const workload = (namespace: string, name: string): Question["client"] => ({ kind: "workload", namespace, name });
const asks = (client: Question["client"], more: Partial<Question> = {}): Question => ({
  ...{ client, service: { namespace: "bank", name: "accounts" }, port: 80, method: "GET", path: "/accounts" },
  ...{ host: "accounts", headers: {}, token: "none", autoMtls: true },
  ...more,
});
const web = asks(workload("bank", "web"));
const reader = asks(workload("vault", "reader"), { service: { namespace: "vault", name: "keys" }, host: "keys" });

interface Case {
  readonly question: Question;
  readonly before: "yes" | "unknown";
  readonly after: "yes" | "no" | "unknown";
  /** Where the simulator counts such calls; null: nobody makes them. */
  readonly edge: string | null;
  /** Its calls share connections that stay open: those are counted, when they open, and not the calls. */
  readonly shared?: true;
  /** What an unknown answer lacks. */
  readonly lacks?: RegExp;
}

const lostOf = (edge: EdgeCount | undefined): number => Math.max(edge?.failures ?? 0, edge?.denied ?? 0);

/** Of the requests that were counted: all, none, or some of them came through. */
function came(edge: EdgeCount | undefined): "all" | "none" | "some" {
  if (edge === undefined || edge.requests < 50) throw new Error("too few calls to compare");
  const lost = lostOf(edge);
  return lost === 0 ? "all" : lost === edge.requests ? "none" : "some";
}

/** A known answer has to be what was measured; an unknown one names what it lacks. */
async function compare(cases: readonly Case[], when: "before" | "after"): Promise<void> {
  if (rehearsal === null) throw new Error("no rehearsal");
  const predicted = [];
  // Those that the change turns come first: when they are there, the console has seen it.
  for (const each of cases) predicted.push({ ...each, answer: await rehearsal.predict(each.question, each[when]) });
  const measured = rehearsal.measure();
  for (const { answer, edge, lacks, shared, ...each } of predicted) {
    expect(answer.verdict, `${JSON.stringify(each.question.client)}: ${JSON.stringify(answer.steps)}`).toBe(each[when]);
    if (answer.verdict === "unknown") {
      expect(answer.lacks.join("; ")).toMatch(lacks ?? /^$/);
      continue;
    }
    if (edge === null) continue;
    if (shared === true && answer.verdict === "yes") expect(lostOf(measured.get(edge)), edge).toBe(0);
    else expect(came(measured.get(edge)), edge).toBe(answer.verdict === "yes" ? "all" : "none");
  }
}

async function run(trial: Trial, cases: readonly Case[]): Promise<Rehearsal> {
  rehearsal = await rehearse(trial);
  await compare(cases, "before");
  await rehearsal.apply(trial.change);
  await compare(cases, "after");
  return rehearsal;
}

const outside: Case = { question: asks({ kind: "outside" }), before: "yes", after: "no", edge: null };
const fine: Case = { question: web, before: "yes", after: "yes", edge: "web>accounts" };

describe("what the console predicts is what the simulator counts", { timeout: 120_000 }, () => {
  it("of a forgotten service account", async () => {
    const batch = asks(workload("bank", "batch"), { method: "POST", path: "/accounts/close" });
    await run(forgottenAccount, [
      { question: batch, before: "yes", after: "no", edge: "batch>accounts" },
      outside,
      fine,
    ]);
  });

  it("of a client whose DestinationRule disables TLS", async () => {
    const report = asks(workload("legacy", "report"), { host: "accounts.bank" });
    await run(plaintextRule, [{ question: report, before: "yes", after: "no", edge: "report>accounts" }, fine]);
  });

  it("of an unmeshed caller", async () => {
    const till = asks(workload("branch", "till"), { host: "accounts.bank" });
    await run(unmeshedCaller, [{ question: till, before: "yes", after: "no", edge: "unknown>accounts" }, fine]);
  });

  it("of a job that comes every six hours: unknown while it isn't there, no when it comes", async () => {
    const account = asks({ kind: "account", namespace: "bank", account: "closing" }, { method: "POST" });
    const lacks = /a workload that runs as it calls/;
    const open = await run(sixHours, [
      outside,
      { question: account, before: "unknown", after: "unknown", edge: null, lacks },
      fine,
    ]);
    expect([...open.measure().keys()]).toEqual(["web>accounts"]);
    await open.apply([closingJob]);
    const closing = asks(workload("bank", "closing"), { method: "POST" });
    await compare([{ question: closing, before: "unknown", after: "no", edge: "closing>accounts" }, fine], "after");
  });

  it("of rules about requests where none are read: no at a port of bytes, and no at a ztunnel", async () => {
    const worker = asks(workload("bank", "worker"), { service: { namespace: "bank", name: "cache" }, port: 6379 });
    await run(blindEdge, [
      { question: worker, before: "yes", after: "no", edge: "worker>cache" },
      { question: reader, before: "yes", after: "no", edge: "reader>keys", shared: true },
      fine,
    ]);
  });

  it("of a waypoint put before a policy by client principal: the ztunnel behind it sees the waypoint", async () => {
    await run(waypointFirst, [
      { question: reader, before: "yes", after: "no", edge: "reader>keys", shared: true },
      fine,
    ]);
  });

  it("of tokens: each kind by itself, and unknown where nobody says which one is carried", async () => {
    const token = (valid: boolean, issuer = ISSUER) =>
      asks(web.client, { token: { valid, issuer, subject: "ana", claims: {} } });
    const { token: _, ...unsaid } = web;
    await run(signedIn, [
      { ...outside, question: asks({ kind: "outside" }) },
      { question: web, before: "yes", after: "no", edge: null },
      { question: token(true), before: "yes", after: "yes", edge: null },
      { question: token(false), before: "yes", after: "no", edge: null },
      { question: unsaid, before: "yes", after: "unknown", edge: null, lacks: /the JWT/ },
    ]);
    // Half of the users carry a good token, the others none or a bad one.
    const edge = rehearsal?.measure().get("web>accounts");
    expect(came(edge)).toBe("some");
    expect(Math.abs((edge?.denied ?? 0) / (edge?.requests ?? 1) - 0.5)).toBeLessThan(0.06);
  });

  it("with automatic mutual TLS as the mesh's settings have it, which the console's own role lets it read", async () => {
    const { autoMtls: _, ...unsaid } = web;
    await run(forgottenAccount, [outside, { question: unsaid, before: "yes", after: "yes", edge: null }]);
    expect(came(rehearsal?.measure().get("web>accounts"))).toBe("all");
  });
});
