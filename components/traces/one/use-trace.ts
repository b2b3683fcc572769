"use client";

import { startTransition, useCallback, useEffect, useMemo, useState } from "react";
import { useHandle } from "#components/shell/use-handle.ts";
import { createTrace, READING, type TraceHandle } from "#lib/live/trace/client.ts";
import type { QuestionKind, Questions, TraceState } from "#lib/live/trace/messages.ts";
import { tellSignIn } from "#lib/query/fetch.ts";
import type { SessionChange } from "#lib/query/keeper.ts";
import { SESSION_CHANGED } from "#lib/query/session.tsx";
import type { TracePicture } from "#lib/tracing/view/picture.ts";

export interface TraceSource {
  /** null until the page's script runs. */
  readonly handle: TraceHandle | null;
  readonly state: TraceState;
  readonly again: () => void;
}

/** One trace, read by a worker; again whenever the viewer's rights are others. */
export function useTrace(id: string, backends: readonly string[], skew: boolean): TraceSource {
  const handle = useHandle(() => createTrace());
  const [state, setState] = useState(READING);
  // A trace is a whole page of rows: rendered in slices, not as one long task.
  useEffect(() => handle?.subscribe(() => startTransition(() => setState(handle.state()))), [handle]);
  const from = backends.join(",");
  const again = useCallback(
    () => handle?.open({ id, backends: from === "" ? [] : from.split(","), skew }),
    [handle, id, from, skew],
  );
  useEffect(again, [again]);
  useEffect(() => {
    const changed = (event: Event) => {
      const { turn } = (event as CustomEvent<SessionChange>).detail;
      // After all others the whole page begins anew (components/shell/anew.tsx).
      if (turn === "again" || turn === "rights") again();
    };
    window.addEventListener(SESSION_CHANGED, changed);
    return () => window.removeEventListener(SESSION_CHANGED, changed);
  }, [again]);
  useEffect(() => {
    if (state.phase !== "failed") return;
    const { code, detail } = state.problem;
    if (code === "unauthorised" || code === "reauth" || code === "view_only")
      tellSignIn(`/api/v1/traces/${id}`, detail);
  }, [state, id]);
  return useMemo(() => ({ handle, state, again }), [handle, state, again]);
}

/** What the worker answers to a question; the last answer until the next one has come, null before the first. */
export function useAnswer<Kind extends QuestionKind>(
  handle: TraceHandle | null,
  picture: TracePicture | null,
  kind: Kind,
  /** Memoised; null: nothing is asked. */
  ask: Questions[Kind]["ask"] | null,
): { readonly answer: Questions[Kind]["answer"]; readonly of: Questions[Kind]["ask"] } | null {
  const [heard, setHeard] = useState<{
    readonly picture: TracePicture;
    readonly of: Questions[Kind]["ask"];
    readonly answer: Questions[Kind]["answer"];
  } | null>(null);
  useEffect(() => {
    if (handle === null || picture === null || ask === null) return;
    let wanted = true;
    void handle.ask(kind, ask).then((answer) => {
      if (wanted && answer !== null) setHeard({ picture, of: ask, answer });
    });
    return () => {
      wanted = false;
    };
  }, [handle, picture, kind, ask]);
  return heard !== null && heard.picture === picture && ask !== null ? heard : null;
}
