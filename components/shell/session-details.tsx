"use client";

import { useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { Floating } from "#components/ui/floating.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import { problemOf } from "#lib/errors.ts";
import { useSession } from "#lib/query/session.tsx";

/** Who the viewer is to each cluster, until when, and the way out. */
export function SessionDetails({ anchor, onClose }: PopoverBodyProps) {
  const { session, ask, signOut } = useSession();
  const [failure, setFailure] = useState<string | null>(null);
  const missing = session.clusters.some((cluster) => !session.identities.some((each) => each.cluster === cluster));
  const leave = () =>
    signOut().then(onClose, (thrown: unknown) => setFailure(`You are still signed in. ${problemOf(thrown).detail}`));
  return (
    <Floating anchor={anchor} onClose={onClose} label="Session" align="end">
      <div className="w-80 p-4">
        <dl>
          {session.identities.map(({ cluster, user }) => (
            <div key={cluster} className="flex justify-between gap-4 py-1">
              <dt className="text-ink-3">{cluster}</dt>
              <dd className="min-w-0 break-all text-right">{user}</dd>
            </div>
          ))}
        </dl>
        {session.expiresAt !== null && (
          <p className="mt-2 text-ink-2">
            Ends <time dateTime={session.expiresAt}>{new Date(session.expiresAt).toLocaleString()}</time>.
          </p>
        )}
        {failure !== null && (
          <p role="alert" className="mt-2 text-failing">
            {failure}
          </p>
        )}
        <div className="mt-4 flex gap-2">
          <Chip onClick={() => void leave()}>Sign out</Chip>
          {missing && (
            <Chip
              onClick={() => {
                onClose();
                ask("");
              }}
            >
              Sign in to another cluster
            </Chip>
          )}
        </div>
      </div>
    </Floating>
  );
}
