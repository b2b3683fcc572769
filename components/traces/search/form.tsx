"use client";

import { useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import Link from "next/link";
import { type FormEvent, lazy, useMemo, useRef, useState } from "react";
import { type Command, useCommands } from "#components/shell/commands.tsx";
import { useUrl } from "#components/shell/use-url.ts";
import { Checklist } from "#components/ui/checklist.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { Icon } from "#components/ui/icon.tsx";
import { PopoverButton } from "#components/ui/popover-button.tsx";
import type { TraceBackendsAnswer } from "#lib/api/traces.ts";
import { traceOperationsQuery, traceServicesQuery } from "#lib/query/trace-search.ts";
import { analysisHref } from "../analysis/state.ts";
import { OpenFileButton } from "../files/opener.tsx";
import { LimitField, SearchField } from "./fields.tsx";
import { inScope, offerOf } from "./offer.ts";
import { LIMITS, problemsOf, questionOf, type TraceSearch } from "./state.ts";
import { timeWords } from "./time-words.ts";

const TimeChoice = lazy(async () => ({ default: (await import("./time-choice.tsx")).TimeChoice }));
const Floating = lazy(async () => ({ default: (await import("#components/ui/floating.tsx")).Floating }));

/**
 * What to search for. Texts count when the form is sent, choices at once (with the texts as they stand); what can't be read
 * stays with why, and the last result with it.
 */
export function SearchForm({
  search,
  backends,
  busy,
  onSearch,
  onAgain,
}: {
  readonly search: TraceSearch;
  readonly backends: TraceBackendsAnswer["items"];
  readonly busy: boolean;
  readonly onSearch: (search: TraceSearch) => void;
  /** The same question once more. */
  readonly onAgain: () => void;
}) {
  const [draft, setDraft] = useState(search);
  const [heard, setHeard] = useState(search);
  const [sent, setSent] = useState(false);
  if (heard !== search) {
    setHeard(search);
    // Sorting and marking don't touch what is being typed.
    const same = JSON.stringify(questionOf(heard)) === JSON.stringify(questionOf(search));
    setDraft(same ? { ...search, ...questionOf(draft) } : search);
  }
  const found = problemsOf(draft);
  // A link with a wrong value says so at once; while somebody types it waits until the form is sent.
  const problems = sent || JSON.stringify(questionOf(draft)) === JSON.stringify(questionOf(search)) ? found : {};
  const send = (patch: Partial<TraceSearch> = {}) => {
    const next = { ...draft, ...patch };
    setDraft(next);
    setSent(true);
    if (Object.keys(problemsOf(next)).length > 0) return;
    if (JSON.stringify(questionOf(next)) === JSON.stringify(questionOf(search)) && next.tail === search.tail) onAgain();
    else onSearch({ ...next, brush: null });
    setSent(false);
  };
  const type = (patch: Partial<TraceSearch>) => {
    setSent(false);
    setDraft({ ...draft, ...patch });
  };
  const field = useRef<HTMLInputElement>(null);
  const commands = useMemo<readonly Command[]>(
    () => [
      { id: "search-traces", title: "Search for traces of a service", keys: "/", run: () => field.current?.focus() },
    ],
    [],
  );
  useCommands(commands);
  const offer = offerOf(backends, draft.backends);
  const { services, operations } = useNames(draft, offer.operations);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  return (
    <form
      onSubmit={submit}
      aria-label="Search for traces"
      className="border-b border-line px-4 pt-2.5 pb-3 max-sm:px-2"
    >
      <div className="flex flex-wrap items-start gap-x-2.5 gap-y-2">
        <SearchField
          ref={field}
          label={offer.serviceOptional ? "Service" : "Service (needed)"}
          value={draft.service}
          onChange={(service) => type({ service, operation: service === search.service ? draft.operation : "" })}
          choices={services}
          placeholder={offer.serviceOptional ? "any ( / )" : "choose one ( / )"}
          className="w-52 grow max-sm:w-full"
        />
        <SearchField
          label="Operation"
          value={draft.operation}
          onChange={(operation) => type({ operation })}
          choices={operations}
          placeholder="any"
          className="w-52 grow max-sm:w-full"
        />
        <SearchField
          label="Tags"
          value={draft.tags}
          onChange={(tags) => type({ tags })}
          problem={problems.tags}
          disabled={!offer.tags && draft.tags === ""}
          placeholder={offer.tags ? "http.status_code=503 response_flags=UF" : "this backend can’t search by tags"}
          mono
          className="w-72 grow-[2] max-sm:w-full"
        />
        <SearchField
          label="Shortest"
          value={draft.minDuration}
          onChange={(minDuration) => type({ minDuration })}
          problem={problems.minDuration}
          disabled={!offer.durations && draft.minDuration === ""}
          placeholder="100ms"
          className="w-[84px]"
        />
        <SearchField
          label="Longest"
          value={draft.maxDuration}
          onChange={(maxDuration) => type({ maxDuration })}
          problem={problems.maxDuration}
          disabled={!offer.durations && draft.maxDuration === ""}
          placeholder="1.5s"
          className="w-[84px]"
        />
        <LimitField
          value={draft.limit}
          choices={LIMITS.filter((limit) => limit <= offer.limit)}
          onChange={(limit) => send({ limit })}
        />
        <div className="flex flex-wrap items-center gap-2 self-end">
          <Chip
            tone={draft.errors ? "on" : "plain"}
            aria-pressed={draft.errors}
            onClick={() => send({ errors: !draft.errors })}
          >
            {draft.errors && <Icon name="check" size={14} />}
            Errors only
          </Chip>
          <PopoverButton
            label={`Time: ${timeWords(draft)}`}
            tone={(problems.start ?? problems.end) ? "failing" : "plain"}
            body={(props) => <TimeChoice {...props} time={draft} onChange={(time) => send({ ...time, tail: false })} />}
          >
            <Icon name="clock" size={14} />
            <span suppressHydrationWarning>{timeWords(draft)}</span>
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
          <button
            type="submit"
            className={clsx(
              "inline-flex h-7 items-center rounded-md border border-accent bg-accent-bg px-3 font-semibold text-accent",
              busy && "opacity-70",
            )}
          >
            Find traces
          </button>
          <OpenFileButton />
          <Link
            href={analysisHref({ ...search, target: "" })}
            prefetch={false}
            className="inline-flex h-7 items-center rounded-md border border-line bg-raised px-2.5 whitespace-nowrap text-ink-2 hover:border-line-strong hover:text-ink"
          >
            Where the time goes
          </Link>
        </div>
      </div>
      {(problems.start ?? problems.end) && (
        <p role="alert" className="mt-1 text-[11px] text-failing">
          {problems.start ?? problems.end}
        </p>
      )}
    </form>
  );
}

/** Names to choose from: services of the scope, and operations of a service that is one. */
function useNames(draft: TraceSearch, operationsToo: boolean) {
  const { namespaces } = useUrl().state.view;
  const { data } = useQuery(traceServicesQuery(draft.backends));
  const services = useMemo(() => inScope(data?.items.map(({ name }) => name) ?? [], namespaces), [data, namespaces]);
  const known = data?.items.some(({ name }) => name === draft.service) ?? false;
  const operations = useQuery({
    ...traceOperationsQuery(draft.service, draft.backends),
    enabled: operationsToo && known,
  });
  const names = operations.data?.items.map(({ name }) => name) ?? [];
  return { services, operations: known ? [...new Set(names)] : [] };
}
