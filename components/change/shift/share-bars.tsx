import { clsx } from "clsx";
import { SHADES } from "#components/services/routing/shares.ts";
import type { Observed } from "../observed.ts";
import { boundText } from "../words.ts";

/** Wanted, applied and observed: three values, one above the other on the same scale. */
export function ShareBars({
  versions,
  wanted,
  applied,
  observed,
  follows,
}: {
  readonly versions: readonly string[];
  readonly wanted: readonly number[];
  /** null: no rule splits the calls. */
  readonly applied: readonly number[] | null;
  /** null: the traffic can't be read. */
  readonly observed: readonly Observed[] | null;
  /** What was seen is what was applied; null: too little to tell. */
  readonly follows: boolean | null;
}) {
  const seen = observed !== null && observed.every(({ share }) => share !== null) ? observed : null;
  const last = observed?.at(-1);
  return (
    <dl className="mt-3 grid grid-cols-[72px_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1.5">
      <Row versions={versions} name="wanted" shares={wanted} text={wanted.join(" / ")} />
      <Row
        versions={versions}
        name="applied"
        shares={applied}
        text={applied === null ? "no split" : applied.join(" / ")}
      />
      <Row
        versions={versions}
        name="observed"
        shares={seen?.map(({ share }) => (share ?? 0) * 100) ?? null}
        error={seen?.length === 2 ? (last?.bound ?? null) : null}
        text={
          observed === null
            ? "no data"
            : versions.length === 2 && last !== undefined
              ? boundText(last)
              : observed.map(boundText).join(" / ")
        }
        mark={follows === null ? null : follows ? "✓" : "◣"}
        title={
          follows === null
            ? "Too few calls to say whether the traffic follows"
            : follows
              ? "Every share is within its error bound of what is applied"
              : "The traffic doesn’t follow what is applied, or not yet"
        }
      />
    </dl>
  );
}

function Row({
  versions,
  name,
  shares,
  text,
  error = null,
  mark = null,
  title,
}: {
  readonly versions: readonly string[];
  readonly name: string;
  readonly shares: readonly number[] | null;
  readonly text: string;
  /** Half of the interval around the last boundary, 0…1. */
  readonly error?: number | null;
  readonly mark?: "✓" | "◣" | null;
  readonly title?: string;
}) {
  const boundary = shares === null ? 0 : shares.slice(0, -1).reduce((sum, share) => sum + share, 0);
  return (
    <>
      <dt className="text-ink-2">{name}</dt>
      <dd aria-hidden="true" className="relative h-3">
        <div className="flex h-full overflow-hidden rounded-[2px] bg-sunken">
          {shares?.map((share, index) => (
            <span
              key={versions[index]}
              className={clsx("h-full", SHADES[index % SHADES.length])}
              style={{ width: `${share}%` }}
            />
          ))}
        </div>
        {error !== null && error > 0 && (
          <span
            className="absolute -inset-y-0.5 border-x-2 border-y border-ink bg-bg/40"
            style={{
              left: `${Math.max(0, boundary - error * 100)}%`,
              right: `${Math.max(0, 100 - boundary - error * 100)}%`,
            }}
          />
        )}
      </dd>
      <dd
        className="text-right whitespace-nowrap tabular-nums"
        title={title}
        data-share={name}
        {...(mark === null ? {} : { "data-follows": mark === "✓" })}
      >
        {mark !== null && <span className={clsx("mr-1", mark === "◣" && "text-degraded")}>{mark}</span>}
        {text}
      </dd>
    </>
  );
}
