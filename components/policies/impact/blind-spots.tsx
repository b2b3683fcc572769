import Link from "next/link";
import { parseNodeId } from "#lib/graph/id.ts";
import { evidenceHref } from "../links.tsx";

/** What isn't known of calls to `target` (a node's id), and what would tell, with the way to where it is switched on. */
export function BlindSpots({
  blindSpots,
  closeWith,
  target,
}: {
  readonly blindSpots: readonly string[];
  readonly closeWith: readonly string[];
  readonly target: string;
}) {
  if (blindSpots.length === 0) return null;
  const key = parseNodeId(target);
  return (
    <p className="text-[12px] wrap-anywhere">
      <span className="text-ink-3">Not known: </span>
      {blindSpots.join("; ")}.
      {closeWith.length > 0 && (
        <>
          {" "}
          <span className="text-ink-3">What would tell: </span>
          {closeWith.join("; ")}.
          {key?.kind === "workload" && (
            <>
              {" "}
              <Link
                href={evidenceHref(key.cluster, key.namespace, key.name)}
                prefetch={false}
                className="text-accent underline-offset-2 hover:underline"
              >
                How to switch it on
              </Link>
            </>
          )}
        </>
      )}
    </p>
  );
}
