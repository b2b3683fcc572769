"use client";

import { useEffect, useRef } from "react";
import { Banner } from "./notice-view.tsx";
import type { Act, Notice } from "./notices.ts";

/** Above the first banner, and below the last. */
const GAP = 8;

/** What is to be said stands over the map, which is told how much of its top that covers. */
export function Banners({
  notices,
  onAct,
  onCovered,
}: {
  readonly notices: readonly Notice[];
  readonly onAct: (act: Act) => void;
  /** Pixels; 0 where nothing is said. */
  readonly onCovered: (pixels: number) => void;
}) {
  const own = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (own.current === null) return;
    const strip = own.current;
    const observer = new ResizeObserver(() => onCovered(strip.offsetHeight === 0 ? 0 : strip.offsetHeight + 2 * GAP));
    observer.observe(strip);
    return () => observer.disconnect();
  }, [onCovered]);
  return (
    <div ref={own} className="absolute inset-x-4 top-2 z-10 flex flex-col gap-2" role="status" data-testid="banners">
      {notices.map((notice) => (
        <Banner key={notice.id} notice={notice} onAct={onAct} />
      ))}
    </div>
  );
}
