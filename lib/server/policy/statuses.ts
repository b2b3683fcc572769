/** One status a Kubernetes API: the watches of policies speak through that of the inventory. */
import type { SourceState, SourceStatus } from "#lib/graph/model.ts";
import type { Inventories } from "../inventory.ts";
import type { PolicyStore } from "./store.ts";

const WORSE: readonly SourceState[] = ["down", "stale", "partial", "slow", "ok"];

/** The inventories, with what troubles the policies' watches in each cluster's status. */
export function withPolicies(inventories: Inventories, store: Pick<PolicyStore, "statuses" | "onChange">): Inventories {
  return {
    ...inventories,
    statuses: () => {
      const policies = new Map(store.statuses().map((status) => [status.name, status]));
      return inventories.statuses().map((status) => joined(status, policies.get(status.name)));
    },
    onStatus: (listener) => {
      const ends = [inventories.onStatus(listener), store.onChange(listener)];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}

function joined(status: SourceStatus, policies: SourceStatus | undefined): SourceStatus {
  if (policies === undefined) return status;
  const missing = [...status.missing, ...policies.missing];
  // Objects that are read while policies aren't make the source worse, never better; "down" is the inventory's to say.
  const state = policies.state === "down" ? "stale" : policies.state;
  if (WORSE.indexOf(state) >= WORSE.indexOf(status.state)) return { ...status, missing };
  return {
    ...status,
    state,
    since: policies.since,
    ...(policies.problem ? { problem: policies.problem } : {}),
    missing,
  };
}
