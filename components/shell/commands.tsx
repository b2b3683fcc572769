"use client";

import { createContext, type ReactNode, use, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { createKeyMatcher } from "./keys.ts";
import { usePreferences } from "./preferences-context.tsx";

/** Something a person can do from anywhere: listed in the palette and in the help, bound to keys. */
export interface Command {
  readonly id: string;
  readonly title: string;
  /** A binding as keys.ts spells it. */
  readonly keys?: string;
  /** Other bindings for the same. */
  readonly also?: readonly string[];
  readonly run: () => void;
}

/** The commands of all that is mounted. A place adds its own while it is there. */
export interface CommandRegistry {
  readonly add: (commands: readonly Command[]) => () => void;
  readonly subscribe: (listener: () => void) => () => void;
  readonly all: () => readonly Command[];
}

/** An empty registry. What was added last is listed first, and wins where keys are the same. */
export function createCommandRegistry(): CommandRegistry {
  let groups: readonly (readonly Command[])[] = [];
  let flat: readonly Command[] = [];
  const listeners = new Set<() => void>();
  const change = (next: readonly (readonly Command[])[]) => {
    groups = next;
    flat = next.flat();
    for (const listener of listeners) listener();
  };
  return {
    add(commands) {
      change([commands, ...groups]);
      return () => change(groups.filter((group) => group !== commands));
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    all: () => flat,
  };
}

const CommandContext = createContext<CommandRegistry | null>(null);

function useRegistry(): CommandRegistry {
  const registry = use(CommandContext);
  if (registry === null) throw new Error("commands outside CommandProvider");
  return registry;
}

export const bindingsOf = ({ keys, also = [] }: Command): readonly string[] =>
  keys === undefined ? also : [keys, ...also];

const EDITABLE = "input, textarea, select, [contenteditable=true], [role=textbox], [role=combobox]";

export function CommandProvider({ children }: { readonly children: ReactNode }) {
  const registry = useState(createCommandRegistry)[0];
  const { letterKeys } = usePreferences().preferences;
  const letters = useRef(letterKeys);
  useEffect(() => {
    letters.current = letterKeys;
  }, [letterKeys]);

  useEffect(() => {
    const match = createKeyMatcher();
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const target = event.target;
      const typing = target instanceof Element && target.closest(EDITABLE) !== null;
      const commands = registry.all();
      const bindings = commands.flatMap(bindingsOf);
      const { key, ctrlKey: ctrl, metaKey: meta, altKey: alt, shiftKey: shift } = event;
      const press = { key, ctrl, meta, alt, shift, typing };
      const keys = match(press, bindings, letters.current, event.timeStamp);
      if (keys === null) return;
      event.preventDefault();
      commands.find((command) => bindingsOf(command).includes(keys))?.run();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [registry]);

  return <CommandContext value={registry}>{children}</CommandContext>;
}

/** Adds commands while the caller is mounted; pass a memoised array. */
export function useCommands(commands: readonly Command[]): void {
  const registry = useRegistry();
  useEffect(() => registry.add(commands), [registry, commands]);
}

const NONE: readonly Command[] = [];

/** All commands there are now; renders again when that changes. */
export function useAllCommands(): readonly Command[] {
  const registry = useRegistry();
  return useSyncExternalStore(registry.subscribe, registry.all, () => NONE);
}
