/**
 * Ranks along the flow: a node stands right of those that call it. Cycles are opened at the arcs that weigh least
 * (greedy feedback arc set after Eades, Lin and Smyth, Information Processing Letters 47, 1993, with weights).
 */

/** An arc between items of one level; there is at most one per ordered pair and none from an item to itself. */
export interface Arc {
  readonly source: number;
  readonly target: number;
  readonly weight: number;
}

/** An order of all items in which arcs that point backwards weigh little. Ties go to the lower index. O(n² + arcs). */
export function flowOrder(count: number, arcs: readonly Arc[]): number[] {
  const out = new Float64Array(count);
  const into = new Float64Array(count);
  const outCount = new Int32Array(count);
  const inCount = new Int32Array(count);
  const touching: Arc[][] = Array.from({ length: count }, () => []);
  for (const arc of arcs) {
    out[arc.source] = (out[arc.source] as number) + arc.weight;
    into[arc.target] = (into[arc.target] as number) + arc.weight;
    outCount[arc.source] = (outCount[arc.source] as number) + 1;
    inCount[arc.target] = (inCount[arc.target] as number) + 1;
    touching[arc.source]?.push(arc);
    touching[arc.target]?.push(arc);
  }
  const gone = new Uint8Array(count);
  const head: number[] = [];
  const tail: number[] = [];
  // Items that became sources or sinks, lowest index first within each wave.
  let ready: number[] = [];
  const remove = (item: number, list: number[]) => {
    gone[item] = 1;
    list.push(item);
    for (const { source, target, weight } of touching[item] as Arc[]) {
      if (source === item && gone[target] === 0) {
        into[target] = (into[target] as number) - weight;
        inCount[target] = (inCount[target] as number) - 1;
        if (inCount[target] === 0) ready.push(target);
      } else if (target === item && gone[source] === 0) {
        out[source] = (out[source] as number) - weight;
        outCount[source] = (outCount[source] as number) - 1;
        if (outCount[source] === 0) ready.push(source);
      }
    }
  };
  for (let item = 0; item < count; item++) if (inCount[item] === 0 || outCount[item] === 0) ready.push(item);
  let left = count;
  while (left > 0) {
    if (ready.length > 0) {
      const wave = ready.sort((a, b) => a - b);
      ready = [];
      for (const item of wave) {
        if (gone[item] === 1) continue;
        remove(item, inCount[item] === 0 ? head : tail);
        left--;
      }
      continue;
    }
    let best = -1;
    let bestSurplus = Number.NEGATIVE_INFINITY;
    for (let item = 0; item < count; item++) {
      const surplus = (out[item] as number) - (into[item] as number);
      if (gone[item] === 0 && surplus > bestSurplus) {
        best = item;
        bestSurplus = surplus;
      }
    }
    remove(best, head);
    left--;
  }
  return head.concat(tail.reverse());
}

/** The rank of each item, from 0: longest path, then drawn towards the side where more arcs pull, as slack allows. */
export function ranks(count: number, arcs: readonly Arc[]): Int32Array {
  const order = flowOrder(count, arcs);
  const position = new Int32Array(count);
  order.forEach((item, at) => {
    position[item] = at;
  });
  const before: Arc[][] = Array.from({ length: count }, () => []);
  const after: Arc[][] = Array.from({ length: count }, () => []);
  for (const arc of arcs) {
    const forwards = (position[arc.source] as number) < (position[arc.target] as number);
    const from = forwards ? arc.source : arc.target;
    const to = forwards ? arc.target : arc.source;
    const directed = { source: from, target: to, weight: arc.weight };
    after[from]?.push(directed);
    before[to]?.push(directed);
  }
  const rank = new Int32Array(count);
  for (const item of order) {
    for (const arc of before[item] as Arc[]) {
      rank[item] = Math.max(rank[item] as number, (rank[arc.source] as number) + 1);
    }
  }
  const pull = (list: readonly Arc[]) => list.reduce((sum, arc) => sum + arc.weight, 0);
  for (let round = 0; round < 2; round++) {
    for (let at = count - 1; at >= 0; at--) {
      const item = order[at] as number;
      const next = after[item] as Arc[];
      if (next.length === 0 || pull(next) <= pull(before[item] as Arc[])) continue;
      rank[item] = next.reduce((least, arc) => Math.min(least, (rank[arc.target] as number) - 1), count);
    }
  }
  const lowest = rank.reduce((least, value) => Math.min(least, value), count);
  return count === 0 ? rank : rank.map((value) => value - lowest);
}
