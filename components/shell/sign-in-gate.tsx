"use client";

import { lazy, type ReactNode, Suspense, useEffect } from "react";
import { tellSignIn } from "#lib/query/fetch.ts";
import { useSession } from "#lib/query/session.tsx";
import { useLiveStatus } from "./live-context.tsx";

const SignIn = lazy(async () => ({ default: (await import("./sign-in.tsx")).SignIn }));

const STREAM = "/api/v1/graph/stream";
const REFUSALS: ReadonlySet<string> = new Set(["reauth", "unauthorised"]);

/**
 * The way in: as a page where nobody may look, as a dialog over what is there otherwise. Around everything, bars or none
 * (kiosk). What a page covers stays as it is, forms included, and can't be reached.
 */
export function SignInGate({ children }: { readonly children: ReactNode }) {
  const { session, asked, dismiss } = useSession();
  const { problem } = useLiveStatus();
  const refusal = problem !== null && REFUSALS.has(problem.code) ? problem.detail : null;
  useEffect(() => {
    if (refusal !== null) tellSignIn(STREAM, refusal);
  }, [refusal]);
  // Where nobody signs in, nobody is asked to: what is refused says so itself.
  const possible = session.strategy !== "anonymous";
  const nobody = possible && session.role === null;
  return (
    <>
      <div className="contents" inert={nobody}>
        {children}
      </div>
      <Suspense fallback={null}>
        {(nobody || (possible && asked !== null)) && <SignIn why={asked} page={nobody} onClose={dismiss} />}
      </Suspense>
    </>
  );
}
