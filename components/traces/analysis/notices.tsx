import { Notice } from "#components/policies/notice.tsx";
import type { AnalysisResult } from "#lib/api/trace-analysis.ts";
import { formatCount } from "#lib/format.ts";
import { MIN_BOUND, MIN_TAIL } from "#lib/tracing/analysis/least.ts";

/** What of an analysis isn't whole, and what would make traces tell more. Nothing is said while all is well. */
export function AnalysisNotices({ result }: { readonly result: AnalysisResult }) {
  const { problems, warnings, advice, changes, sample } = result;
  const few = fewWords(sample);
  if (problems.length + warnings.length + advice.length === 0 && changes.problem === null && few === null) return null;
  return (
    <div className="flex flex-col gap-2" role="status">
      {problems.map(({ window, source, detail }) => (
        <Notice
          key={`${window} ${source}`}
          tone="degraded"
          title={`Traces of ${source} are missing ${window === "now" ? "from the window" : "from what it is compared with"}.`}
        >
          {detail}
        </Notice>
      ))}
      {few !== null && <Notice title="Few traces.">{few}</Notice>}
      {changes.problem !== null && (
        <Notice tone="degraded" title="Changes could not be read.">
          {changes.problem} None is said to coincide, which is not to say that there was none.
        </Notice>
      )}
      {warnings.map((warning) => (
        <Notice key={warning}>{warning}</Notice>
      ))}
      {advice.map((each) => (
        <Notice key={each} title="Advice.">
          {each}
        </Notice>
      ))}
    </div>
  );
}

function fewWords({ traces, effective }: AnalysisResult["sample"]): string | null {
  if (traces === 0) return null;
  if (traces < MIN_TAIL)
    return `${formatCount(traces)} of the ${MIN_TAIL} that it takes to tell a 95th percentile. A longer window, or more traces, would tell it.`;
  if (effective < MIN_BOUND)
    return `They are worth ${formatCount(Math.round(effective))} that count alike; below ${MIN_BOUND} none bounds a 95th percentile from above, so that no rise of it is sure.`;
  return null;
}
