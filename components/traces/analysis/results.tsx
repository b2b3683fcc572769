import { sayInstant } from "#components/shell/instant.ts";
import type { AnalysisResult } from "#lib/api/trace-analysis.ts";
import { Contributors } from "./contributors.tsx";
import { headlineOf } from "./headline.ts";
import { KnownChanges } from "./known-changes.tsx";
import { AnalysisNotices } from "./notices.tsx";
import { Pieces } from "./pieces.tsx";
import { SliceStrip } from "./slice-strip.tsx";
import type { AnalysisAsked } from "./state.ts";
import { Summary } from "./summary.tsx";
import type { ChangeAnalysis } from "./use-analysis.ts";

/** What came of an analysis: its sentence, its numbers with what they rest on, what is wrong with them, and the contributors. */
export function Results({
  result,
  by,
  onChange,
}: {
  readonly result: AnalysisResult;
  readonly by: AnalysisAsked["by"];
  readonly onChange: ChangeAnalysis;
}) {
  const { sample, baseline } = result;
  const over = (each: AnalysisResult["sample"]) => `${sayInstant(each.start)} – ${sayInstant(each.end)}`;
  return (
    <div className="flex flex-col gap-4 px-4 pt-3 pb-10 max-sm:px-2">
      <h2 className="max-w-4xl text-[17px] leading-snug font-semibold wrap-anywhere" data-testid="headline">
        <Pieces of={headlineOf(result, (instant) => sayInstant(instant))} />
      </h2>
      <AnalysisNotices result={result} />
      <Summary result={result} />
      <div className="grid grid-cols-2 gap-x-6 gap-y-3 max-md:grid-cols-1">
        <SliceStrip sample={sample} title={over(sample)} />
        {baseline !== null && <SliceStrip sample={baseline} title={`Before: ${over(baseline)}`} />}
      </div>
      <Contributors result={result} by={by} onBy={(measure) => onChange({ by: measure })} />
      <KnownChanges changes={result.changes} />
    </div>
  );
}
