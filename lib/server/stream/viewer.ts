/**
 * One open stream. Bytes wait here until the connection takes them; a viewer that falls too far behind skips what it
 * missed and gets a fresh snapshot once it has caught up, and one that doesn't read at all is let go. A slow connection reads: what waits for
 * it becomes less from time to time, though it may never be nothing.
 */
import { type Milliseconds, milliseconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";

/** Bytes that may wait for one viewer. */
export const BUFFER = 1024 * 1024;
/** It has caught up where no more waits: the whole state comes on top of it, and must not be too much again. */
const CAUGHT_UP = BUFFER / 8;
/** A viewer that reads nothing for this long while more waits than the buffer holds is gone. */
export const PATIENCE: Milliseconds = milliseconds(25_000);

/** Nor does anybody read a stream in which something has been waiting for this long, however little it is, and none of it was taken. */
export const UNREAD: Milliseconds = milliseconds(60_000);

/** Bytes that are taken at a time: a long event that was taken as one would leave nothing to see its reading by. */
const PIECE = 32 * 1024;

export interface ViewerEvents {
  /** It has caught up with what waited: send it the whole state, for it has missed some. */
  readonly drained: () => void;
  /** It left, however it did: called once. `unread`: it was let go, because it doesn't read. */
  readonly gone: (unread: boolean) => void;
  /** From here on it skips what comes, until it has read. */
  readonly behind?: () => void;
}

export class Viewer {
  readonly body: ReadableStream<Uint8Array>;
  readonly #events: ViewerEvents;
  readonly #timers: Timers;
  readonly #over = new AbortController();
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #behind = false;
  /** Bytes that waited after the last send. */
  #left = 0;
  /** When a send last found that less was waiting, or nothing. */
  #readAt: Milliseconds;
  /** How often it has fallen behind. */
  #falls = 0;

  constructor(timers: Timers, events: ViewerEvents) {
    this.#events = events;
    this.#timers = timers;
    this.#readAt = timers.monotonic();
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          if (!this.#behind || this.waiting > CAUGHT_UP) return;
          this.#behind = false;
          this.#readAt = this.#timers.monotonic();
          this.#events.drained();
        },
        cancel: () => this.#leave(false),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: BUFFER }),
    );
  }

  /** Is what it holds complete up to the last `send`? */
  get inStep(): boolean {
    return !this.#behind && this.#controller !== null;
  }

  /** Bytes that wait for it here. */
  get waiting(): number {
    return this.#controller === null ? 0 : BUFFER - (this.#controller.desiredSize ?? BUFFER);
  }

  /** Sends, or notes that it has fallen behind: then nothing more is sent until it has read. */
  send(bytes: Uint8Array): void {
    if (this.#controller === null || this.#behind) return;
    const room = this.#controller.desiredSize ?? 0;
    const now = this.#timers.monotonic();
    if (room === BUFFER || BUFFER - room < this.#left) this.#readAt = now;
    if (now - this.#readAt > UNREAD) return this.#letGo(this.#controller);
    if (room <= 0) {
      this.#behind = true;
      this.#events.behind?.();
      void this.#giveUp();
      return;
    }
    for (let at = 0; at < bytes.length; at += PIECE) this.#controller.enqueue(bytes.subarray(at, at + PIECE));
    this.#left = this.waiting;
  }

  /** Ends the stream after what waits has been read. */
  close(last?: Uint8Array): void {
    const controller = this.#controller;
    if (controller === null) return;
    // A last word is small; one more chunk in a full buffer does no harm.
    if (last) controller.enqueue(last);
    controller.close();
    this.#leave(false);
  }

  /** Looks from time to time whether it reads while nothing is sent; ends when it has caught up. */
  async #giveUp(): Promise<void> {
    this.#falls += 1;
    const fall = this.#falls;
    for (;;) {
      const before = this.waiting;
      await this.#timers.sleep(PATIENCE, this.#over.signal);
      // Behind anew is another's to watch.
      if (!this.#behind || this.#falls !== fall || this.#controller === null) return;
      if (this.waiting >= before) return this.#letGo(this.#controller);
    }
  }

  #letGo(controller: ReadableStreamDefaultController<Uint8Array>): void {
    controller.error(new Error("the viewer doesn't read"));
    this.#leave(true);
  }

  #leave(unread: boolean): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#controller = null;
    this.#events.gone(unread);
  }
}
