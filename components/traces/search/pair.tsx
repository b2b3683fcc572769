"use client";

import Link from "next/link";
import { Chip } from "#components/ui/chip.tsx";
import type { TraceItem } from "#lib/api/traces.ts";
import { compareHref } from "./state.ts";

const BOX = "inline-flex h-7 items-center rounded-md border border-line bg-raised px-2.5 hover:border-line-strong";

/** The traces that were chosen to be compared, two at the most. One can be compared with any other by its id. */
export function Pair({
  pair: [a, b],
  onForget,
}: {
  readonly pair: readonly TraceItem[];
  readonly onForget: () => void;
}) {
  if (a === undefined) return null;
  return (
    <>
      {b === undefined ? (
        <>
          <span role="status" className="text-ink-3">
            One chosen; choose another to compare
          </span>
          <Link href={compareHref(a, null)} prefetch={false} className={BOX}>
            Or by its id
          </Link>
        </>
      ) : (
        <Link href={compareHref(a, b)} prefetch={false} className={BOX}>
          Compare the two
        </Link>
      )}
      <Chip tone="quiet" onClick={onForget}>
        Choose none
      </Chip>
    </>
  );
}
