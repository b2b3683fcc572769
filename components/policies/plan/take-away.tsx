"use client";

import { useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import type { PlanStep } from "#lib/policy/plan.ts";
import { fileName, kubectlText, manifestText, patchText } from "./copies.ts";
import { saveText } from "./save.ts";

/** A change that is better made elsewhere: to copy, or as a file. */
export function TakeAway({ step }: { readonly step: PlanStep }) {
  const patch = patchText(step);
  const manifest = manifestText(step);
  return (
    <div className="mt-2 flex flex-wrap gap-2">
      {patch !== null && <CopyChip text={patch}>Copy as patch</CopyChip>}
      {manifest !== null && <Chip onClick={() => saveText(fileName(step), manifest)}>Download manifest</Chip>}
      <CopyChip text={kubectlText(step)}>Copy kubectl command</CopyChip>
    </div>
  );
}

/** A chip that copies, and says whether it did. */
export function CopyChip({ text, children }: { readonly text: string; readonly children: string }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      setSaid("The browser refused");
    }
    setTimeout(() => setSaid(""), 2000);
  };
  return (
    <Chip onClick={() => void copy()}>
      {children}
      <span role="status" className="text-ink-3 empty:hidden">
        {said}
      </span>
    </Chip>
  );
}
