"use client";

import { useLiveStatus } from "#components/shell/live-context.tsx";
import { useUrl } from "#components/shell/use-url.ts";
import { Floating } from "#components/ui/floating.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import { ALL_PROTOCOLS, BOX_KINDS, type BoxKind, boxesOf } from "#lib/live/look.ts";
import { EDGE_LABELS } from "#lib/render/edge-labels.ts";
import { Check, Radios } from "./check.tsx";
import { LABEL_WORDS } from "./label-words.ts";
import { PROTOCOL_WORDS } from "./words.ts";

const BOX_WORDS: Readonly<Record<BoxKind, string>> = { cluster: "Clusters", namespace: "Namespaces", app: "Apps" };
const LINE_CHOICES = [
  ["all", "All"],
  ["unhealthy", "Without the healthy ones"],
  ["none", "None"],
] as const;
const AMBIENT_CHOICES = [
  ["total", "Waypoints and ztunnels"],
  ["waypoint", "Waypoints alone (requests)"],
  ["ztunnel", "Ztunnels alone (connections)"],
  ["none", "None"],
] as const;
const LAYOUTS = [
  ["layered", "Along the calls, with boxes"],
  ["grid", "Grid"],
  ["concentric", "Rings, most connected inside"],
  ["breadthfirst", "Rows from where traffic comes in"],
] as const;
const RANKS = [
  ["off", "No rank"],
  ["in", "Rank by callers"],
  ["out", "Rank by callees"],
] as const;

/** How the map is drawn: boxes, protocols, what edges say, what stands out. Acts at once, without asking the server. */
export function LookPicker({ anchor, onClose }: PopoverBodyProps) {
  const { state, go } = useUrl();
  const { hubs } = useLiveStatus();
  const { look, labels, animate } = state;
  return (
    <Floating anchor={anchor} onClose={onClose} label="How it is drawn">
      <div className="grid w-[min(440px,94vw)] grid-cols-2 gap-x-6 gap-y-3 p-4 max-sm:grid-cols-1">
        <div>
          <Radios
            legend="Layout"
            name="layout"
            choices={LAYOUTS}
            chosen={look.layout}
            onChoose={(layout) => go({ look: { layout } })}
          />
          <Checks
            legend="Boxes around"
            choices={BOX_KINDS.map((kind) => [kind, BOX_WORDS[kind]] as const)}
            chosen={boxesOf(look)}
            onChoose={(boxes) => go({ look: { boxes, layout: "layered" } })}
          />
        </div>
        <div>
          <Checks
            legend="Protocols"
            choices={ALL_PROTOCOLS.map((protocol) => [protocol, PROTOCOL_WORDS[protocol]] as const)}
            chosen={look.protocols}
            onChoose={(protocols) => go({ look: { protocols } })}
          />
          <Radios
            legend="Rank"
            name="rank"
            choices={RANKS}
            chosen={look.rank}
            onChoose={(rank) => go({ look: { rank } })}
          />
        </div>
        <Checks
          legend="Edges say (none: what fits)"
          choices={EDGE_LABELS.map((kind) => [kind, LABEL_WORDS[kind]] as const)}
          chosen={labels}
          onChoose={(chosen) => go({ labels: chosen })}
        />
        <div>
          <fieldset className="mb-3">
            <legend className="eyebrow mb-1">Marks</legend>
            <Check
              text="Only what is unhealthy, and its neighbours"
              checked={look.show === "trouble"}
              onChange={(on) => go({ look: { show: on ? "trouble" : "all" } })}
            />
            <Check
              text="Hubs as badges on their callers"
              checked={look.hubs === "badges"}
              onChange={(on) => go({ look: { hubs: on ? "badges" : "drawn" } })}
            />
            {hubs.length > 0 && <p className="pl-6 text-ink-3">{hubs.join(", ")}</p>}
            <Check text="Moving traffic" checked={animate} onChange={(on) => go({ animate: on })} />
          </fieldset>
          <Radios
            legend="Edges"
            name="lines"
            choices={LINE_CHOICES}
            chosen={look.lines}
            onChoose={(lines) => go({ look: { lines } })}
          />
          <Radios
            legend="Ambient traffic"
            name="ambient"
            choices={AMBIENT_CHOICES}
            chosen={look.ambient}
            onChoose={(ambient) => go({ look: { ambient } })}
          />
        </div>
      </div>
    </Floating>
  );
}

function Checks<Value extends string>({
  legend,
  choices,
  chosen,
  onChoose,
}: {
  readonly legend: string;
  readonly choices: readonly (readonly [Value, string])[];
  readonly chosen: readonly Value[];
  readonly onChoose: (values: readonly Value[]) => void;
}) {
  const toggled = (value: Value, on: boolean) =>
    choices.map(([one]) => one).filter((one) => (one === value ? on : chosen.includes(one)));
  return (
    <fieldset>
      <legend className="eyebrow mb-1">{legend}</legend>
      {choices.map(([value, text]) => (
        <Check
          key={value}
          text={text}
          checked={chosen.includes(value)}
          onChange={(on) => onChoose(toggled(value, on))}
        />
      ))}
    </fieldset>
  );
}
