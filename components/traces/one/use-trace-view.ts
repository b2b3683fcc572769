"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { search } from "#components/shell/url-state.ts";
import { patchTraceView, readTraceView, type TracePatch, type TraceView } from "./view-state.ts";

/** Browsers refuse an address that changes with every frame: held keys and drags are written when they rest. */
const REST_MS = 200;

export interface ViewControl {
  readonly view: TraceView;
  /** `push`: a step that Back undoes; `replace`: one of many small ones. */
  readonly change: (patch: TracePatch, how?: "push" | "replace") => void;
}

/** The page's part of the address. What is shown changes at once, the address soon after. */
export function useTraceView(): ViewControl {
  const text = useSearchParams().toString();
  const path = usePathname();
  /** What isn't in the address yet, and which address that was. */
  const [ahead, setAhead] = useState<{ readonly of: string; readonly text: string } | null>(null);
  const latest = useRef(text);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const shown = ahead !== null && ahead.of === text ? ahead.text : text;
  useEffect(() => {
    latest.current = shown;
  }, [shown]);
  const stop = () => {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = null;
  };
  useEffect(() => stop, []);

  const change = useCallback(
    (patch: TracePatch, how: "push" | "replace" = "push") => {
      const after = patchTraceView(new URLSearchParams(latest.current), patch);
      if (after.toString() === latest.current) return;
      latest.current = after.toString();
      setAhead({ of: new URLSearchParams(window.location.search).toString(), text: latest.current });
      stop();
      const write = () => {
        timer.current = null;
        const address = `${path}${search(new URLSearchParams(latest.current))}`;
        if (how === "push") window.history.pushState(null, "", address);
        else window.history.replaceState(null, "", address);
      };
      if (how === "push") write();
      else timer.current = setTimeout(write, REST_MS);
    },
    [path],
  );
  const view = useMemo(() => readTraceView(new URLSearchParams(shown)), [shown]);
  return useMemo(() => ({ view, change }), [view, change]);
}
