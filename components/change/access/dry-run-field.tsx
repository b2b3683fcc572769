"use client";

import { ChoiceField } from "../fields.tsx";
import { type DryRunLife, LIVES, lifeOf } from "./dry-run-life.ts";

/** Until when a policy is tried. */
export function DryRunField({
  life,
  disabled,
  onChange,
}: {
  readonly life: DryRunLife;
  readonly disabled: boolean;
  readonly onChange: (life: DryRunLife) => void;
}) {
  return (
    <ChoiceField
      label="Reminds of the dry run after"
      value={life}
      disabled={disabled}
      options={LIVES}
      hint="Kept with the object. The mesh doesn’t end a dry run by itself: the console reminds of it and offers its removal."
      onChange={(value) => onChange(lifeOf(value))}
    />
  );
}
