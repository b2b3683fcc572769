"use client";

import { type ReactNode, Suspense } from "react";
import type { SessionAnswer } from "#lib/api/session.ts";
import { SessionProvider } from "#lib/query/session.tsx";
import { Anew } from "./anew.tsx";
import { CommandProvider } from "./commands.tsx";
import { LiveProvider } from "./live-context.tsx";
import { Overlays } from "./overlays.tsx";
import { Rail } from "./rail.tsx";
import { TopBar } from "./top-bar.tsx";

/** Rail, top bar and the place between them. */
export function Shell({
  session,
  children,
}: {
  /** Whom the page was rendered for. */
  readonly session: SessionAnswer;
  readonly children: ReactNode;
}) {
  return (
    <CommandProvider>
      <SessionProvider initial={session}>
        <LiveProvider>
          <Overlays>
            <div className="grid h-dvh grid-cols-[56px_minmax(0,1fr)] grid-rows-[48px_minmax(0,1fr)] max-sm:grid-cols-[44px_minmax(0,1fr)]">
              <Suspense>
                <Rail />
              </Suspense>
              <Suspense>
                <TopBar />
              </Suspense>
              <Anew>
                <Suspense>{children}</Suspense>
              </Anew>
            </div>
          </Overlays>
        </LiveProvider>
      </SessionProvider>
    </CommandProvider>
  );
}
