/** What is written under a picture and into a file's name: what was looked at, when, by whom it was counted. Pure. */

import { parseInstant } from "#lib/api/instant.ts";
import type { GraphView } from "#lib/api/view.ts";
import { sayWindow } from "#lib/api/windows.ts";
import { formatPlural, isolated } from "#lib/format.ts";

export interface Shown {
  /** RFC 3339, of the graph on the screen. */
  readonly at: string;
  /** Effective. */
  readonly window: string;
  readonly nodes: number;
  readonly edges: number;
  readonly view: GraphView;
}

const utc = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;

function scope({ clusters, namespaces }: GraphView): string {
  const part = (word: string, names: readonly string[]) =>
    `${word} ${names.length === 0 ? "all" : names.map(isolated).join(", ")}`;
  return `${part("Clusters", clusters)} · ${part("namespaces", namespaces)}`;
}

/** Time, scope and legend, one line each. Times are UTC: a picture travels. */
export function footer({ at, window, nodes, edges, view }: Shown): readonly string[] {
  const compared = view.compareAt === null ? null : parseInstant(view.compareAt);
  const against = compared === null ? "" : ` · compared with ${utc(new Date(compared * 1000).toISOString())}`;
  return [
    `Meshscope · ${utc(at)} · averages over ${sayWindow(window)}${against}`,
    `${scope(view)} · ${formatPlural(nodes, "mark")}, ${formatPlural(edges, "edge")}`,
    "✕ failing · ◣ degraded · short dashes: idle or no data · solid: HTTP · long dashes: gRPC · dashes: TCP · broken ring: a dry run would deny some · wider: more traffic",
  ];
}

/** Letters, digits and dashes of any script; a name from outside can't lead out of a folder or be a hidden file. */
export function safeName(text: string): string {
  const plain = text
    .normalize("NFKC")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return [...plain].slice(0, 60).join("") || "graph";
}

/** `topology-shop-2026-08-20T14-00-00Z.svg` */
export function fileName({ at, view }: Pick<Shown, "at" | "view">, extension: "png" | "svg" | "json"): string {
  const scoped = [...view.clusters, ...view.namespaces];
  const what = scoped.length === 0 ? "all" : safeName(scoped.slice(0, 3).join("-"));
  return `topology-${what}-${at.slice(0, 19).replaceAll(":", "-")}Z.${extension}`;
}
