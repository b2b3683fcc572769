import { Notice } from "#components/policies/notice.tsx";
import { Chip } from "#components/ui/chip.tsx";
import type { TracesAnswer } from "#lib/api/traces.ts";
import { problemOf } from "#lib/errors.ts";
import { formatPlural } from "#lib/format.ts";

/** What of the answer isn't whole, backend by backend. Nothing is said while all is well. */
export function TraceNotices({
  answer,
  error,
  onRetry,
}: {
  readonly answer: TracesAnswer;
  /** Of asking again; the answer is the one before. */
  readonly error: unknown;
  readonly onRetry: () => void;
}) {
  const { problems, partial, warnings, hidden } = answer;
  const nothing = error === null && problems.length + partial.length + warnings.length + hidden === 0;
  if (nothing) return null;
  return (
    <div className="flex flex-col gap-2 border-b border-line p-2" role="status">
      {error !== null && (
        <Notice tone="degraded" title="Not refreshed." action={<Chip onClick={onRetry}>Retry now</Chip>}>
          {problemOf(error).detail} The list is the last one that was read.
        </Notice>
      )}
      {problems.map(({ source, detail }) => (
        <Notice
          key={source}
          tone="degraded"
          title={`Traces of ${source} are missing.`}
          action={<Chip onClick={onRetry}>Retry now</Chip>}
        >
          {detail}
        </Notice>
      ))}
      {partial.map(({ source, detail }) => (
        <Notice key={source} tone="degraded" title={`The answer of ${source} was cut.`}>
          {detail}
        </Notice>
      ))}
      {hidden > 0 && (
        <Notice title={`${formatPlural(hidden, "more trace")} you may see nothing of.`}>
          Every span of theirs is in a namespace that is hidden from you.
        </Notice>
      )}
      {warnings.map((warning) => (
        <Notice key={warning}>{warning}</Notice>
      ))}
    </div>
  );
}
