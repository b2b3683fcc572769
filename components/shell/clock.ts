/**
 * The page's one clock, by the server's time: a whole second at a time, running only while somebody looks at it. A component that shows an
 * age subscribes to it and is the only thing that renders again.
 */
import { serverNow } from "#lib/query/server-clock.ts";

type Listener = () => void;

let now = 0;
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<Listener>();

function tick(): void {
  now = Math.floor(serverNow() / 1000);
  for (const listener of listeners) listener();
}

/** For useSyncExternalStore. */
export function subscribeSeconds(listener: Listener): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Math.floor(serverNow() / 1000);
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** Unix time in whole seconds; 0 until the first subscription, which is also what the server renders. */
export function currentSecond(): number {
  return now;
}

export const serverSecond = (): number => 0;
