"use client";

import { FullPage } from "#components/shell/full-page.tsx";

/** A defect of ours in rendering. `digest` is what the server's log calls it. */
export default function PageError({
  error,
  reset,
}: {
  readonly error: Error & { digest?: string };
  readonly reset: () => void;
}) {
  return (
    <FullPage
      title="This page could not be drawn"
      text={
        error.digest === undefined
          ? "The browser's console has the cause. Nothing in the mesh was changed."
          : `The console's log has the cause under ${error.digest}. Nothing in the mesh was changed.`
      }
      action={
        <button type="button" onClick={reset}>
          Draw it again
        </button>
      }
    />
  );
}
