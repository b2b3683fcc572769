/** What isn't known of something, and what would tell. */
export function BlindSpots({
  blindSpots,
  closeWith,
}: {
  readonly blindSpots: readonly string[];
  readonly closeWith: readonly string[];
}) {
  if (blindSpots.length === 0) return null;
  return (
    <p className="text-[12px] wrap-anywhere">
      <span className="text-ink-3">Not known: </span>
      {blindSpots.join("; ")}.
      {closeWith.length > 0 && (
        <>
          {" "}
          <span className="text-ink-3">What would tell: </span>
          {closeWith.join("; ")}.
        </>
      )}
    </p>
  );
}
