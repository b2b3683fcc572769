import { Chip } from "#components/ui/chip.tsx";
import { problemOf } from "#lib/errors.ts";
import { Blank, Notice } from "./notice.tsx";

/** What stands in place of a page's answer while there is none, or above one that couldn't be refreshed. */
export function AnswerState({
  has,
  error,
  retry,
  reading,
  absent,
  failed,
}: {
  /** There is an answer. */
  readonly has: boolean;
  readonly error: Error | null;
  readonly retry: () => void;
  readonly reading: string;
  /** The title where there is no such thing, and where it could not be told. */
  readonly absent: string;
  readonly failed: string;
}) {
  if (error === null) return has ? null : <p className="mt-3 text-ink-3">{reading}</p>;
  const { code, detail } = problemOf(error);
  return has ? (
    <Notice tone="degraded" title="Not refreshed." role="status">
      {detail}
    </Notice>
  ) : (
    <Blank
      title={code === "not_found" ? absent : failed}
      tone="failing"
      action={<Chip onClick={retry}>Retry now</Chip>}
    >
      {detail}
    </Blank>
  );
}
