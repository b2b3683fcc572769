"use client";

import { useCallback, useEffect, useRef } from "react";
import { useThemeChange } from "#components/topology/theme-change.ts";
import type { FullScene } from "#lib/render/hit.ts";
import { readTheme } from "#lib/render/theme.ts";
import { paintWhole, wholeFitOf } from "#lib/render/whole.ts";

/** A small scene, whole and at rest, drawn as the topology draws it; narrower places show it smaller. */
export function MiniCanvas({ scene }: { readonly scene: FullScene }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const paint = useCallback(() => {
    const element = canvas.current;
    const context = element?.getContext("2d", { alpha: false }) ?? null;
    if (element === null || context === null) return;
    const fit = wholeFitOf(scene, 0);
    element.width = Math.floor(fit.size.width * fit.ratio);
    element.height = Math.floor(fit.size.height * fit.ratio);
    element.style.width = `${fit.size.width}px`;
    for (const _ of paintWhole(context, scene, readTheme(element), fit, [])) continue;
  }, [scene]);
  useEffect(paint, [paint]);
  useThemeChange(paint);
  return <canvas ref={canvas} aria-hidden="true" className="h-auto max-w-full rounded-md border border-line" />;
}
