"use client";

import type { ReactNode } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { Sheet } from "#components/ui/sheet.tsx";
import { PlanPanel } from "../plan/plan-panel.tsx";
import type { PlanFlow } from "../plan/use-plan-flow.ts";

/** The plan of a flow above the page, from the question to what became of it. `children`: what else has to be said of it. */
export function PlanSheet({
  flow,
  label,
  children,
}: {
  readonly flow: PlanFlow;
  readonly label: string;
  readonly children?: ReactNode;
}) {
  const { phase } = flow.state;
  if (phase === "none") return null;
  // What is being written is waited for: its outcome must not go unread.
  const close = () => {
    if (phase !== "applying") flow.discard();
  };
  return (
    <Sheet label={label} onClose={close}>
      <div className="flex max-h-[70vh] flex-col gap-3 overflow-auto p-5 max-sm:p-3">
        <PlanPanel flow={flow} onEdit={flow.discard} back="Close" />
        {children}
        {(phase === "applied" || phase === "planning") && (
          <div>
            <Chip onClick={close}>Close</Chip>
          </div>
        )}
      </div>
    </Sheet>
  );
}
