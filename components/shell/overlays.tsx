"use client";

import { usePathname, useRouter } from "next/navigation";
import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  use,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { type Command, useCommands } from "./commands.tsx";
import { useLive } from "./live-context.tsx";
import { THEMES } from "./preferences.ts";
import { usePreferences } from "./preferences-context.tsx";
import { scopeSearch } from "./url-state.ts";

const Palette = lazy(async () => ({ default: (await import("./palette.tsx")).Palette }));
const Help = lazy(async () => ({ default: (await import("./help.tsx")).Help }));

export type Overlay = "palette" | "help";

const OverlayContext = createContext<{ readonly open: (overlay: Overlay) => void } | null>(null);

export function useOverlays(): { readonly open: (overlay: Overlay) => void } {
  const overlays = use(OverlayContext);
  if (overlays === null) throw new Error("useOverlays outside Overlays");
  return overlays;
}

/** Palette and help, loaded when first opened, and the commands that every place has. */
export function Overlays({ children }: { readonly children: ReactNode }) {
  const [shown, setShown] = useState<Overlay | null>(null);
  const [standing, setStanding] = useState(false);
  const close = useCallback(() => {
    setShown(null);
    setStanding(false);
  }, []);
  const typedAhead = useTypeAhead(shown === "palette" && !standing);
  const stand = useCallback(() => setStanding(true), []);
  const control = useMemo(() => ({ open: setShown }), []);
  const live = useLive();
  const router = useRouter();
  const { preferences, change } = usePreferences();
  const onGraph = usePathname().startsWith("/topology");

  const commands = useMemo<readonly Command[]>(() => {
    const go = (place: string) => router.push(`${place}${scopeSearch(new URLSearchParams(window.location.search))}`);
    return [
      { id: "search", title: "Search and commands", keys: "mod+k", run: () => setShown("palette") },
      // Above the graph `/` is the field that finds in it.
      ...(onGraph
        ? []
        : [{ id: "find", title: "Find a workload or service", keys: "/", run: () => setShown("palette") }]),
      { id: "help", title: "Keys", keys: "?", run: () => setShown("help") },
      { id: "topology", title: "Go to the topology", keys: "g t", run: () => go("/topology") },
      { id: "services", title: "Go to the services", keys: "g s", run: () => go("/services") },
      { id: "traces", title: "Go to the traces", keys: "g r", run: () => go("/traces") },
      { id: "policies", title: "Go to the policies", keys: "g p", run: () => go("/policies") },
      { id: "changes", title: "Go to the changes", keys: "g c", run: () => go("/policies/changes") },
      { id: "mtls", title: "Go to mutual TLS", run: () => go("/policies/mtls") },
      { id: "egress", title: "Go to the egress scope", run: () => go("/policies/egress") },
      { id: "authorization", title: "Go to authorization", run: () => go("/policies/authorization") },
      { id: "membership", title: "Go to membership of namespaces", run: () => go("/policies/membership") },
      { id: "simulate", title: "Simulate a request", run: () => go("/policies/simulate") },
      { id: "pause", title: "Pause or go live", keys: ".", run: () => live?.pause(live.status().phase !== "paused") },
      {
        id: "copy",
        title: "Copy a link to this view",
        run: () => void navigator.clipboard.writeText(window.location.href),
      },
      ...THEMES.filter((theme) => theme !== preferences.theme).map((theme) => ({
        id: `theme-${theme}`,
        title: theme === "system" ? "Theme as the system" : `${theme === "dark" ? "Dark" : "Light"} theme`,
        run: () => change({ theme }),
      })),
      {
        id: "letter-keys",
        title: preferences.letterKeys ? "Switch single-letter keys off" : "Switch single-letter keys on",
        run: () => change({ letterKeys: !preferences.letterKeys }),
      },
    ];
  }, [live, router, preferences, change, onGraph]);
  useCommands(commands);

  return (
    <OverlayContext value={control}>
      {children}
      <Suspense fallback={null}>
        {shown === "palette" && <Palette onClose={close} onStanding={stand} typedAhead={typedAhead} />}
        {shown === "help" && <Help onClose={close} />}
      </Suspense>
    </OverlayContext>
  );
}

/** Keeps what is typed while the palette is on its way, so that fast fingers lose no letter and press no other key's command. */
function useTypeAhead(waiting: boolean): () => string {
  const typed = useRef("");
  useEffect(() => {
    if (!waiting) return;
    typed.current = "";
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
      // What reaches the palette is its own already.
      if (event.target instanceof Element && event.target.closest("[role=dialog]") !== null) return;
      event.preventDefault();
      event.stopPropagation();
      typed.current += event.key;
    };
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, [waiting]);
  return useCallback(() => typed.current, []);
}
