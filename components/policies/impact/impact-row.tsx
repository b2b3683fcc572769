import { clsx } from "clsx";
import type { ImpactItem } from "#lib/policy/impact.ts";
import { ObjectLink } from "../links.tsx";
import { BlindSpots } from "./blind-spots.tsx";
import { PairEnds } from "./pair-ends.tsx";
import { CERTAINTY_WORDS, sayAmount, VERDICT_WORDS } from "./words.ts";

const TONES = { failing: "text-failing", degraded: "text-degraded", plain: "text-ink" } as const;

/** One pair: who calls whom, how much of it, how sure that is, what decides, and what isn't known. */
export function ImpactRow({ item, window }: { readonly item: ImpactItem; readonly window: string }) {
  const { verdict, certainty, source, target, protocol, rule, why, blindSpots, closeWith, evidence } = item;
  const { mark, word } = CERTAINTY_WORDS[certainty];
  return (
    <li className="border-t border-line py-2">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="min-w-0 wrap-anywhere">
          <PairEnds source={source} target={target} protocol={protocol} />
        </p>
        <p className="tabular-nums">
          <b className={clsx("font-semibold", TONES[VERDICT_WORDS[verdict].tone])}>{sayAmount(item, window)}</b>{" "}
          <span className={clsx(certainty === "certain" ? "text-ink-2" : "text-degraded")}>
            <span aria-hidden="true">{mark} </span>
            {word}
          </span>
        </p>
      </div>
      <p className="text-ink-2 wrap-anywhere">
        {why}{" "}
        {rule !== null && (
          <>
            <ObjectLink object={rule.object} className="whitespace-normal" />
            {rule.path !== "" && <code className="font-mono text-[11px] text-ink-3"> {rule.path}</code>}
          </>
        )}
      </p>
      {evidence.map(({ text }) => (
        <p key={text} className="text-[12px] wrap-anywhere">
          <span className="text-ink-3">Evidence: </span>
          {text}
        </p>
      ))}
      <BlindSpots {...{ blindSpots, closeWith, target }} />
    </li>
  );
}
