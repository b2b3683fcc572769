"use client";

import { type FormEvent, useId, useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { Sheet } from "#components/ui/sheet.tsx";
import { problemOf } from "#lib/errors.ts";
import { useSession } from "#lib/query/session.tsx";

/** Signing in: over what is there, or as a page of its own where nothing may be shown. */
export function SignIn({
  why,
  page,
  onClose,
}: {
  /** What the server said; empty where the viewer came by themselves. */
  readonly why: string | null;
  readonly page: boolean;
  readonly onClose: () => void;
}) {
  const form = <SignInForm why={why} cancel={page ? null : onClose} />;
  if (page) {
    return <main className="fixed inset-0 z-40 grid place-items-center overflow-auto bg-bg p-6">{form}</main>;
  }
  return (
    <Sheet label="Sign in" onClose={onClose}>
      {form}
    </Sheet>
  );
}

/** The token lives in the field alone: it is sent once, and never kept by the page. */
function SignInForm({ why, cancel }: { readonly why: string | null; readonly cancel: (() => void) | null }) {
  const { session, signIn } = useSession();
  const id = useId();
  const clusters = session.clusters;
  const [token, setToken] = useState("");
  const [cluster, setCluster] = useState<string | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      await signIn(token, clusters.length > 1 ? (cluster ?? clusters[0]) : undefined);
      setToken("");
    } catch (thrown) {
      setFailure(problemOf(thrown).detail);
    }
    setBusy(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)} autoComplete="off" className="w-full max-w-[600px] p-5">
      <h2 className="text-[15px] font-semibold">{session.role === "user" && why ? "Sign in again" : "Sign in"}</h2>
      {why !== null && why !== "" && <p className="mt-2 text-ink-2">{why}</p>}
      {clusters.length > 1 && (
        <label className="mt-4 block">
          <span className="text-ink-2">Cluster</span>
          <select
            className="mt-1 block h-7 rounded-md border border-line bg-bg px-2"
            value={cluster ?? clusters[0]}
            onChange={(event) => setCluster(event.target.value)}
          >
            {clusters.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      )}
      <label htmlFor={id} className="mt-4 block text-ink-2">
        Token
      </label>
      <textarea
        id={id}
        rows={4}
        required
        autoComplete="off"
        autoCorrect="off"
        autoCapitalize="off"
        spellCheck={false}
        aria-invalid={failure !== null}
        aria-describedby={`${id}-help`}
        className="mt-1 block w-full rounded-md border border-line bg-bg p-2 font-mono break-all"
        value={token}
        onChange={(event) => setToken(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          event.currentTarget.form?.requestSubmit();
        }}
      />
      {failure !== null && (
        <p role="alert" className="mt-2 text-failing">
          {failure}
        </p>
      )}
      <p id={`${id}-help`} className="mt-2 text-ink-2">
        A bearer token of the cluster. For a ServiceAccount: <code>kubectl create token NAME -n NAMESPACE</code>. It is
        sent to that cluster only, and you see and change what its rights allow.
      </p>
      <div className="mt-4 flex gap-2">
        <Chip type="submit" tone="on" disabled={busy || token.trim() === ""}>
          {busy ? "Signing in…" : "Sign in"}
        </Chip>
        {cancel !== null && <Chip onClick={cancel}>Cancel</Chip>}
      </div>
    </form>
  );
}
