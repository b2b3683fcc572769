/** What was predicted of a plan, as it is sealed in it and kept with its records. */
import type { PredictedItem } from "#lib/policy/outcome.ts";

/** What all steps of a plan share. */
export interface PredictionHead {
  readonly at: string;
  readonly window: string;
  readonly unseen: number;
  readonly gaps: readonly string[];
  readonly limited: boolean;
}

export interface PlanPrediction {
  /** null: nothing was evaluated, `reason` says why. */
  readonly head: PredictionHead | null;
  readonly reason: string | null;
  /** By step. */
  readonly steps: readonly { readonly items: readonly PredictedItem[]; readonly left: number }[];
}

/** What a record says, opened. */
export interface KeptPrediction {
  readonly head: PredictionHead | null;
  readonly reason: string | null;
  readonly items: readonly PredictedItem[];
  readonly left: number;
  readonly lost: number;
}
