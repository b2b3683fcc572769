/**
 * What the page shows, ahead of the address: a change is shown at once and written soon, and a change of the address by others
 * (Back, a link, the scope's chips) is taken over. Browsers refuse an address that changes with every frame, so held keys and
 * drags are written when they rest.
 */
import { patchTraceView, type TracePatch } from "./view-state.ts";

const REST_MS = 200;

export interface Address {
  /** Parameters as text, as they are shown. */
  readonly get: () => string;
  readonly subscribe: (changed: () => void) => () => void;
  /** `push`: a step that Back undoes; `replace`: one of many small ones. */
  readonly change: (patch: TracePatch, how?: "push" | "replace") => void;
  /** The address is this now, whoever wrote it. */
  readonly heard: (text: string) => void;
  /** Writes nothing more. */
  readonly stop: () => void;
}

export interface AddressDeps {
  readonly write: (text: string, how: "push" | "replace") => void;
  /** Calls back after milliseconds, unless cancelled by what it returns. */
  readonly after: (ms: number, call: () => void) => () => void;
}

export function createAddress(initial: string, { write, after }: AddressDeps): Address {
  let [shown, written] = [initial, initial];
  let cancel: (() => void) | null = null;
  const listeners = new Set<() => void>();
  const show = (text: string) => {
    shown = text;
    for (const listener of listeners) listener();
  };
  const stop = () => {
    cancel?.();
    cancel = null;
  };
  const put = (how: "push" | "replace") => {
    cancel = null;
    written = shown;
    write(shown, how);
  };
  return {
    get: () => shown,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    change(patch, how = "push") {
      const next = patchTraceView(new URLSearchParams(shown), patch).toString();
      if (next === shown) return;
      stop();
      if (how === "replace") {
        show(next);
        cancel = after(REST_MS, () => put("replace"));
        return;
      }
      // What rested a moment is a step of its own: Back leads to where it was, not to before it.
      if (shown !== written) put("replace");
      show(next);
      put("push");
    },
    heard(text) {
      if (text === written) return;
      stop();
      written = text;
      show(text);
    },
    stop,
  };
}
