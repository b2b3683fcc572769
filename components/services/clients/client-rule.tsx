import { clsx } from "clsx";
import { SourceText } from "#components/security/parts.tsx";
import { formatPercent } from "#lib/format.ts";
import type { ClientRule, ClientTarget } from "#lib/policy/client-routing.ts";
import { ratio } from "#lib/units.ts";

const DOES = { redirect: "The proxy redirects it itself.", answer: "The proxy answers it itself." } as const;

/** One rule as these clients try it: what it takes, where that goes, and the pods behind. */
export function ClientRuleView({ rule, place }: { readonly rule: ClientRule; readonly place: number }) {
  const { source, at, matches, does, to, reached } = rule;
  return (
    <li
      className={clsx(
        "grid gap-x-8 gap-y-2 border-t border-line py-2 lg:grid-cols-[minmax(200px,2fr)_3fr_minmax(180px,1.6fr)]",
        !reached && "text-ink-3",
      )}
    >
      <div className="min-w-0">
        {at !== null && <p className="font-mono text-[12px] wrap-anywhere">{at}</p>}
        {matches.length === 0 && <p>{place === 1 ? "Every call" : "Every other call"}</p>}
        <ul>
          {matches.map((match, index) => (
            <li key={match.join(" ")}>
              {index > 0 && <span className="text-ink-3">or </span>}
              <code className="font-mono text-[12px] wrap-anywhere">
                {match.length === 0 ? "everything" : match.join(" and ")}
              </code>
            </li>
          ))}
        </ul>
        {!reached && <p className="text-degraded">◣ Never reached: a rule before it takes everything.</p>}
      </div>
      <div className="min-w-0">
        {does !== "route" && <p className="text-ink-2">{DOES[does]}</p>}
        {does === "route" && to.length === 0 && <p className="text-failing">✕ It names no destination.</p>}
        <ul>
          {to.map((target) => (
            <li key={`${target.host} ${target.subset} ${target.port}`} className="pb-1 last:pb-0">
              <Target target={target} />
            </li>
          ))}
        </ul>
      </div>
      <div className="min-w-0">{source !== null && <SourceText source={source} />}</div>
    </li>
  );
}

function Target({
  target: { host, subset, port, share, source, fails, pods, ends, sends },
}: {
  readonly target: ClientTarget;
}) {
  return (
    <>
      <div className="flex items-baseline gap-3">
        <span className="min-w-0 grow wrap-anywhere">
          <bdi>
            {subset ?? host}
            {port === null ? "" : `:${port}`}
          </bdi>
          {subset !== null && <span className="text-ink-3"> of {host}</span>}
        </span>
        <span className="shrink-0 text-ink-2 tabular-nums">
          {pods === null ? "" : `${pods.ready} of ${pods.all} ready`}
        </span>
        <span className="shrink-0 tabular-nums">{formatPercent(ratio(share))}</span>
      </div>
      {ends !== null && <p className="text-ink-2 wrap-anywhere">to {ends}</p>}
      {sends !== null && <p className="text-[11px] text-ink-3 wrap-anywhere">Their proxy sends it {sends}.</p>}
      {fails !== null && share > 0 && <p className="text-failing">✕ Calls sent there fail, {fails}.</p>}
      {source !== null && (
        <span className="text-[11px]">
          <SourceText source={source} />
        </span>
      )}
    </>
  );
}
