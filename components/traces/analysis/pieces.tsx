import type { Piece } from "./words.ts";

/** A sentence with names from outside in it, each isolated from the direction of what surrounds it. */
export function Pieces({ of }: { readonly of: readonly Piece[] }) {
  return of.map((piece, at) =>
    // A sentence is written anew as a whole: its parts have no other identity than their place.
    typeof piece === "string" ? piece : <bdi key={`${at} ${piece.name}`}>{piece.name}</bdi>,
  );
}
