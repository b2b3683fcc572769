"use client";

import { memo, Suspense } from "react";
import type { Drawing } from "./drawing.ts";
import { FindBar } from "./find/find-bar.tsx";
import { Toolbar } from "./toolbar.tsx";

interface Props {
  readonly drawing: Drawing;
  readonly table: boolean;
  /** Is the time axis shown? */
  readonly axis: boolean;
  readonly onAxis: () => void;
}

/** The bars above the drawing. They wake up after it, each by itself, unless what they are told changes before. */
export const Bars = memo(function Bars(props: Props) {
  return (
    <>
      <Suspense>
        <Toolbar {...props} />
      </Suspense>
      <Suspense>
        <FindBar />
      </Suspense>
    </>
  );
});
