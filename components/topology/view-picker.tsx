"use client";

import type { Detail } from "#components/shell/url-state.ts";
import { useUrl } from "#components/shell/use-url.ts";
import { Floating } from "#components/ui/floating.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import type { Lens } from "#lib/graph/model.ts";
import { BOX_KINDS } from "#lib/live/look.ts";
import { Check } from "./check.tsx";
import { LENS_WORDS } from "./names.ts";

const LENS_CHOICES: readonly Lens[] = ["workload", "app", "versionedApp", "service", "namespace"];
const DETAIL_CHOICES: readonly (readonly [Detail, string])[] = [
  ["auto", "Groups above 150 marks"],
  ["groups", "Groups always"],
  ["workloads", "Every mark"],
];

/** Lenses in which a service can stand between a caller and who answers. */
const RUNNING: ReadonlySet<Lens> = new Set(["workload", "app", "versionedApp"]);

/** What is drawn: lens, detail, services between, edges without traffic. */
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
          // Versions of an app are drawn in its box: apart they would be names with numbers.
          onChoose={(lens) =>
            go({ view: { lens }, ...(lens === "versionedApp" ? { look: { boxes: BOX_KINDS } } : {}) })
          }
        />
        <Choices
          legend="Detail"
          name="detail"
          choices={DETAIL_CHOICES}
          chosen={state.detail}
          onChoose={(detail) => go({ detail })}
        />
        <div className="mt-3 border-t border-line pt-2">
          {RUNNING.has(state.view.lens) && (
            <Check
              text="Calls through the services they ask for"
              checked={state.view.services}
              onChange={(services) => go({ view: { services } })}
            />
          )}
          <Check
            text="Edges idle now, with traffic in the last hour"
            checked={state.view.edges === "all"}
            onChange={(on) => go({ view: { edges: on ? "all" : "live" } })}
          />
        </div>
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
