import { clsx } from "clsx";
import Link from "next/link";
import { type NodeKey, parseNodeId } from "#lib/graph/id.ts";
import type { ImpactItem } from "#lib/policy/impact.ts";
import { ObjectLink, securityHref, serviceHref } from "../links.tsx";
import { CERTAINTY_WORDS, sayAmount, VERDICT_WORDS } from "./words.ts";

const TONES = { failing: "text-failing", degraded: "text-degraded", plain: "text-ink" } as const;

/** One pair: who calls whom, how much of it, how sure that is, what decides, and what isn't known. */
export function ImpactRow({ item, window }: { readonly item: ImpactItem; readonly window: string }) {
  const { verdict, certainty, source, target, protocol, rule, why, blindSpots, closeWith } = item;
  const { mark, word } = CERTAINTY_WORDS[certainty];
  return (
    <li className="border-t border-line py-2">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="min-w-0 wrap-anywhere">
          <End id={source} /> <span aria-hidden="true">→</span>
          <span className="sr-only">to</span> <End id={target} />
          {protocol !== "http" && <span className="text-ink-3"> {protocol}</span>}
        </p>
        <p className="tabular-nums">
          <b className={clsx("font-semibold", TONES[VERDICT_WORDS[verdict].tone])}>{sayAmount(item, window)}</b>{" "}
          <span className={clsx(certainty === "certain" ? "text-ink-2" : "text-degraded")}>
            <span aria-hidden="true">{mark} </span>
            {word}
          </span>
        </p>
      </div>
      <p className="text-ink-2 wrap-anywhere">
        {why}{" "}
        {rule !== null && (
          <>
            <ObjectLink object={rule.object} className="whitespace-normal" />
            {rule.path !== "" && <code className="font-mono text-[11px] text-ink-3"> {rule.path}</code>}
          </>
        )}
      </p>
      {blindSpots.length > 0 && (
        <p className="text-[12px] wrap-anywhere">
          <span className="text-ink-3">Not known: </span>
          {blindSpots.join("; ")}.
          {closeWith.length > 0 && (
            <>
              {" "}
              <span className="text-ink-3">What would tell: </span>
              {closeWith.join("; ")}.
            </>
          )}
        </p>
      )}
    </li>
  );
}

/** An end of a call, as a link to its page where it has one. */
function End({ id }: { readonly id: string }) {
  const key = parseNodeId(id);
  const href = key === null ? null : hrefOf(key);
  const text = key === null ? id : nameOf(key);
  if (href === null) return <bdi>{text}</bdi>;
  return (
    <Link
      href={href}
      prefetch={false}
      className="name underline decoration-line-strong underline-offset-2 hover:decoration-current"
    >
      <bdi>{text}</bdi>
    </Link>
  );
}

function hrefOf({ kind, cluster, namespace, name }: NodeKey): string | null {
  if (kind === "workload") return securityHref(cluster, namespace, name);
  return kind === "service" ? serviceHref(cluster, namespace, name) : null;
}

function nameOf({ kind, namespace, name }: NodeKey): string {
  if (kind === "unknown") return "callers that telemetry can’t name";
  if (kind === "restricted") return "what you may not see";
  return kind === "external" ? name : `${namespace}/${name}`;
}
