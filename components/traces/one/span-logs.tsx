"use client";

import { useMemo } from "react";
import { LogSection } from "#components/logs/log-view.tsx";
import { momentOf, spanSubject } from "#components/logs/subject.ts";
import type { SpanDetail } from "#lib/tracing/view/detail.ts";

/** What the span's pod wrote around its time; nothing where its tags don't tell the pod. */
export function SpanLogs({ traceId, detail }: { readonly traceId: string; readonly detail: SpanDetail }) {
  const subject = useMemo(() => spanSubject(detail), [detail]);
  const moment = useMemo(() => momentOf(traceId, detail), [traceId, detail]);
  return subject === null ? null : <LogSection subject={subject} moment={moment} />;
}
