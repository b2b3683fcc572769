"use client";

import { clsx } from "clsx";
import Link from "next/link";
import { useState } from "react";
import { Chip } from "#components/ui/chip.tsx";
import { Icon } from "#components/ui/icon.tsx";
import type { TraceBackendsAnswer } from "#lib/api/traces.ts";
import { analysisHref } from "../analysis/state.ts";
import { OpenFileButton } from "../files/opener.tsx";
import { LimitField, SearchField } from "./fields.tsx";
import { BackendsButton, FormFrame, TimeButton, useFirstField } from "./form-frame.tsx";
import { offerOf } from "./offer.ts";
import { LIMITS, problemsOf, questionOf, type TraceSearch } from "./state.ts";
import { useNames } from "./use-names.ts";

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
  const field = useFirstField("search-traces", "Search for traces of a service");
  const offer = offerOf(backends, draft.backends);
  const { services, operations } = useNames(draft, offer.operations);
  return (
    <FormFrame
      label="Search for traces"
      onSend={send}
      wrong={problems.start ?? problems.end}
      fields={
        <>
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
        </>
      }
      buttons={
        <>
          <Chip
            tone={draft.errors ? "on" : "plain"}
            aria-pressed={draft.errors}
            onClick={() => send({ errors: !draft.errors })}
          >
            {draft.errors && <Icon name="check" size={14} />}
            Errors only
          </Chip>
          <TimeButton
            time={draft}
            wrong={(problems.start ?? problems.end) !== undefined}
            onChange={(time) => send({ ...time, tail: false })}
          />
          <BackendsButton
            backends={backends}
            chosen={draft.backends}
            onChange={(chosen) => send({ backends: chosen })}
          />
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
        </>
      }
    />
  );
}
