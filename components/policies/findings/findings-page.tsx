"use client";

import { useQuery } from "@tanstack/react-query";
import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useMemo, useState } from "react";
import { search } from "#components/shell/url-state.ts";
import { useFilterCommand } from "#components/shell/use-filter-command.ts";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Choices } from "#components/ui/choices.tsx";
import { useReady } from "#components/ui/ready.ts";
import { problemOf } from "#lib/errors.ts";
import { formatPlural } from "#lib/format.ts";
import { SEVERITIES } from "#lib/policy/finding.ts";
import { refKey } from "#lib/policy/ref.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { type FindingList, findingsQuery } from "#lib/query/findings.ts";
import { PlanSheet } from "../changes/plan-sheet.tsx";
import { ListNotices } from "../list/policy-list.tsx";
import { FilterField } from "../list/toolbar.tsx";
import { Blank } from "../notice.tsx";
import { usePlanFlow } from "../plan/use-plan-flow.ts";
import { codeChoices, type FindingFilter, patchFilter, readFilter, shownFindings } from "./filter.ts";
import { FindingItem } from "./finding-item.tsx";
import { useFix } from "./use-fix.ts";
import { COLOURS, MARKS, tally, WORDS } from "./words.ts";

/** So many stand in the page at once; the rest a click away. */
const PAGE = 100;

export function FindingsPage() {
  return (
    <QueryProvider>
      <main className="min-h-0 min-w-0 overflow-auto">
        <h1 className="sr-only">Findings</h1>
        <Findings />
      </main>
    </QueryProvider>
  );
}

function useFilter(): readonly [FindingFilter, (patch: Partial<FindingFilter>, how?: "push" | "replace") => void] {
  const text = useSearchParams().toString();
  const path = usePathname();
  const filter = useMemo(() => readFilter(new URLSearchParams(text)), [text]);
  const change = useCallback(
    (patch: Partial<FindingFilter>, how: "push" | "replace" = "push") => {
      const address = `${path}${search(patchFilter(new URLSearchParams(window.location.search), patch))}`;
      if (how === "push") window.history.pushState(null, "", address);
      else window.history.replaceState(null, "", address);
    },
    [path],
  );
  return [filter, change];
}

function Findings() {
  const { state: url, go } = useUrl();
  const { clusters, namespaces } = url.view;
  const [filter, change] = useFilter();
  const { data, error, refetch } = useQuery(findingsQuery(clusters, namespaces));
  const ready = data !== undefined || error !== null;
  useReady(ready);
  if (!ready) return <p className="p-4 text-ink-3">Checking the policies…</p>;
  if (data === undefined)
    return (
      <Blank
        title="The findings could not be read"
        tone="failing"
        action={<Chip onClick={() => void refetch()}>Retry now</Chip>}
      >
        {problemOf(error).detail}
      </Blank>
    );
  const scoped = clusters.length + namespaces.length > 0;
  return (
    <>
      <Toolbar filter={filter} change={change} data={data} />
      <ListNotices unread="checked" data={data} error={error} retry={() => void refetch()} />
      {data.items.length === 0 ? (
        <Blank
          title={data.asOf === null ? "Not checked yet" : scoped ? "No findings in this scope" : "No findings"}
          action={
            scoped && (
              <Chip onClick={() => go({ view: { clusters: [], namespaces: [] } })}>
                Show all clusters and namespaces
              </Chip>
            )
          }
        >
          {data.asOf === null
            ? "A cluster’s objects have not all been read: checks begin when they are."
            : "The checks found nothing wrong in the objects that you may see."}
        </Blank>
      ) : (
        <List data={data} filter={filter} clear={() => change({ text: "", severities: [], codes: [] })} />
      )}
    </>
  );
}

function List({
  data,
  filter,
  clear,
}: {
  readonly data: FindingList;
  readonly filter: FindingFilter;
  readonly clear: () => void;
}) {
  const flow = usePlanFlow();
  const plan = useFix(flow);
  const [most, setMost] = useState(PAGE);
  const items = shownFindings(data.items, filter);
  if (items.length === 0)
    return (
      <Blank title="No finding fits the filter" action={<Chip onClick={clear}>Clear the filter</Chip>}>
        There are {formatPlural(data.items.length, "finding")} in this scope.
      </Blank>
    );
  return (
    <>
      <ul aria-label="Findings" className="px-4 pb-8 max-sm:px-2 [&>li:first-child]:border-t-0">
        {items.slice(0, most).map((finding) => (
          <FindingItem
            key={`${refKey(finding.object)} ${finding.code} ${finding.path} ${finding.message}`}
            finding={finding}
            withObject
            onPlan={plan}
          />
        ))}
      </ul>
      {items.length > most && (
        <div className="px-4 pb-8">
          <Chip onClick={() => setMost(most + PAGE)}>Show {Math.min(PAGE, items.length - most)} more</Chip>
        </div>
      )}
      <PlanSheet flow={flow} label="Plan of a fix" />
    </>
  );
}

function Toolbar({
  filter,
  change,
  data,
}: {
  readonly filter: FindingFilter;
  readonly change: (patch: Partial<FindingFilter>, how?: "push" | "replace") => void;
  readonly data: FindingList;
}) {
  const field = useFilterCommand("the findings");
  const { items } = data;
  const toggle = (severity: (typeof SEVERITIES)[number]) =>
    change({
      severities: filter.severities.includes(severity)
        ? filter.severities.filter((each) => each !== severity)
        : SEVERITIES.filter((each) => each === severity || filter.severities.includes(each)),
    });
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2 max-sm:px-2">
      <FilterField
        ref={field}
        value={filter.text}
        label="Filter the findings"
        placeholder="Filter by object, code, text ( / )"
        onChange={(text) => change({ text }, "replace")}
      />
      {SEVERITIES.map((severity) => (
        <Chip
          key={severity}
          tone={filter.severities.includes(severity) ? "on" : "quiet"}
          aria-pressed={filter.severities.includes(severity)}
          onClick={() => toggle(severity)}
        >
          <span aria-hidden="true" className={COLOURS[severity]}>
            {MARKS[severity]}
          </span>
          {WORDS[severity]}s {items.filter((each) => each.severity === severity).length}
        </Chip>
      ))}
      <Choices
        legend="Codes"
        items={codeChoices(items, filter.codes)}
        chosen={filter.codes}
        onChange={(codes) => change({ codes })}
      />
      <span role="status" className="text-ink-3 tabular-nums">
        {tally(shownFindings(items, filter))}
      </span>
    </div>
  );
}
