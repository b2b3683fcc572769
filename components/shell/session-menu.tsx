"use client";

import { lazy } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { Name } from "#components/ui/name.tsx";
import { PopoverButton } from "#components/ui/popover-button.tsx";
import { useSession } from "#lib/query/session.tsx";
import { sayInstant } from "./instant.ts";

const SessionDetails = lazy(async () => ({ default: (await import("./session-details.tsx")).SessionDetails }));

/** The viewer's name, or the way to have one; nothing where nobody signs in. */
export function SessionMenu() {
  const { session, soon, ask } = useSession();
  if (session.strategy === "anonymous") return null;
  if (session.role !== "user") {
    return (
      <Chip onClick={() => ask("")} title="You look as a guest: sign in to change anything">
        Sign in
      </Chip>
    );
  }
  return (
    <>
      {soon && session.expiresAt !== null && (
        <Chip onClick={() => ask("The session is about to end. Sign in again to go on without a break.")}>
          Session ends {sayInstant(session.expiresAt)}
        </Chip>
      )}
      <PopoverButton
        label={`Signed in as ${session.user ?? ""}`}
        className="max-w-44"
        body={(props) => <SessionDetails {...props} />}
      >
        <Name text={session.user ?? ""} />
      </PopoverButton>
    </>
  );
}
