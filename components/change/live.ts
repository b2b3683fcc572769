"use client";

import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { currentSecond, serverSecond, subscribeSeconds } from "#components/shell/clock.ts";
import { useLiveStatus } from "#components/shell/live-context.tsx";
import { durationSeconds, type Window } from "#lib/api/windows.ts";
import type { Graph } from "#lib/graph/model.ts";
import type { ServiceRef } from "#lib/policy/intent.ts";
import { liveGraphQuery } from "#lib/query/live-graph.ts";
import { windowSince } from "./since.ts";

const USUAL: Window = "5m";
const USUAL_S = 300;

export interface LiveTraffic {
  readonly graph: Graph | null;
  /** Of the answer, which may be longer than was asked. */
  readonly window: string;
  readonly seconds: number;
  readonly error: unknown;
}

/** Traffic around a namespace beside a form: five minutes, or what has passed since an apply. A paused console isn't refreshed. */
export function useLiveTraffic(
  { cluster, namespace }: Pick<ServiceRef, "cluster" | "namespace">,
  appliedAt: string | null,
): LiveTraffic {
  const second = useSyncExternalStore(subscribeSeconds, currentSecond, serverSecond);
  const paused = useLiveStatus().phase === "paused";
  const elapsed = appliedAt === null || second === 0 ? USUAL_S : second - Date.parse(appliedAt) / 1000;
  const window = elapsed >= USUAL_S ? USUAL : windowSince(elapsed);
  const { data, error } = useQuery({
    ...liveGraphQuery({ cluster, namespaces: [namespace], window, at: null }),
    ...(paused ? { refetchInterval: false as const } : {}),
    placeholderData: (old) => old,
  });
  return {
    graph: data ?? null,
    window: data?.window ?? window,
    seconds: data === undefined ? 0 : (durationSeconds(data.window) ?? 0),
    error,
  };
}

/** Why what isn't seen in it says nothing: a source that fails isn't silence. null: all sources answer. */
export function whyUnknown(graph: Pick<Graph, "sources"> | null, cluster: string): string | null {
  if (graph === null) return "The traffic isn’t known.";
  const failed = graph.sources.find(({ clusters, problem }) => problem !== undefined && clusters.includes(cluster));
  return failed?.problem === undefined ? null : `The traffic isn’t known, or is older. ${failed.problem.detail}`;
}
