"use client";

import { lazy, useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { PopoverButton } from "#components/ui/popover-button.tsx";
import type { TraceBackendsAnswer } from "#lib/api/traces.ts";
import { LimitField, SearchField } from "../search/fields.tsx";
import { BackendsButton, FormFrame, TimeButton, useFirstField } from "../search/form-frame.tsx";
import { useNames } from "../search/use-names.ts";
import { baselineWords } from "./baseline-words.ts";
import { problemsNow } from "./now.ts";
import { type AnalysisAsked, questionOf, SAMPLES } from "./state.ts";
import type { ChangeAnalysis } from "./use-analysis.ts";
import { useProblems } from "./use-problems.ts";

const BaselineChoice = lazy(async () => ({ default: (await import("./baseline-choice.tsx")).BaselineChoice }));

/** What it is about. Texts count when the form is sent, choices at once; what can't be asked stays with why. */
export function AnalysisForm({
  asked,
  backends,
  onAsk,
  onAgain,
}: {
  readonly asked: AnalysisAsked;
  readonly backends: TraceBackendsAnswer["items"];
  readonly onAsk: ChangeAnalysis;
  /** The same question once more. */
  readonly onAgain: () => void;
}) {
  const [draft, setDraft] = useState(asked);
  const [heard, setHeard] = useState(asked);
  const [sent, setSent] = useState(false);
  if (heard !== asked) {
    setHeard(asked);
    setDraft(asked);
    setSent(false);
  }
  const problems = useProblems(draft);
  const send = (patch: Partial<AnalysisAsked> = {}) => {
    const next = { ...draft, ...patch };
    setDraft(next);
    setSent(true);
    if (Object.keys(problemsNow(next)).length > 0) return;
    if (JSON.stringify(questionOf(next)) === JSON.stringify(questionOf(asked))) onAgain();
    else onAsk(next);
  };
  const type = (patch: Partial<AnalysisAsked>) => {
    setSent(false);
    setDraft({ ...draft, ...patch });
  };
  const field = useFirstField("analyse-service", "Choose whose time it is about");
  const { services, operations } = useNames(draft);
  return (
    <FormFrame
      label="Where the time goes"
      onSend={send}
      wrong={problems.time ?? problems.baseline}
      fields={
        <>
          <SearchField
            ref={field}
            label="Service"
            value={draft.service}
            onChange={(service) => type({ service })}
            choices={services}
            problem={sent ? problems.service : undefined}
            placeholder="choose one ( / )"
            className="w-52 grow max-sm:w-full"
          />
          <SearchField
            label="Operation"
            value={draft.operation}
            onChange={(operation) => type({ operation })}
            choices={operations}
            placeholder="any"
            className="w-44 grow max-sm:w-full"
          />
          <SearchField
            label="Its calls to"
            value={draft.target}
            onChange={(target) => type({ target })}
            choices={services}
            placeholder="none: calls to the service itself"
            className="w-52 grow max-sm:w-full"
          />
          <LimitField label="Traces" value={draft.sample} choices={SAMPLES} onChange={(sample) => send({ sample })} />
        </>
      }
      buttons={
        <>
          <TimeButton time={draft} wrong={problems.time !== undefined} onChange={(time) => send(time)} />
          <PopoverButton
            tone={problems.baseline === undefined ? "plain" : "failing"}
            body={(props) => <BaselineChoice {...props} asked={draft} onChange={(patch) => send(patch)} />}
          >
            <span className="text-ink-3">Against</span>
            <span suppressHydrationWarning>{baselineWords(draft)}</span>
          </PopoverButton>
          <BackendsButton
            backends={backends}
            chosen={draft.backends}
            onChange={(chosen) => send({ backends: chosen })}
          />
          <Chip type="submit" tone="on" className="font-semibold">
            Analyse
          </Chip>
        </>
      }
    />
  );
}
