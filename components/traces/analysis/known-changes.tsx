import { sayInstant } from "#components/shell/instant.ts";
import type { AnalysisResult } from "#lib/api/trace-analysis.ts";

const KINDS: Readonly<Record<AnalysisResult["changes"]["knownSince"][number]["kind"], string>> = {
  change: "Changes by this console",
  policy: "Changes of policies by others",
  deployment: "Deployments",
  restart: "Restarts",
};

/** Since when each kind of change is known: what wasn't known can't be seen to coincide. */
export function KnownChanges({ changes: { knownSince } }: { readonly changes: AnalysisResult["changes"] }) {
  if (knownSince.length === 0) return null;
  return (
    <details className="text-ink-2">
      <summary className="cursor-pointer">
        Which changes could be seen to coincide, and since when they are known
      </summary>
      <dl className="mt-2 max-w-4xl">
        {knownSince.map(({ kind, since, text }) => (
          <div key={kind} className="flex gap-3 border-t border-line py-1 max-sm:flex-col max-sm:gap-0">
            <dt className="w-52 shrink-0">
              {KINDS[kind]}
              {since !== null && <span className="text-ink-3"> since {sayInstant(since)}</span>}
            </dt>
            <dd className="min-w-0 text-ink-3">{text}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-2 text-ink-3">
        A change is looked for from ten minutes before a rise, for a rollout takes its time, to the end of the slice in
        which the rise is first seen. That the two fall together doesn’t say that one made the other.
      </p>
    </details>
  );
}
