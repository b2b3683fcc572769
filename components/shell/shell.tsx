"use client";

import { type ReactNode, Suspense } from "react";
import { SessionProvider } from "#lib/query/session.tsx";
import { CommandProvider } from "./commands.tsx";
import { LiveProvider } from "./live-context.tsx";
import { Overlays } from "./overlays.tsx";
import { Rail } from "./rail.tsx";
import { TopBar } from "./top-bar.tsx";

/** Rail, top bar and the place between them. */
export function Shell({ children }: { readonly children: ReactNode }) {
  return (
    <CommandProvider>
      <SessionProvider>
        <LiveProvider>
          <Overlays>
            <div className="grid h-dvh grid-cols-[56px_minmax(0,1fr)] grid-rows-[48px_minmax(0,1fr)] max-sm:grid-cols-[44px_minmax(0,1fr)]">
              <Suspense>
                <Rail />
              </Suspense>
              <Suspense>
                <TopBar />
              </Suspense>
              <Suspense>{children}</Suspense>
            </div>
          </Overlays>
        </LiveProvider>
      </SessionProvider>
    </CommandProvider>
  );
}
