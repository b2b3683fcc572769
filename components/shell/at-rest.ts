/** More than is left of a frame that somebody works on, ms. */
const REST_MS = 12;
/** So long without a rest, ms, before it is done all the same. */
const LONGEST_MS = 5_000;

/** The part of the window that is used. */
export interface Rests {
  readonly requestIdleCallback?: (
    call: (left: { readonly didTimeout: boolean; readonly timeRemaining: () => number }) => void,
    options: { readonly timeout: number },
  ) => number;
  readonly cancelIdleCallback: (id: number) => void;
}

/**
 * Calls when the page is at rest: what browsers call idle comes between the frames of somebody who scrolls too, with a few
 * milliseconds left. At once where the browser tells of no rest (Safari). @returns what takes it back
 */
export function atRest(call: () => void, page: Rests = globalThis, now = () => performance.now()): () => void {
  const until = now() + LONGEST_MS;
  let id: number | null = null;
  const wait = () => {
    id =
      page.requestIdleCallback?.(
        (left) => {
          if (left.didTimeout || left.timeRemaining() >= REST_MS) call();
          else wait();
        },
        { timeout: Math.max(1, until - now()) },
      ) ?? null;
    if (id === null) call();
  };
  wait();
  return () => {
    if (id !== null) page.cancelIdleCallback(id);
  };
}
