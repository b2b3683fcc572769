/**
 * One run of a piece of work however many ask for it at once. The work is cancelled when everybody who waits has left:
 * a viewer who closes the tab doesn't take the answer from the others, and the last one stops the upstream's work too.
 */
import { MeshscopeError } from "#lib/errors.ts";

interface Flight<Result> {
  readonly result: Promise<Result>;
  readonly abort: AbortController;
  waiting: number;
}

export class SingleFlight<Result> {
  readonly #flights = new Map<string, Flight<Result>>();

  /** Joins the running work of that key or starts it. Rejects with `cancelled` when this caller's signal aborts. */
  run(key: string, work: (signal: AbortSignal) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (signal?.aborted) return Promise.reject(cancelled());
    const flight = this.#flights.get(key) ?? this.#start(key, work);
    flight.waiting += 1;
    return new Promise<Result>((resolve, reject) => {
      const leave = () => {
        flight.waiting -= 1;
        if (flight.waiting === 0) {
          // A late joiner must start afresh, not wait for work that is being torn down.
          if (this.#flights.get(key) === flight) this.#flights.delete(key);
          flight.abort.abort();
        }
        reject(cancelled());
      };
      signal?.addEventListener("abort", leave, { once: true });
      flight.result.then(resolve, reject).finally(() => signal?.removeEventListener("abort", leave));
    });
  }

  get size(): number {
    return this.#flights.size;
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<Result>): Flight<Result> {
    const abort = new AbortController();
    const flight: Flight<Result> = { abort, waiting: 0, result: work(abort.signal) };
    this.#flights.set(key, flight);
    const done = () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    flight.result.then(done, done);
    return flight;
  }
}

function cancelled(): MeshscopeError {
  return new MeshscopeError("cancelled", "Nobody waits for this answer any more.");
}
