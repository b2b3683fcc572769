"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { problemOf } from "#lib/errors.ts";
import { policyPorts } from "#lib/mesh/policies.ts";
import { shown } from "#lib/policy/clean.ts";
import type { Intent } from "#lib/policy/intent.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import type { YamlAnswer } from "#lib/policy/yaml.ts";
import { asked, type Difference, moved, readDraft, textOf, withChanges } from "./manifests.ts";

interface Kept {
  /** What was there when the draft began. */
  readonly base: readonly Manifest[];
  readonly text: string;
  /** The objects of the last text that could be read. */
  readonly manifests: readonly Manifest[];
}

export interface ManifestDraft {
  readonly text: string;
  readonly base: readonly Manifest[];
  /** As last read: while the text has a fault, those before it. */
  readonly manifests: readonly Manifest[];
  readonly answer: YamlAnswer;
  /** The text can be read. */
  readonly whole: boolean;
  readonly asked: Difference;
  readonly changed: boolean;
  /** Objects that somebody changed on the cluster since the draft began, of those that the draft changes. */
  readonly overtaken: ReturnType<typeof moved>;
  /** Why the last change of a form could not be made; null: it could. */
  readonly refused: string | null;
  /** What the mesh's adapter said to the last change. */
  readonly notes: readonly string[];
  readonly write: (text: string) => void;
  /** A form's wish, or several at once; `from`: begins with what the cluster has, whatever the draft says. Answers the draft's new objects. */
  readonly change: (intent: Intent | readonly Intent[], from?: "cluster") => Difference | null;
  readonly discard: () => void;
}

/**
 * One draft: objects, changed by forms and as text alike. Kept in this tab's memory, so that it outlives a look at another
 * page and signing in again; never in the browser's storage.
 */
export function useManifestDraft(
  key: string,
  cluster: string,
  now: readonly Manifest[],
  world: (manifests: readonly Manifest[]) => PolicyWorld,
): ManifestDraft {
  const store = useQueryClient();
  const [kept, setKept] = useState<Kept | null>(() => store.getQueryData<Kept>(["draft", key]) ?? null);
  const [said, setSaid] = useState<{ readonly refused: string | null; readonly notes: readonly string[] }>(QUIET);
  const fresh = useMemo<Kept>(() => ({ base: now, text: textOf(now), manifests: now }), [now]);
  const open = kept ?? fresh;
  const read = useMemo(() => readDraft(open.text), [open.text]);
  const difference = useMemo(() => asked(cluster, open.base, open.manifests), [cluster, open]);
  const changed = difference.manifests.length + difference.deletions.length > 0 || read.manifests === null;

  const keep = useCallback(
    (next: Kept | null) => {
      store.setQueryDefaults(["draft", key], { gcTime: Number.POSITIVE_INFINITY });
      if (next === null) store.removeQueries({ queryKey: ["draft", key], exact: true });
      else store.setQueryData(["draft", key], next);
      setKept(next);
    },
    [store, key],
  );
  useEffect(() => {
    if (!changed) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [changed]);

  const write = (text: string) => {
    setSaid(QUIET);
    keep({ base: open.base, text, manifests: readDraft(text).manifests ?? open.manifests });
  };
  const change = (intents: Intent | readonly Intent[], from?: "cluster"): Difference | null => {
    const start = from === "cluster" ? fresh : open;
    try {
      const [port] = policyPorts;
      if (port === undefined) return null;
      let manifests = start.manifests;
      const notes = new Set<string>();
      for (const intent of [intents].flat()) {
        const result = port.changes(intent, world(manifests));
        // What the adapter was told besides (ages) is no part of a draft.
        const plain = { ...result, manifests: result.manifests.map((manifest) => shown(manifest)) };
        manifests = withChanges(cluster, manifests, plain);
        for (const note of result.notes) notes.add(note);
      }
      const next = asked(cluster, start.base, manifests);
      const back = next.manifests.length + next.deletions.length === 0;
      keep(back ? null : { base: start.base, text: textOf(manifests), manifests });
      setSaid({ refused: null, notes: [...notes] });
      return next;
    } catch (thrown) {
      setSaid({ refused: problemOf(thrown).detail, notes: [] });
      return null;
    }
  };
  const touched = new Set([...difference.manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`)]);
  return {
    text: open.text,
    base: open.base,
    manifests: open.manifests,
    answer: read.answer,
    whole: read.manifests !== null,
    asked: difference,
    changed,
    overtaken:
      kept === null ? [] : moved(cluster, kept.base, now).filter(({ kind, name }) => touched.has(`${kind}/${name}`)),
    ...said,
    write,
    change,
    discard: () => {
      setSaid(QUIET);
      keep(null);
    },
  };
}

const QUIET = { refused: null, notes: [] } as const;
