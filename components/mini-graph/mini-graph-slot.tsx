"use client";

import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { Section } from "#components/ui/section.tsx";
import type { About } from "./about.ts";

const MiniGraph = lazy(async () => ({ default: (await import("./mini-graph.tsx")).MiniGraph }));

/** The calls of what a page is about. Neither script nor data are loaded before somebody comes near it. */
export function MiniGraphSlot({ about }: { readonly about: About }) {
  const place = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (place.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setNear(true);
      },
      { rootMargin: "200px" },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return (
    <Section title="Calls">
      <div ref={place} className="border-t border-line pt-2">
        {near ? (
          <Suspense fallback={<p className="text-ink-3">Reading its calls…</p>}>
            <MiniGraph about={about} />
          </Suspense>
        ) : (
          <p className="text-ink-3">Reading its calls…</p>
        )}
      </div>
    </Section>
  );
}
