import { clsx } from "clsx";
import type { AnalysisResult } from "#lib/api/trace-analysis.ts";
import { turnOf } from "./headline.ts";
import { restsOn, samplingWords } from "./sampling-words.ts";
import { type Estimate, msText, rangeText, signedMs } from "./words.ts";

const FEW = "too few traces";

/** p95 and mean now and before, with how far the samples allow to trust them, and what they rest on. */
export function Summary({ result: { sample, baseline, change } }: { readonly result: AnalysisResult }) {
  return (
    <div className="grid grid-cols-[auto_1fr] gap-x-8 gap-y-3 max-md:grid-cols-1">
      <table className="border-collapse tabular-nums" aria-label="Duration of the whole">
        <thead>
          <tr className="text-[11px] text-ink-3">
            <th scope="col">
              <span className="sr-only">Measure</span>
            </th>
            <th scope="col" className="pl-6 text-right font-normal">
              Now
            </th>
            {baseline !== null && (
              <>
                <th scope="col" className="pl-6 text-right font-normal">
                  Before
                </th>
                <th scope="col" className="pl-6 text-right font-normal">
                  Change
                </th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {(["p95", "mean"] as const).map((measure) => (
            <tr key={measure}>
              <th scope="row" className="border-t border-line py-1 text-left font-normal text-ink-2">
                {measure}
              </th>
              <Value estimate={sample[measure]} />
              {baseline !== null && (
                <>
                  <Value estimate={baseline[measure]} />
                  <Value
                    estimate={change?.[measure] ?? null}
                    write={signedMs}
                    strong={turnOf(change?.[measure]) !== null}
                  />
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      <dl className="min-w-0 text-ink-2">
        <Rests title="Rests on">{restsOn(sample)}</Rests>
        {baseline !== null && <Rests title="Before">{restsOn(baseline)}</Rests>}
        <Rests title="Sampling">
          {samplingWords(sample)}
          {sample.sampling.why !== undefined && <span className="text-ink-3">. {sample.sampling.why}</span>}
        </Rests>
        {sample.unweighted !== undefined && <Rests title="Unweighted">{sample.unweighted}</Rests>}
      </dl>
    </div>
  );
}

function Value({
  estimate,
  write = msText,
  strong = false,
}: {
  readonly estimate: Estimate | null;
  readonly write?: (ms: number) => string;
  readonly strong?: boolean;
}) {
  const range = estimate === null ? null : rangeText(estimate, write);
  return (
    <td className="border-t border-line py-1 pl-6 text-right whitespace-nowrap">
      {estimate === null ? (
        <span className="text-ink-3">{FEW}</span>
      ) : (
        <>
          <span className={clsx(strong && "font-semibold")}>{write(estimate.value)}</span>
          {range !== null && <span className="block text-[11px] leading-tight text-ink-3">{range}</span>}
        </>
      )}
    </td>
  );
}

function Rests({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <div className="flex gap-3 border-t border-line py-1 max-sm:flex-col max-sm:gap-0">
      <dt className="w-20 shrink-0 text-ink-3">{title}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </div>
  );
}
