"use client";

import { createContext, type ReactNode, use, useCallback, useMemo, useState } from "react";
import { type Preferences, preferencesCookie } from "./preferences.ts";

interface PreferencesControl {
  readonly preferences: Preferences;
  readonly change: (patch: Partial<Preferences>) => void;
}

const PreferencesContext = createContext<PreferencesControl | null>(null);

/** Preferences as the server read them, and the one way to change them: cookie, document and React at once. */
export function PreferencesProvider({
  initial,
  children,
}: {
  readonly initial: Preferences;
  readonly children: ReactNode;
}) {
  const [preferences, set] = useState(initial);
  const change = useCallback((patch: Partial<Preferences>) => {
    set((before) => {
      const after = { ...before, ...patch };
      // The Cookie Store API is asynchronous and absent on plain http.
      document.cookie = preferencesCookie(after, window.location.protocol === "https:");
      document.documentElement.dataset["theme"] = after.theme;
      return after;
    });
  }, []);
  const control = useMemo(() => ({ preferences, change }), [preferences, change]);
  return <PreferencesContext value={control}>{children}</PreferencesContext>;
}

export function usePreferences(): PreferencesControl {
  const control = use(PreferencesContext);
  if (control === null) throw new Error("usePreferences outside PreferencesProvider");
  return control;
}
