/** Reads proxies' exposition back, for tests that look at metrics the way a scraper does. */
import type { World } from "./world.ts";

export interface Sample {
  readonly pod: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Every sample of one metric in a world whose labels hold `where`. */
export function samples(world: World, name: string, where: Readonly<Record<string, string>> = {}): readonly Sample[] {
  const out: Sample[] = [];
  for (const [pod, { metrics }] of world.pods)
    for (const line of metrics.render().split("\n")) {
      if (!line.startsWith(`${name}{`)) continue;
      const end = line.lastIndexOf("} ");
      const labels = Object.fromEntries(
        [...line.slice(name.length + 1, end).matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map((m) => [
          m[1] ?? "",
          m[2] ?? "",
        ]),
      );
      if (Object.entries(where).every(([k, v]) => labels[k] === v))
        out.push({ pod, name, labels, value: Number(line.slice(end + 2)) });
    }
  return out;
}

export const total = (world: World, name: string, where: Readonly<Record<string, string>> = {}): number =>
  samples(world, name, where).reduce((sum, s) => sum + s.value, 0);
