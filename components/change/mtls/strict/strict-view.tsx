"use client";

import type { StrictAnswer } from "#lib/api/strict.ts";
import type { MtlsIntent } from "#lib/policy/intent.ts";
import { CallersStep } from "./callers-step.tsx";
import { CoverStep, RulesStep } from "./config-steps.tsx";
import type { OnFix } from "./log-evidence.tsx";
import { NowStep } from "./now-step.tsx";
import { OrderStep } from "./order-step.tsx";
import { BackStep, StagesStep } from "./stages.tsx";

/** The steps from PERMISSIVE to STRICT, each with how far it is and on what evidence. */
export function StrictView({
  path,
  onPlan,
  onFix,
}: {
  readonly path: StrictAnswer;
  readonly onPlan: (intent: MtlsIntent) => void;
  readonly onFix: OnFix;
}) {
  return (
    <ol aria-label="Steps to strict" className="max-w-[1100px]">
      <NowStep number={1} path={path} />
      <CallersStep number={2} path={path} onFix={onFix} />
      <RulesStep number={3} path={path} onPlan={({ source, fix }) => onFix({ object: source.object, fix })} />
      <CoverStep number={4} path={path} />
      <OrderStep number={5} path={path} />
      <StagesStep number={6} path={path} onPlan={onPlan} />
      <BackStep number={7} path={path} onPlan={onPlan} />
    </ol>
  );
}
