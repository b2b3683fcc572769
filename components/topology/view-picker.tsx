"use client";

import { useLiveStatus } from "#components/shell/live-context.tsx";
import type { Detail } from "#components/shell/url-state.ts";
import { useUrl } from "#components/shell/use-url.ts";
import { Floating } from "#components/ui/floating.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import { formatPercent } from "#lib/format.ts";
import type { Lens } from "#lib/graph/model.ts";
import { BOX_KINDS } from "#lib/live/look.ts";
import { ratio } from "#lib/units.ts";
import { Check, Radios } from "./check.tsx";
import { LENS_WORDS } from "./names.ts";
import { RUNNING } from "./running.ts";

const LENS_CHOICES: readonly Lens[] = ["workload", "app", "versionedApp", "service", "namespace", "cluster"];
const DETAIL_CHOICES: readonly (readonly [Detail, string])[] = [
  ["auto", "Groups above 150 marks"],
  ["groups", "Groups always"],
  ["workloads", "Every mark"],
];

/** What is drawn: lens, detail, services between, edges without traffic. */
export function ViewPicker({ anchor, onClose }: PopoverBodyProps) {
  const { state, go } = useUrl();
  const { operations: known } = useLiveStatus();
  return (
    <Floating anchor={anchor} onClose={onClose} label="What is drawn">
      <div className="w-64 p-3">
        <Radios
          legend="A mark is"
          name="lens"
          choices={LENS_CHOICES.map((lens) => [lens, LENS_WORDS[lens]] as const)}
          chosen={state.view.lens}
          // Versions of an app are drawn in its box: apart they would be names with numbers.
          onChoose={(lens) =>
            go({ view: { lens }, ...(lens === "versionedApp" ? { look: { boxes: BOX_KINDS } } : {}) })
          }
        />
        <Radios
          legend="Detail"
          name="detail"
          choices={DETAIL_CHOICES}
          chosen={state.detail}
          onChoose={(detail) => go({ detail })}
        />
        <div className="mt-3 border-t border-line pt-2">
          {RUNNING.has(state.view.lens) && (
            <>
              <Check
                text="Calls through the services they ask for"
                checked={state.view.services}
                onChange={(services) => go({ view: { services } })}
              />
              <Check
                text="Calls through the waypoints they pass"
                checked={state.view.waypoints}
                onChange={(waypoints) => go({ view: { waypoints } })}
              />
              <Check
                text="Operations that are asked for"
                checked={state.view.operations}
                onChange={(operations) => go({ view: { operations } })}
              />
              {known !== null && known.known > 0 && (
                <p className="pl-6 text-ink-3">
                  known of {formatPercent(ratio(known.known / known.all))} of the requests
                </p>
              )}
            </>
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
