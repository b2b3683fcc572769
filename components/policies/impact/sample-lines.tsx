import Link from "next/link";
import type { Kept } from "#components/traces/kept.ts";
import { formatCount, formatPlural } from "#lib/format.ts";
import type { ImpactItem, ImpactVerdict } from "#lib/policy/impact.ts";
import {
  headerLacked,
  type ItemSamples,
  type SampleCounts,
  type SampleExample,
  samplesOf,
} from "#lib/policy/impact-samples.ts";
import { sayAsked, sayHits, sayLogged, sayOpen, sayTraced } from "./sample-words.ts";

/** What was found of a plan's items, and which share of calls leaves a trace. */
export interface Samples {
  readonly items: readonly ItemSamples[];
  readonly kept: Kept | null;
}

/** What traces and access logs say beside an item: a line for each, with whom it hits behind it. They change no bound. */
export function SampleLines({
  item,
  samples: { items, kept },
}: {
  readonly item: ImpactItem;
  readonly samples: Samples;
}) {
  const own = samplesOf(item, items);
  if (own === null) return null;
  const { verdict, traces, logs } = own;
  return (
    <>
      {traces !== null && (
        <Line
          name="Traces"
          counts={traces}
          verdict={verdict}
          seen={traces.requests === 0 && traces.problems.length > 0 ? null : sayTraced(traces, kept)}
          problems={traces.problems}
        />
      )}
      {logs !== null && (
        <Line
          name="Access logs"
          counts={logs}
          verdict={verdict}
          headers={item.blindSpots.some((fact) => headerLacked(fact) !== null)}
          seen={logs.lines === 0 ? null : sayLogged(logs)}
          problems={logs.problems}
          notes={[
            "Names are of the pods that have these addresses now.",
            ...(logs.unnamed === 0
              ? []
              : [
                  `${formatPlural(logs.unnamed, "call")} more in these lines: of whom, or to whom, no line tells for sure.`,
                ]),
          ]}
        />
      )}
    </>
  );
}

/** `seen` null: nothing could be read, and `problems` say why. */
function Line({
  name,
  counts,
  verdict,
  headers = false,
  seen,
  problems,
  notes = [],
}: {
  readonly name: string;
  readonly counts: SampleCounts;
  readonly verdict: ImpactVerdict;
  readonly headers?: boolean;
  readonly seen: string | null;
  readonly problems: readonly string[];
  readonly notes?: readonly string[];
}) {
  const title = <span className="text-ink-3">{name}: </span>;
  if (seen === null)
    return (
      <p className="text-[12px] text-ink-2 wrap-anywhere">
        {title}not read. {problems.join(" ")}
      </p>
    );
  const hits = sayHits(counts, verdict, headers);
  const said = (
    <>
      {title}
      {counts.hits > 0 ? <b className="font-semibold">{hits}</b> : hits}
      <span className="text-ink-2">
        {" "}
        ({seen}).{problems.length > 0 && " Not all of it could be read."}
      </span>
    </>
  );
  if (counts.hits === 0 && counts.open === 0 && problems.length === 0 && notes.length === 0)
    return <p className="text-[12px] wrap-anywhere">{said}</p>;
  const open = sayOpen(counts);
  return (
    <details className="text-[12px] wrap-anywhere">
      <summary className="cursor-pointer">{said}</summary>
      <div className="pl-4 text-ink-2">
        {counts.examples.length > 0 && <Examples counts={counts} />}
        {open !== null && <p>{open}</p>}
        {counts.requests > 0 && <p>Calls of the pair, judged by all that is changed, whichever rule decides.</p>}
        {[...notes, ...problems].map((text) => (
          <p key={text}>{text}</p>
        ))}
      </div>
    </details>
  );
}

function Examples({ counts: { examples, more } }: { readonly counts: SampleCounts }) {
  return (
    <ul>
      {examples.map((each) => (
        <li key={JSON.stringify(each)}>
          <code className="font-mono text-[11px] text-ink">
            <bdi>{sayAsked(each)}</bdi>
          </code>
          {each.host !== null && (
            <span className="text-ink-3">
              {" "}
              at <bdi>{each.host}</bdi>
            </span>
          )}{" "}
          <span className="tabular-nums">({formatCount(each.count)})</span>
          {each.trace !== null && (
            <>
              {" "}
              <TraceLink trace={each.trace} />
            </>
          )}
        </li>
      ))}
      {more > 0 && <li>and {formatCount(more)} more of other kinds</li>}
    </ul>
  );
}

function TraceLink({ trace: { id, backend } }: { readonly trace: NonNullable<SampleExample["trace"]> }) {
  return (
    <Link
      href={`/traces/${encodeURIComponent(id)}?${new URLSearchParams({ backends: backend })}`}
      prefetch={false}
      aria-label={`Trace ${id.slice(0, 8)}`}
      className="text-accent underline-offset-2 hover:underline"
    >
      trace
    </Link>
  );
}
