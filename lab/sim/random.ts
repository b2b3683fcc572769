/**
 * Seeded randomness. The generator is Chris Doty-Humphrey's sfc32 (PractRand), 128 bits of state, fast in JavaScript's
 * 32-bit integer arithmetic; a name seeds it, so that every part of a mesh has a stream of its own and adding a
 * workload doesn't change what the others do.
 */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, n). */
  below(n: number): number;
  /** True with probability p. */
  chance(p: number): boolean;
  /** One of a list; undefined for an empty one. */
  pick<T>(list: readonly T[]): T | undefined;
  /** How many events of a Poisson process happen where `mean` are expected. */
  poisson(mean: number): number;
  /** Standard normal. */
  normal(): number;
  /** Exponentially distributed with this mean. */
  exponential(mean: number): number;
}

/** FNV-1a over UTF-16 units, finished with a murmur3 mix so that near names give far seeds. */
export function hash(text: string, salt = 0): number {
  let h = 0x811c9dc5 ^ salt;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A generator for (seed, name): the same pair gives the same stream on every machine. */
export function createRandom(seed: number, name: string): Random {
  let a = hash(name, seed | 0);
  let b = hash(name, Math.imul(seed | 0, 0x9e3779b1) ^ 0x5bd1e995);
  let c = hash(name, ~(seed | 0));
  let counter = 1;
  const next = (): number => {
    const t = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return (t >>> 0) / 0x1_0000_0000;
  };
  for (let i = 0; i < 12; i += 1) next();

  let spare: number | null = null;
  const normal = (): number => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };

  return {
    next,
    below: (n) => Math.floor(next() * n),
    chance: (p) => p > 0 && next() < p,
    pick: (list) => list[Math.floor(next() * list.length)],
    poisson: (mean) => {
      if (!(mean > 0)) return 0;
      // Knuth's product needs mean+1 draws; above 60 the normal approximation is off by less than its own rounding.
      if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
      const limit = Math.exp(-mean);
      let product = next();
      let count = 0;
      while (product > limit) {
        product *= next();
        count += 1;
      }
      return count;
    },
    normal,
    exponential: (mean) => -mean * Math.log(1 - next()),
  };
}
