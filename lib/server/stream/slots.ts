/** How many streams may be open at once. */
import { MeshscopeError } from "#lib/errors.ts";

/** Closed streams make room within seconds; a browser that waits this long usually finds it. */
const RETRY_AFTER_SECONDS = 5;

export class Slots {
  readonly limit: number;
  #used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** Takes a slot; the returned function gives it back, once. @throws MeshscopeError `too_many_streams` */
  take(): () => void {
    if (this.#used >= this.limit) {
      const detail = `All ${this.limit} streams of this console are in use. Close a tab, try again in a few seconds, or raise limits.streams.`;
      throw new MeshscopeError("too_many_streams", detail, { retryAfter: RETRY_AFTER_SECONDS });
    }
    this.#used += 1;
    let held = true;
    return () => {
      if (held) this.#used -= 1;
      held = false;
    };
  }
}
