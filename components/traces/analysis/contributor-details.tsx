import Link from "next/link";
import { sayInstant } from "#components/shell/instant.ts";
import { formatCount } from "#lib/format.ts";
import { traceHref } from "../search/state.ts";
import { Pieces } from "./pieces.tsx";
import { type Contributor, coincidencePieces, KIND_SAYS, lagText, msText } from "./words.ts";

const CONCERNS: Readonly<Record<Contributor["coincidences"][number]["concerns"], string>> = {
  workload: "of what runs there",
  policy: "in force there now",
  namespace: "in its namespace; gone, so whether it was in force there isn’t known",
};

/** One contributor: what it is, how it spreads, what changed at that time, and traces that show it. */
export function ContributorDetails({ each, compared }: { readonly each: Contributor; readonly compared: boolean }) {
  const { kind, calls, now, before, newVersions, since, coincidences, examples, operation } = each;
  return (
    <div className="ml-[88px] flex flex-col gap-2 text-ink-2 max-sm:sticky max-sm:left-0 max-sm:ml-0 max-sm:max-w-[calc(100vw-4.5rem)]">
      <p className="text-ink-3">
        {KIND_SAYS[kind]}.
        {(kind === "waiting" || kind === "retry") && operation !== "" && (
          <>
            {" "}
            The span is <bdi className="text-ink-2">{operation}</bdi>.
          </>
        )}
      </p>
      {calls.length > 0 && (
        <p>
          Calls: <Names of={calls} />
        </p>
      )}
      {now.spread !== null && (
        <p>
          In the {formatCount(now.traces)} {now.traces === 1 ? "trace" : "traces"} that{" "}
          {now.traces === 1 ? "has" : "have"} it, it takes {msText(now.spread.p50)} at the median and{" "}
          {msText(now.spread.p95)} at the 95th percentile
          {before?.spread == null
            ? ""
            : `; before, ${msText(before.spread.p50)} and ${msText(before.spread.p95)} in ${formatCount(before.traces)}`}
          .
        </p>
      )}
      {now.versions.length > 0 && (
        <p>
          Versions of the service: <Names of={now.versions} />
          {newVersions.length > 0 && (
            <>
              ; new since before: <Names of={newVersions} />
            </>
          )}
        </p>
      )}
      {coincidences.length > 0 ? (
        <div>
          <h4 className="text-[11px] text-ink-3">At that time, which doesn’t say that it is the cause</h4>
          <ul>
            {coincidences.map((one) => (
              <li key={`${one.at} ${one.kind} ${one.object.name} ${one.text}`} title={one.text}>
                <time dateTime={one.at} className="tabular-nums">
                  {sayInstant(one.at)}
                </time>{" "}
                <Pieces of={coincidencePieces(one, each)} />
                <span className="text-ink-3">
                  {" "}
                  {CONCERNS[one.concerns]}
                  {lagText(one.at, since) === null ? "" : `, ${lagText(one.at, since)}`}
                  {one.who === undefined ? "" : ", by "}
                  {one.who !== undefined && <bdi>{one.who}</bdi>}
                </span>
              </li>
            ))}
          </ul>
        </div>
      ) : (
        (since !== null || compared) && <p className="text-ink-3">No known change of it falls together with a rise.</p>
      )}
      {examples.length > 0 && (
        <p className="flex flex-wrap items-baseline gap-x-3">
          <span className="text-ink-3">Traces that show it</span>
          {examples.map((example) => (
            <Link
              key={example.id}
              href={traceHref(example)}
              prefetch={false}
              className="text-accent underline-offset-2 hover:underline"
            >
              <span className="font-mono text-[11.5px]">{example.id.slice(-8)}</span> ({msText(example.ms)})
            </Link>
          ))}
        </p>
      )}
    </div>
  );
}

function Names({ of }: { readonly of: readonly string[] }) {
  return of.map((name, at) => (
    <span key={name}>
      {at > 0 && ", "}
      <bdi className="text-ink">{name}</bdi>
    </span>
  ));
}
