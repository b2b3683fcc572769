/** Series as Prometheus would have scraped them, written by hand for tests: values by instant. Of any mesh. */
import type { Labels } from "#lib/promql/result.ts";

export interface Written {
  readonly name: string;
  readonly labels: Labels;
  readonly points: readonly (readonly [at: number, value: number])[];
}

/** Where the series was scraped. */
export function target(pod: string, job = "istio", instance = pod): Labels {
  const [namespace = "", name = ""] = pod.split("/");
  return { job, instance: `${instance}:15020`, pod: name, namespace };
}

const escape = (value: string) => value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

/** OpenMetrics text; labels that are empty are left out, as Prometheus would. */
export function exposition(series: readonly Written[]): string {
  const families = new Map<string, Written[]>();
  for (const each of series) families.set(each.name, [...(families.get(each.name) ?? []), each]);
  const lines: string[] = [];
  for (const [name, members] of families) {
    lines.push(`# TYPE ${name} unknown`);
    for (const { labels, points } of members) {
      const set = Object.entries(labels)
        .filter(([, value]) => value !== "")
        .map(([label, value]) => `${label}="${escape(value)}"`);
      for (const [at, value] of points) lines.push(`${name}{${set.join(",")}} ${value} ${at}`);
    }
  }
  return `${lines.join("\n")}\n# EOF\n`;
}

/** Samples every `step` seconds in [from, to]; `value` by seconds since `from`. */
export function every(step: number, from: number, to: number, value: (age: number) => number): [number, number][] {
  const points: [number, number][] = [];
  for (let at = from; at <= to; at += step) points.push([at, value(at - from)]);
  return points;
}
