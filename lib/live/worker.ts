/** The topology worker's entry: hands the browser's own things to a session. Loaded by client.ts alone. */
import { rehearse } from "#lib/layout/rehearsal.ts";
import type { ToWorker } from "./messages.ts";
import { createPlaces } from "./places.ts";
import { Session } from "./session.ts";
import type { Channel } from "./share.ts";

const scope = self as unknown as DedicatedWorkerGlobalScope;

/** A turn later: timers of 0 ms are put off by four when they follow each other. */
const turns = new MessageChannel();
const waiting: (() => void)[] = [];
turns.port1.onmessage = () => waiting.shift()?.();

/** More of them weren't felt (docs/adr/0008-layout.md). */
const REHEARSALS = 4;
let rehearsals = 0;

/** The first answer takes the server some time, and this thread has nothing else to do until then; each has a turn of its own. */
function rehearseAgain(): void {
  if (rehearsals === REHEARSALS || session.hasGraph()) return;
  rehearsals += 1;
  rehearse();
  setTimeout(rehearseAgain);
}

const session = new Session({
  fetch: (url, init) => {
    const answer = fetch(url, { ...init, cache: "no-store", credentials: "same-origin" });
    if (rehearsals === 0) setTimeout(rehearseAgain);
    return answer;
  },
  after: (ms, call) => {
    if (ms === 0) {
      let given = false;
      waiting.push(() => given || call());
      turns.port2.postMessage(null);
      return () => {
        given = true;
      };
    }
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
  locks: navigator.locks,
  channel: (name) => new BroadcastChannel(name) as Channel,
  post: (message, transfer) => scope.postMessage(message, transfer ?? []),
  places: createPlaces(scope.indexedDB, Date.now),
  now: () => performance.timeOrigin + performance.now(),
});

// What a worker is told first may be its name (early.ts).
if (scope.name !== "") for (const message of JSON.parse(scope.name) as ToWorker[]) session.receive(message);
scope.onmessage = ({ data }: MessageEvent<ToWorker>) => session.receive(data);
