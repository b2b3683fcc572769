/** Seeded choices, so that every pair can be made again. */
import { seededRandom, shuffle } from "#lib/layout/random.ts";

export interface Chance {
  /** True in this share of cases, 0…1. */
  readonly is: (share: number) => boolean;
  readonly of: <T>(items: readonly T[]) => T;
  /** A whole number in [least, most]. */
  readonly number: (least: number, most: number) => number;
  /** So many different ones, in any order. */
  readonly some: <T>(items: readonly T[], least: number, most: number) => readonly T[];
}

export function chance(seed: number): Chance {
  const random = seededRandom(seed);
  const number = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  return {
    is: (share) => random() < share,
    of: (items) => items[number(0, items.length - 1)] as (typeof items)[number],
    number,
    some: (items, least, most) => shuffle([...items], random).slice(0, number(least, most)),
  };
}
