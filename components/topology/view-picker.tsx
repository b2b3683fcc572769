"use client";

import type { Detail } from "#components/shell/url-state.ts";
import { useUrl } from "#components/shell/use-url.ts";
import { Floating } from "#components/ui/floating.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import type { Lens } from "#lib/graph/model.ts";
import { LENS_WORDS } from "./names.ts";

const LENS_CHOICES: readonly Lens[] = ["workload", "app", "service", "namespace"];
const DETAIL_CHOICES: readonly (readonly [Detail, string])[] = [
  ["auto", "Groups above 150 marks"],
  ["groups", "Groups always"],
  ["workloads", "Every mark"],
];

/** What is drawn: lens, detail, edges without traffic. */
export function ViewPicker({ anchor, onClose }: PopoverBodyProps) {
  const { state, go } = useUrl();
  return (
    <Floating anchor={anchor} onClose={onClose} label="What is drawn">
      <div className="w-64 p-3">
        <Choices
          legend="A mark is"
          name="lens"
          choices={LENS_CHOICES.map((lens) => [lens, LENS_WORDS[lens]] as const)}
          chosen={state.view.lens}
          onChoose={(lens) => go({ view: { lens } })}
        />
        <Choices
          legend="Detail"
          name="detail"
          choices={DETAIL_CHOICES}
          chosen={state.detail}
          onChoose={(detail) => go({ detail })}
        />
        <label className="mt-3 flex h-8 items-center gap-2 border-t border-line pt-3">
          <input
            type="checkbox"
            className="accent-accent"
            checked={state.view.edges === "all"}
            onChange={(event) => go({ view: { edges: event.target.checked ? "all" : "live" } })}
          />
          Edges idle now, with traffic in the last hour
        </label>
      </div>
    </Floating>
  );
}

function Choices<Value extends string>({
  legend,
  name,
  choices,
  chosen,
  onChoose,
}: {
  readonly legend: string;
  readonly name: string;
  readonly choices: readonly (readonly [Value, string])[];
  readonly chosen: string;
  readonly onChoose: (value: Value) => void;
}) {
  return (
    <fieldset className="mb-3">
      <legend className="eyebrow mb-1">{legend}</legend>
      {choices.map(([value, text]) => (
        <label key={value} className="flex h-7 items-center gap-2">
          <input
            type="radio"
            name={name}
            className="accent-accent"
            checked={chosen === value}
            onChange={() => onChoose(value)}
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
