import { startTransition } from "react";

/** What of TanStack's Virtualizer is asked here. */
interface Observed {
  readonly scrollElement: Element | null;
}

/**
 * A virtualizer's `observeElementRect` that waits to be told the room. The library's own asks for it at once, by which the browser
 * lays out the whole page within the task that put it there, and the rows are rendered in that task too: with a timeline's
 * some sixty milliseconds in one piece. Here the page stands first, and its rows are rendered in slices after it.
 */
export function observeRoom(
  { scrollElement }: Observed,
  tell: (room: { readonly width: number; readonly height: number }) => void,
): (() => void) | undefined {
  if (scrollElement === null) return undefined;
  const observer = new ResizeObserver(([entry]) => {
    if (entry === undefined) return;
    const { width, height } = entry.contentRect;
    startTransition(() => tell({ width: Math.round(width), height: Math.round(height) }));
  });
  observer.observe(scrollElement);
  return () => observer.disconnect();
}
