/** What came of a comparison, and how pairs are worked through. */

export interface Outcome {
  /** Pairs that were compared, by our answer. */
  readonly decided: Readonly<Record<string, number>>;
  /** Pairs that the console can't decide, by what it lacks. They aren't compared. */
  readonly open: Readonly<Record<string, number>>;
  /** Each in full, ready to be printed. */
  readonly differences: readonly string[];
}

export interface Tally extends Outcome {
  readonly decide: (answer: string) => void;
  readonly leaveOpen: (lacks: readonly string[]) => void;
  readonly differ: (lines: readonly string[]) => void;
}

export function tally(): Tally {
  const decided: Record<string, number> = {};
  const open: Record<string, number> = {};
  const differences: string[] = [];
  const count = (where: Record<string, number>, what: string): void => {
    where[what] = (where[what] ?? 0) + 1;
  };
  return {
    ...{ decided, open, differences },
    decide: (answer) => count(decided, answer),
    leaveOpen: (lacks) => count(open, lacks.join(", ")),
    differ: (lines) => differences.push(lines.join("\n  ")),
  };
}

export const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, each) => sum + each, 0);

/** Objects that are written, proxies that are asked for, and requests that are sent at a time. */
const AT_ONCE = 4;

/** In any order, answers in the order of the items. */
export async function parallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  const queue = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) answers[index] = await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return answers;
}
