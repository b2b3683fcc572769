import { Blank } from "#components/policies/notice.tsx";
import { Chip } from "#components/ui/chip.tsx";
import type { AnalysisResult } from "#lib/api/trace-analysis.ts";
import { formatCount } from "#lib/format.ts";
import { LOOKBACKS, type Lookback } from "../search/state.ts";
import { LOOKBACK_WORDS } from "../search/time-words.ts";
import { AnalysisNotices } from "./notices.tsx";
import { samplingWords } from "./sampling-words.ts";
import type { AnalysisAsked } from "./state.ts";
import type { ChangeAnalysis } from "./use-analysis.ts";

/** No trace was found: how many requests there were all the same, and which of the conditions could be let go. */
export function Nothing({
  result,
  asked,
  onChange,
}: {
  readonly result: AnalysisResult;
  readonly asked: AnalysisAsked;
  readonly onChange: ChangeAnalysis;
}) {
  const { sample, service } = result;
  const lengths = Object.keys(LOOKBACKS) as Lookback[];
  const longer = asked.start === null ? lengths[lengths.indexOf(asked.lookback) + 1] : undefined;
  const narrow = asked.operation !== "" || asked.target !== "";
  return (
    <>
      <div className="px-4 pt-3 max-sm:px-2">
        <AnalysisNotices result={result} />
      </div>
      <Blank
        title="No trace to analyse"
        action={
          <>
            {narrow && <Chip onClick={() => onChange({ operation: "", target: "" })}>The service as a whole</Chip>}
            {longer !== undefined && (
              <Chip onClick={() => onChange({ lookback: longer })}>{LOOKBACK_WORDS[longer]} instead</Chip>
            )}
          </>
        }
      >
        <p>
          {sample.kept === 0
            ? "No backend that answered has a trace of "
            : `${formatCount(sample.kept)} traces were found, and in none of them is the span that was asked for, of `}
          <bdi className="text-ink">{service}</bdi>. That is not to say that no such call happened: only sampled calls
          leave traces, and backends keep them for some time alone.
        </p>
        {sample.requests !== null && (
          <p className="mt-2">
            In this time Prometheus counted about {formatCount(Math.round(sample.requests))} requests;{" "}
            {samplingWords(sample)}.
          </p>
        )}
      </Blank>
    </>
  );
}
