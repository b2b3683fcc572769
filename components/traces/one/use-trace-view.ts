"use client";

import { useSearchParams } from "next/navigation";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { search } from "#components/shell/url-state.ts";
import { type Address, createAddress } from "./address.ts";
import { readTraceView, type TraceView } from "./view-state.ts";

export interface ViewControl {
  readonly view: TraceView;
  readonly change: Address["change"];
}

function after(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
}

function write(text: string, how: "push" | "replace"): void {
  const to = `${window.location.pathname}${search(new URLSearchParams(text))}`;
  if (how === "push") window.history.pushState(null, "", to);
  else window.history.replaceState(null, "", to);
}

/** The page's part of the address, and how to change it (address.ts). */
export function useTraceView(): ViewControl {
  const text = useSearchParams().toString();
  const [address] = useState(() => createAddress(text, { after, write }));
  const shown = useSyncExternalStore(address.subscribe, address.get, address.get);
  // Next tells of a change some time after it: by then the address itself may be further on.
  useEffect(() => address.heard(new URLSearchParams(window.location.search).toString()), [address, text]);
  useEffect(() => address.stop, [address]);
  const view = useMemo(() => readTraceView(new URLSearchParams(shown)), [shown]);
  return useMemo(() => ({ view, change: address.change }), [view, address]);
}
