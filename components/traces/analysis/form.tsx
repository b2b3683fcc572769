"use client";

import { useQuery } from "@tanstack/react-query";
import { type FormEvent, lazy, useMemo, useRef, useState } from "react";
import { type Command, useCommands } from "#components/shell/commands.tsx";
import { useUrl } from "#components/shell/use-url.ts";
import { Checklist } from "#components/ui/checklist.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { Icon } from "#components/ui/icon.tsx";
import { PopoverButton } from "#components/ui/popover-button.tsx";
import type { TraceBackendsAnswer } from "#lib/api/traces.ts";
import { traceOperationsQuery, traceServicesQuery } from "#lib/query/trace-search.ts";
import { LimitField, SearchField } from "../search/fields.tsx";
import { inScope } from "../search/offer.ts";
import { timeWords } from "../search/time-words.ts";
import { baselineWords } from "./baseline-words.ts";
import { type AnalysisAsked, problemsOf, questionOf, SAMPLES } from "./state.ts";
import type { ChangeAnalysis } from "./use-analysis.ts";

const TimeChoice = lazy(async () => ({ default: (await import("../search/time-choice.tsx")).TimeChoice }));
const BaselineChoice = lazy(async () => ({ default: (await import("./baseline-choice.tsx")).BaselineChoice }));
const Floating = lazy(async () => ({ default: (await import("#components/ui/floating.tsx")).Floating }));

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
  const [opened] = useState(() => Date.now() / 1000);
  if (heard !== asked) {
    setHeard(asked);
    setDraft(asked);
    setSent(false);
  }
  const problems = problemsOf(draft, opened);
  const send = (patch: Partial<AnalysisAsked> = {}) => {
    const next = { ...draft, ...patch };
    setDraft(next);
    setSent(true);
    if (Object.keys(problemsOf(next, Date.now() / 1000)).length > 0) return;
    if (JSON.stringify(questionOf(next)) === JSON.stringify(questionOf(asked))) onAgain();
    else onAsk(next);
  };
  const type = (patch: Partial<AnalysisAsked>) => {
    setSent(false);
    setDraft({ ...draft, ...patch });
  };
  const field = useRef<HTMLInputElement>(null);
  const commands = useMemo<readonly Command[]>(
    () => [
      { id: "analyse-service", title: "Choose whose time it is about", keys: "/", run: () => field.current?.focus() },
    ],
    [],
  );
  useCommands(commands);
  const { services, operations } = useNames(draft);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const wrong = problems.time ?? problems.baseline;
  return (
    <form
      onSubmit={submit}
      aria-label="Where the time goes"
      className="border-b border-line px-4 pt-2.5 pb-3 max-sm:px-2"
    >
      <div className="flex flex-wrap items-start gap-x-2.5 gap-y-2">
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
        <div className="flex flex-wrap items-center gap-2 self-end">
          <PopoverButton
            label={`Time: ${timeWords(draft)}`}
            tone={problems.time === undefined ? "plain" : "failing"}
            body={(props) => <TimeChoice {...props} time={draft} onChange={(time) => send(time)} />}
          >
            <Icon name="clock" size={14} />
            <span suppressHydrationWarning>{timeWords(draft)}</span>
          </PopoverButton>
          <PopoverButton
            tone={problems.baseline === undefined ? "plain" : "failing"}
            body={(props) => <BaselineChoice {...props} asked={draft} onChange={(patch) => send(patch)} />}
          >
            <span className="text-ink-3">Against</span>
            <span suppressHydrationWarning>{baselineWords(draft)}</span>
          </PopoverButton>
          {backends.length > 1 && (
            <PopoverButton
              body={({ anchor, onClose }) => (
                <Floating anchor={anchor} onClose={onClose} label="Backends">
                  <Checklist
                    legend="Backends"
                    items={backends.map(({ name, kind }) => ({ value: name, note: kind }))}
                    chosen={draft.backends}
                    onChange={(chosen) => send({ backends: [...chosen].sort() })}
                  />
                </Floating>
              )}
            >
              <span className="text-ink-3">Backends</span>
              {draft.backends.length === 0 ? "all" : draft.backends.join(", ")}
            </PopoverButton>
          )}
          <Chip type="submit" tone="on" className="font-semibold">
            Analyse
          </Chip>
        </div>
      </div>
      {wrong !== undefined && (
        <p role="alert" className="mt-1 text-[11px] text-failing">
          {wrong}
        </p>
      )}
    </form>
  );
}

/** Names to choose from: services of the scope, and operations of a service that is one. */
function useNames({ service, backends }: AnalysisAsked) {
  const { namespaces } = useUrl().state.view;
  const { data } = useQuery(traceServicesQuery(backends));
  const services = useMemo(() => inScope(data?.items.map(({ name }) => name) ?? [], namespaces), [data, namespaces]);
  const known = data?.items.some(({ name }) => name === service) ?? false;
  const operations = useQuery({ ...traceOperationsQuery(service, backends), enabled: known });
  const names = operations.data?.items.map(({ name }) => name) ?? [];
  return { services, operations: known ? [...new Set(names)] : [] };
}
