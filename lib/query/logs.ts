import { queryOptions } from "@tanstack/react-query";
import type { LogsAnswer } from "#lib/api/logs.ts";
import { getJson } from "./fetch.ts";

export interface LogsQuestion {
  readonly cluster: string;
  readonly namespace: string;
  /** A pod, or one of a workload's. */
  readonly of: { readonly pod: string } | { readonly workload: string };
  /** null: the pod's default. */
  readonly container: string | null;
  readonly previous: boolean;
  /** Unix seconds in decimal digits. An end of null is now. */
  readonly start: string;
  readonly end: string | null;
}

/** What a container wrote. Asked once: what is past doesn't change, and what is now is asked for again by who reads. */
export function logsQuery(question: LogsQuestion) {
  return queryOptions({
    queryKey: ["logs", question],
    staleTime: Number.POSITIVE_INFINITY,
    // Up to 4 MiB of text each: gone soon after nobody looks.
    gcTime: 60_000,
    queryFn: ({ signal }) => {
      const { cluster, namespace, of, container, previous, start, end } = question;
      const params = new URLSearchParams({ cluster, namespace, ...of, start });
      if (container !== null) params.set("container", container);
      if (previous) params.set("previous", "on");
      if (end !== null) params.set("end", end);
      return getJson<LogsAnswer>("/api/v1/logs", params, signal);
    },
  });
}
