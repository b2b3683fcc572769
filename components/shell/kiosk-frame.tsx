"use client";

import { type ReactNode, Suspense } from "react";
import { Rail } from "./rail.tsx";
import { TopBar } from "./top-bar.tsx";
import { useUrl } from "./use-url.ts";

const GRID =
  "grid h-dvh grid-cols-[56px_minmax(0,1fr)] grid-rows-[minmax(48px,auto)_minmax(0,1fr)] max-sm:grid-cols-[44px_minmax(0,1fr)]";

/** Rail and top bar around a place; in kiosk mode (`kiosk=1`) the place alone. */
export function KioskFrame({ children }: { readonly children: ReactNode }) {
  const { kiosk } = useUrl().state;
  if (kiosk)
    return (
      <div data-kiosk="true" className="grid h-dvh grid-cols-[minmax(0,1fr)] grid-rows-[minmax(0,1fr)]">
        {children}
      </div>
    );
  return (
    <div className={GRID}>
      <Suspense>
        <Rail />
      </Suspense>
      <Suspense>
        <TopBar />
      </Suspense>
      {children}
    </div>
  );
}
