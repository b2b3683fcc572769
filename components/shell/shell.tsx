"use client";

import type { ReactNode } from "react";
import type { SessionAnswer } from "#lib/api/session.ts";
import { SessionProvider } from "#lib/query/session.tsx";
import { Anew } from "./anew.tsx";
import { CommandProvider } from "./commands.tsx";
import { KioskFrame } from "./kiosk-frame.tsx";
import { LiveProvider } from "./live-context.tsx";
import { Overlays } from "./overlays.tsx";
import { SignInGate } from "./sign-in-gate.tsx";

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
            <SignInGate>
              <KioskFrame>
                <Anew>{children}</Anew>
              </KioskFrame>
            </SignInGate>
          </Overlays>
        </LiveProvider>
      </SessionProvider>
    </CommandProvider>
  );
}
