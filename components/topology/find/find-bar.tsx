"use client";

import { lazy, Suspense, useCallback, useMemo, useRef } from "react";
import { type Command, useCommands } from "#components/shell/commands.tsx";
import { useUrl } from "#components/shell/use-url.ts";
import { PopoverButton } from "#components/ui/popover-button.tsx";
import { FindField } from "./find-field.tsx";
import { FindSummary } from "./find-summary.tsx";

const Presets = lazy(async () => ({ default: (await import("./presets.tsx")).Presets }));
const FindAids = lazy(async () => ({ default: (await import("./find-aids.tsx")).FindAids }));
const FindHelp = lazy(async () => ({ default: (await import("./find-help.tsx")).FindHelp }));

/** Find and hide above the graph: two expressions, what they do, ready-made ones, and the language explained. */
export function FindBar() {
  const { state, go } = useUrl();
  const find = useRef<HTMLInputElement>(null);
  const hide = useRef<HTMLInputElement>(null);
  const commands = useMemo<readonly Command[]>(() => {
    const enter = (input: HTMLInputElement | null) => {
      input?.focus();
      input?.select();
    };
    return [
      { id: "find-in-graph", title: "Find in the graph by an expression", keys: "/", run: () => enter(find.current) },
      { id: "hide-in-graph", title: "Hide in the graph by an expression", run: () => enter(hide.current) },
    ];
  }, []);
  useCommands(commands);
  const onFind = useCallback((text: string, how: "push" | "replace") => go({ find: text }, how), [go]);
  const onHide = useCallback((text: string, how: "push" | "replace") => go({ hide: text }, how), [go]);
  return (
    <div role="search" aria-label="Graph" className="z-20 flex flex-wrap items-center gap-2 px-4 pb-1.5">
      <FindField name="Find" value={state.find} onChange={onFind} input={find} />
      <FindField name="Hide" value={state.hide} onChange={onHide} input={hide} />
      <PopoverButton tone="quiet" body={(props) => <Presets {...props} />}>
        Presets
      </PopoverButton>
      <PopoverButton
        tone="quiet"
        className="w-7 justify-center px-0!"
        label="The language of find and hide"
        body={(props) => <FindHelp {...props} />}
      >
        ?
      </PopoverButton>
      <FindSummary />
      {state.find !== "" && (
        <Suspense fallback={null}>
          <FindAids />
        </Suspense>
      )}
    </div>
  );
}
