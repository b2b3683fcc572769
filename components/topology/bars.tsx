"use client";

import { memo, Suspense, useEffect } from "react";
import type { Drawing } from "./drawing.ts";
import { FindBar } from "./find/find-bar.tsx";
import { Toolbar } from "./toolbar.tsx";

interface Props {
  readonly drawing: Drawing;
  readonly table: boolean;
  /** Is the time axis shown? */
  readonly axis: boolean;
  readonly onAxis: () => void;
  /** An area to zoom to is to be chosen. */
  readonly onArea: () => void;
  /** They take clicks and keys from now on. */
  readonly onAwake: () => void;
}

/** The bars above the drawing. They wake up after it, each by itself, unless what they are told changes before. */
export const Bars = memo(function Bars({ onAwake, ...props }: Props) {
  return (
    <>
      <Suspense>
        <Toolbar {...props} />
      </Suspense>
      <Suspense>
        <FindBar />
        <Awake tell={onAwake} />
      </Suspense>
    </>
  );
});

function Awake({ tell }: { readonly tell: () => void }) {
  useEffect(tell, [tell]);
  return null;
}
