"use client";

import { lazy, Suspense, useEffect, useSyncExternalStore } from "react";
import { SESSION_CHANGED, useSession } from "#lib/query/session.tsx";
import { useLive, useLiveStatus } from "./live-context.tsx";
import { SessionMenu } from "./session-menu.tsx";

const SignIn = lazy(async () => ({ default: (await import("./sign-in.tsx")).SignIn }));

const REFUSALS: ReadonlySet<string> = new Set(["reauth", "unauthorised"]);
const never = () => () => undefined;

/** Who looks, in the top bar; and the way in: as a page where nobody may look, as a dialog over what is there otherwise. */
export function SessionArea() {
  const { session, asked, ask, dismiss } = useSession();
  const live = useLive();
  const { problem } = useLiveStatus();
  const refusal = problem !== null && REFUSALS.has(problem.code) ? problem.detail : null;
  const inBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  useEffect(() => {
    if (refusal !== null) ask(refusal);
  }, [refusal, ask]);
  useEffect(() => {
    const restart = () => live?.restart();
    window.addEventListener(SESSION_CHANGED, restart);
    return () => window.removeEventListener(SESSION_CHANGED, restart);
  }, [live]);
  if (!inBrowser || session === null || session.strategy === "anonymous") return null;
  const nobody = session.role === null && asked === null;
  return (
    <>
      <SessionMenu />
      <Suspense fallback={null}>
        {(nobody || asked !== null) && (
          <SignIn
            why={asked}
            page={session.role === null && refusal === null && live?.status().at === null}
            onClose={dismiss}
          />
        )}
      </Suspense>
    </>
  );
}
