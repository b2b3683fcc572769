import { clsx } from "clsx";
import { Section } from "#components/ui/section.tsx";
import type { Simulation, SimulationVerdict } from "#lib/policy/simulation.ts";
import { SourceText } from "../parts.tsx";

const HEADLINES: Readonly<Record<SimulationVerdict, string>> = {
  yes: "✓ Yes, it would pass",
  no: "✕ No, it would not pass",
  unknown: "? It can’t be decided",
};
const MARKS: Readonly<Record<SimulationVerdict, string>> = { yes: "✓", no: "✕", unknown: "?" };
const WORDS: Readonly<Record<SimulationVerdict, string>> = { yes: "passes", no: "doesn’t pass", unknown: "unknown" };
const TONES: Readonly<Record<SimulationVerdict, string>> = {
  yes: "text-ink",
  no: "text-failing",
  unknown: "text-degraded",
};

/** The verdict first, then what it lacks, then the steps that lead to it. */
export function SimulationResult({ simulation: { verdict, steps, lacks } }: { readonly simulation: Simulation }) {
  const stop = steps.find((step) => step.verdict === "no");
  return (
    <div className="mt-6" role="status" aria-label="Verdict">
      <h2 className={clsx("text-[17px] font-semibold", TONES[verdict])}>{HEADLINES[verdict]}</h2>
      {verdict === "no" && stop !== undefined && steps.length > 1 && (
        <p className="mt-1 wrap-anywhere">
          {stop.title}: {stop.text}
        </p>
      )}
      {lacks.length > 0 && (
        <>
          <p className="mt-1 text-ink-2">Not known, and needed to decide:</p>
          <ul className="list-disc pl-5 wrap-anywhere">
            {lacks.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </>
      )}
      {steps.length > 0 && (
        <Section title="Step by step">
          <ol>
            {steps.map(({ title, verdict: own, text, sources, lacks: missing }) => (
              <li
                key={`${title} ${text}`}
                className="grid gap-x-4 gap-y-1 border-t border-line py-2 sm:grid-cols-[100px_minmax(0,3fr)_minmax(0,2fr)]"
              >
                <span className={clsx("text-[12px]", TONES[own])}>
                  <span aria-hidden="true">{MARKS[own]} </span>
                  {WORDS[own]}
                </span>
                <div className="min-w-0 wrap-anywhere">
                  <p className="font-semibold">{title}</p>
                  <p>{text}</p>
                  {missing.length > 0 && <p className="text-[11px] text-ink-2">Not known: {missing.join("; ")}.</p>}
                </div>
                <div className="min-w-0">
                  {sources.map((source) => (
                    <SourceText key={`${source.object.kind} ${source.object.name} ${source.path}`} source={source} />
                  ))}
                </div>
              </li>
            ))}
          </ol>
        </Section>
      )}
    </div>
  );
}
