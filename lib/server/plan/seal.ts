/** Plans as texts that a browser keeps and can't read or change: compressed, then sealed with the console's key ring. */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { MeshscopeError } from "#lib/errors.ts";
import { seconds, type UnixSeconds } from "#lib/units.ts";
import type { KeyRing } from "../session/keys.ts";
import type { SealedPlan } from "./model.ts";

export const PLAN_LIFETIME = seconds(15 * 60);
const PURPOSE = "plan";
/** A plan's objects came as at most 1 MiB; before, wanted and after are three times that, and JSON's overhead. */
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_SEALED = 16 * 1024 * 1024;

const bad = () =>
  new MeshscopeError(
    "bad_plan",
    "This isn't a plan that this console made for you. Make the plan anew and read it again.",
  );

export async function sealPlan(keys: KeyRing, plan: SealedPlan): Promise<string> {
  return keys.seal(PURPOSE, deflateRawSync(Buffer.from(JSON.stringify(plan), "utf8")));
}

/** @throws MeshscopeError `bad_plan`, `plan_expired` */
export async function openPlan(keys: KeyRing, sealed: string, now: UnixSeconds): Promise<SealedPlan> {
  if (sealed.length > MOST_SEALED) throw bad();
  const bytes = await keys.open(PURPOSE, sealed);
  if (bytes === null) throw bad();
  let plan: SealedPlan | (Omit<SealedPlan, "predicted"> & { readonly predicted?: undefined });
  try {
    plan = JSON.parse(inflateRawSync(bytes, { maxOutputLength: MOST_BYTES }).toString("utf8")) as typeof plan;
  } catch {
    throw bad();
  }
  if (Date.parse(plan.expiresAt) / 1000 <= now)
    throw new MeshscopeError("plan_expired", "The plan is older than 15 minutes. Make it anew and read it again.");
  if (plan.predicted === undefined)
    throw new MeshscopeError("plan_expired", "The plan was made by an older console. Make it anew and read it again.");
  return plan;
}

/** @throws MeshscopeError `bad_plan` for somebody else's plan, or another than the one confirmed */
export function checkBound(plan: SealedPlan, who: string, confirm: string): void {
  if (plan.who !== who || plan.id !== confirm) throw bad();
}
