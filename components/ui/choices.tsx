"use client";

import { Checklist, type ChecklistItem } from "./checklist.tsx";
import { Floating } from "./floating.tsx";
import { Name } from "./name.tsx";
import { PopoverButton } from "./popover-button.tsx";

/** A button that says what is chosen of several, and opens the list of them. Nothing chosen is all. */
export function Choices({
  legend,
  items,
  chosen,
  onChange,
}: {
  readonly legend: string;
  readonly items: readonly ChecklistItem[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}) {
  return (
    <PopoverButton
      className="max-w-64"
      body={({ anchor, onClose }) => (
        <Floating anchor={anchor} onClose={onClose} label={legend}>
          <Checklist legend={legend} items={items} chosen={chosen} onChange={onChange} />
        </Floating>
      )}
    >
      <span className="text-ink-3">{legend}</span>
      <Name text={chosen.length === 0 ? "all" : chosen.join(", ")} />
    </PopoverButton>
  );
}
