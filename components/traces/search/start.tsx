"use client";

import { useQuery } from "@tanstack/react-query";
import { Blank, Notice } from "#components/policies/notice.tsx";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Name } from "#components/ui/name.tsx";
import type { TraceBackendsAnswer } from "#lib/api/traces.ts";
import { problemOf } from "#lib/errors.ts";
import { formatPlural } from "#lib/format.ts";
import { traceServicesQuery } from "#lib/query/trace-search.ts";
import { inScope } from "./offer.ts";

/** More than these are typed, not looked for. */
const SHOWN = 200;

/** Before the first search: which services have traces, each one press away, and which backends don't answer. */
export function Start({
  backends,
  chosen,
  onService,
}: {
  readonly backends: TraceBackendsAnswer;
  readonly chosen: readonly string[];
  readonly onService: (service: string) => void;
}) {
  const { state, go } = useUrl();
  const { namespaces } = state.view;
  const { data, error, refetch } = useQuery(traceServicesQuery(chosen));
  const all = data?.items.map(({ name }) => name) ?? [];
  const services = inScope(all, namespaces);
  const problems = new Map([...backends.problems, ...(data?.problems ?? [])].map((each) => [each.source, each]));
  if (data === undefined && error !== null)
    return (
      <Blank
        title="No tracing backend answers"
        tone="failing"
        action={<Chip onClick={() => void refetch()}>Retry now</Chip>}
      >
        {problemOf(error).detail}
      </Blank>
    );
  return (
    <div className="min-h-0 grow overflow-auto px-4 pb-8 max-sm:px-2">
      {problems.size > 0 && (
        <div className="flex flex-col gap-2 pt-3" role="status">
          {[...problems.values()].map(({ source, detail }) => (
            <Notice
              key={source}
              tone="degraded"
              title={`${source} doesn’t answer.`}
              action={<Chip onClick={() => void refetch()}>Retry now</Chip>}
            >
              {detail}
            </Notice>
          ))}
        </div>
      )}
      <div className="mt-6 mb-2 flex items-baseline justify-between gap-2">
        <h2 className="eyebrow">Services with traces</h2>
        <span className="text-[11px] text-ink-3" role="status">
          {data === undefined ? "Reading…" : formatPlural(services.length, "service")}
        </span>
      </div>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(220px,1fr))] gap-x-6">
        {services.slice(0, SHOWN).map((service) => (
          <li key={service} className="min-w-0 border-t border-line">
            <button
              type="button"
              onClick={() => onService(service)}
              className="flex h-8 w-full min-w-0 items-center text-left hover:text-accent"
            >
              <Name text={service} />
            </button>
          </li>
        ))}
      </ul>
      {services.length > SHOWN && (
        <p className="mt-2 text-ink-3">
          Showing {SHOWN} of {formatPlural(services.length, "service")}. Type a name above to find the others.
        </p>
      )}
      {data !== undefined && services.length === 0 && (
        <div className="border-t border-line pt-2 text-ink-2">
          {all.length === 0
            ? "No service has sent spans, or none that you may see. Sampling may be off: Istio’s Telemetry objects and the mesh’s settings set it."
            : "None of the services with traces is in the chosen namespaces."}
          {all.length > 0 && (
            <Chip className="ml-3" onClick={() => go({ view: { namespaces: [] } })}>
              Show all namespaces
            </Chip>
          )}
        </div>
      )}
    </div>
  );
}
