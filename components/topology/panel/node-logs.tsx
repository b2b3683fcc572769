"use client";

import { lazy, Suspense, useMemo } from "react";
import { nodeSubject } from "#components/logs/subject.ts";
import { useUrl } from "#components/shell/use-url.ts";

const LogSection = lazy(async () => ({ default: (await import("#components/logs/log-view.tsx")).LogSection }));

/** What one of a workload's pods wrote lately, for whoever opens it; on a kiosk nobody does. */
export function NodeLogs({ node }: { readonly node: string }) {
  const { kiosk, view } = useUrl().state;
  const subject = useMemo(() => nodeSubject(node), [node]);
  // What was at another instant is on a span's page: a workload's pods of then may be gone.
  if (kiosk || subject === null || view.at !== null) return null;
  return (
    <Suspense fallback={null}>
      <LogSection subject={subject} moment={null} />
    </Suspense>
  );
}
