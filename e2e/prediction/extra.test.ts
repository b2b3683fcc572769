/**
 * Copies and attempts, which a client's proxy doesn't count as calls: what a plan foretells of them is what servers counted beyond the
 * calls, the whole way, and what is the simulator's own count.
 */
import { describe, expect, it } from "vitest";
import type { KubeObject } from "#lab/kube/object.ts";
import { deployment, istio, service, serviceAccount } from "#lab/scenarios/manifests.ts";
import { BANK, bank, trial } from "#lab/scenarios/trials/trial.ts";
import { became, findingsOf, foreseeing, foretold } from "./foresight.test-support.ts";

const begin = foreseeing();

const routes = (more: object): KubeObject =>
  istio("networking", "VirtualService", BANK, "accounts", {
    hosts: ["accounts"],
    http: [{ route: [{ destination: { host: "accounts" } }], ...more }],
  });

/** Half of what web asks accounts for goes to ledger too, which nobody else calls. */
const copied = trial("copied", {
  manifests: [
    ...bank(),
    serviceAccount(BANK, "ledger"),
    service(BANK, "ledger"),
    deployment({ namespace: BANK, name: "ledger", version: "v1" }),
  ],
  change: [routes({ mirrors: [{ destination: { host: "ledger" }, percentage: { value: 50 } }] })],
});

/** A fifth of what accounts answers are errors, which nobody tries again, until somebody has them tried again. */
const triedAgain = trial("tried-again", {
  manifests: [
    ...bank().filter(({ kind, metadata }) => !(kind === "Deployment" && metadata.name === "accounts")),
    deployment({
      ...{ namespace: BANK, name: "accounts", version: "v1", replicas: 2 },
      behaviour: { trouble: [{ kind: "error", share: 0.2, code: 500 }] },
    }),
  ],
  change: [routes({ retries: { attempts: 2, retryOn: "5xx" } })],
});

describe("what servers count beyond the calls", { timeout: 900_000 }, () => {
  it("copies: half of the calls, as was certain", async () => {
    const { watch, plan, apply, stage } = await begin(copied);
    await watch();
    const planned = await plan(copied.change);
    expect(foretold(planned)).toEqual(["mirrored web>ledger certain"]);
    const outcome = await apply(planned);
    expect(became(outcome)).toEqual(["mirrored web>ledger as-predicted"]);
    expect(findingsOf(outcome)).toEqual([]);
    const [from, to] = [outcome.from, outcome.to].map((each) => Date.parse(each) / 1000);
    const counted = stage.ledger.edges(from ?? 0, to ?? 0);
    const of = (name: string, mirror: boolean) =>
      counted
        .filter((each) => each.target.endsWith(`/${name}`) && (each.mirror ?? false) === mirror)
        .reduce((sum, { requests }) => sum + requests, 0);
    const share = of("ledger", true) / of("accounts", false);
    expect(Math.abs(share - 0.5)).toBeLessThan(0.05);
    expect(Math.abs((outcome.items[0]?.measured?.share ?? 0) - share)).toBeLessThan(0.05);
  });

  it("attempts: no more than were to be expected at most", async () => {
    const { watch, plan, apply } = await begin(triedAgain);
    await watch();
    const planned = await plan(triedAgain.change);
    expect(foretold(planned)).toEqual([expect.stringMatching(/^retried web>accounts bounded: /)]);
    const outcome = await apply(planned);
    expect(became(outcome)).toEqual(["retried web>accounts as-predicted"]);
    expect(findingsOf(outcome)).toEqual([]);
    const [item] = outcome.items;
    // Of each call that fails a second attempt, and of a fifth of these a third.
    expect(Math.abs((item?.measured?.share ?? 0) - 0.24)).toBeLessThan(0.06);
    expect(item?.expected?.high).toBeGreaterThan(0.3);
  });
});
