/** How many streams may be open at once, or other work be under way. */
import { MeshscopeError } from "#lib/errors.ts";

/** Closed streams make room within seconds; a browser that waits this long usually finds it. */
const RETRY_AFTER_SECONDS = 5;

/** What is said where none is left. */
interface Words {
  readonly all: (limit: number) => string;
  readonly own: (limit: number) => string;
}

const STREAMS: Words = {
  all: (limit) =>
    `All ${limit} streams of this console are in use. Close a tab, try again in a few seconds, or raise limits.streams.`,
  own: (limit) => `All ${limit} streams of this session are in use. Close a tab, or raise limits.streamsPerSession.`,
};

export class Slots {
  readonly limit: number;
  readonly #perSession: number;
  readonly #words: Words;
  readonly #sessions = new Map<string, number>();
  #used = 0;

  constructor(limit: number, perSession: number, words: Words = STREAMS) {
    this.limit = limit;
    this.#perSession = perSession;
    this.#words = words;
  }

  get used(): number {
    return this.#used;
  }

  /** Takes a slot; the returned function gives it back, once. @throws MeshscopeError `too_many_streams` */
  take(session: string | null): () => void {
    const none = (detail: string) =>
      new MeshscopeError("too_many_streams", detail, { retryAfter: RETRY_AFTER_SECONDS });
    if (this.#used >= this.limit) throw none(this.#words.all(this.limit));
    const own = session === null ? 0 : (this.#sessions.get(session) ?? 0);
    if (own >= this.#perSession) throw none(this.#words.own(this.#perSession));
    this.#used += 1;
    if (session !== null) this.#sessions.set(session, own + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#used -= 1;
      if (session !== null) this.#leave(session);
    };
  }

  #leave(session: string): void {
    const left = (this.#sessions.get(session) ?? 1) - 1;
    if (left === 0) this.#sessions.delete(session);
    else this.#sessions.set(session, left);
  }
}
