/** Whether a drawing is a wholly new one, which is fitted to the view, or the one that somebody looks at, in which nothing moves. */

/** Of what is drawn, at least this part must have been seen before. */
const KNOWN = 1 / 3;
/** A console stays open for weeks: names that came and went are forgotten when there are so many times more than are drawn. */
const KEPT = 8;

export class Familiar {
  private seen = new Set<string>();

  /** Takes what is drawn now. What was hidden for a while is still known when it comes back. */
  isNew(ids: readonly string[]): boolean {
    const known = ids.filter((id) => this.seen.has(id)).length;
    const fresh = known < ids.length * KNOWN;
    if (fresh || this.seen.size > KEPT * Math.max(ids.length, 100)) this.seen = new Set();
    for (const id of ids) this.seen.add(id);
    return fresh;
  }
}
