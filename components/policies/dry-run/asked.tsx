import { type UseQueryOptions, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { problemOf } from "#lib/errors.ts";

/** Evidence that costs its source something: nothing is read before somebody asks for it. */
export function Asked<Answer>({
  query,
  words,
  children,
}: {
  readonly query: UseQueryOptions<Answer, Error, Answer, string[]>;
  /** On the button, before and after, and while it is read. */
  readonly words: { readonly ask: string; readonly again: string; readonly reading: string };
  readonly children: (answer: Answer) => ReactNode;
}) {
  const [asked, setAsked] = useState(false);
  const { data, error, isFetching, refetch } = useQuery({ ...query, enabled: asked });
  return (
    <div className="border-t border-line py-2">
      <div className="flex flex-wrap items-center gap-2">
        <Chip tone="quiet" disabled={isFetching} onClick={() => (asked ? void refetch() : setAsked(true))}>
          {asked ? words.again : words.ask}
        </Chip>
        {asked && isFetching && (
          <span className="text-ink-3" role="status">
            {words.reading}
          </span>
        )}
      </div>
      {error !== null && <p className="mt-1 text-degraded">◣ {problemOf(error).detail}</p>}
      {data !== undefined && children(data)}
    </div>
  );
}
