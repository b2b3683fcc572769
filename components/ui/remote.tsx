import { problemOf } from "#lib/errors.ts";

/** What stands in place of a small answer that isn't there: being read, or why not and the one thing to do. */
export function Remote({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  if (error === null || error === undefined) return <p className="p-3 text-ink-2">Reading…</p>;
  return (
    <div role="alert" className="w-80 p-3">
      <p className="text-ink-2">{problemOf(error).detail}</p>
      <button type="button" onClick={retry} className="mt-2 text-accent">
        Retry now
      </button>
    </div>
  );
}
