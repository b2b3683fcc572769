/** Spans as a table lists them. Pure; O(n log n). */
import { KINDS } from "../model.ts";
import type { TracePicture } from "./picture.ts";

export const SPAN_SORTS = ["start", "service", "operation", "kind", "duration", "self", "onPath", "failed"] as const;
export type SpanSort = (typeof SPAN_SORTS)[number];

/** Rows in the order that is asked for, those that are equal as the timeline has them. `only`: these rows alone. */
export function sortedRows(
  picture: TracePicture,
  sort: SpanSort,
  down: boolean,
  only: Uint32Array | null,
): Uint32Array {
  const value = valuesOf(picture, sort);
  const turn = down ? -1 : 1;
  const place = new Uint32Array(picture.length);
  picture.order.forEach((row, at) => {
    place[row] = at;
  });
  return (only ?? picture.order)
    .slice()
    .sort((a, b) => turn * ((value[a] ?? 0) - (value[b] ?? 0)) || (place[a] ?? 0) - (place[b] ?? 0));
}

/** A number a row; of texts their rank. */
function valuesOf(picture: TracePicture, sort: SpanSort): ArrayLike<number> {
  switch (sort) {
    case "start":
    case "self":
    case "onPath":
    case "failed":
      return picture[sort];
    case "duration":
      return picture.end.map((to, row) => to - (picture.start[row] ?? 0));
    case "service":
      return ranked(picture.services, picture.service);
    case "operation":
      return ranked(picture.names, picture.name);
    case "kind":
      return ranked(KINDS, picture.kind);
  }
}

function ranked(texts: readonly string[], column: ArrayLike<number>): Uint32Array {
  const rank = new Uint32Array(texts.length);
  [...texts.keys()]
    .sort((a, b) => ((texts[a] ?? "") < (texts[b] ?? "") ? -1 : (texts[a] ?? "") > (texts[b] ?? "") ? 1 : 0))
    .forEach((index, at) => {
      rank[index] = at;
    });
  return Uint32Array.from({ length: column.length }, (_, row) => rank[column[row] ?? 0] ?? 0);
}
