/** A trace in sums: what services and operations took of it. Pure; O(n log n). */
import type { TracePicture } from "./picture.ts";

export const GROUPINGS = ["operation", "service"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Times in nanoseconds. */
export interface Group {
  readonly service: string;
  /** null: all of the service. */
  readonly operation: string | null;
  readonly spans: number;
  readonly failed: number;
  /** Sum of the spans' lengths: what runs at once counts for each. */
  readonly total: number;
  readonly mean: number;
  readonly least: number;
  readonly most: number;
  /** Sum of what the spans did themselves. */
  readonly self: number;
  /** What of the critical path they spent in themselves; the groups' sum is its length. */
  readonly onPath: number;
}

export const GROUP_SORTS = ["name", "spans", "failed", "total", "mean", "least", "most", "self", "onPath"] as const;
export type GroupSort = (typeof GROUP_SORTS)[number];

type Columns = Pick<
  TracePicture,
  "length" | "service" | "services" | "name" | "names" | "start" | "end" | "self" | "onPath" | "failed"
>;

/** Every group, sorted; equal ones by name, so that the order is the same everywhere. */
export function groupsOf(picture: Columns, by: Grouping, sort: GroupSort, down: boolean): readonly Group[] {
  const known = new Map<string, Sum>();
  for (let row = 0; row < picture.length; row++) {
    const [service, name] = [picture.service[row] ?? 0, picture.name[row] ?? 0];
    const key = by === "service" ? `${service}` : `${service} ${name}`;
    const sum = known.get(key) ?? { service, name, ...NOTHING };
    known.set(key, sum);
    const length = (picture.end[row] ?? 0) - (picture.start[row] ?? 0);
    sum.spans += 1;
    sum.failed += picture.failed[row] ?? 0;
    sum.total += length;
    sum.least = Math.min(sum.least, length);
    sum.most = Math.max(sum.most, length);
    sum.self += picture.self[row] ?? 0;
    sum.onPath += picture.onPath[row] ?? 0;
  }
  const groups = [...known.values()].map(
    ({ service, name, ...sum }): Group => ({
      ...sum,
      service: picture.services[service] ?? "",
      operation: by === "service" ? null : (picture.names[name] ?? ""),
      mean: sum.total / sum.spans,
    }),
  );
  const turn = down ? -1 : 1;
  return groups.sort((a, b) => turn * compare(a, b, sort) || byName(a, b));
}

const NOTHING = { spans: 0, failed: 0, total: 0, least: Number.POSITIVE_INFINITY, most: 0, self: 0, onPath: 0 };

type Sum = { service: number; name: number } & { -readonly [Key in keyof typeof NOTHING]: number };

const compare = (a: Group, b: Group, sort: GroupSort): number => (sort === "name" ? byName(a, b) : a[sort] - b[sort]);

const words = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byName = (a: Group, b: Group): number =>
  words(a.service, b.service) || words(a.operation ?? "", b.operation ?? "");
