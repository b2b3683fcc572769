/** What impacts are called, and how much they are. */
import { sayWindow } from "#lib/api/windows.ts";
import { formatPlural, formatRate } from "#lib/format.ts";
import type { Certainty, ImpactItem, ImpactTotal, ImpactVerdict } from "#lib/policy/impact.ts";
import { perSecond } from "#lib/units.ts";

interface Word {
  readonly mark: string;
  readonly word: string;
  /** Of something that somebody will miss, of something to know, of neither. */
  readonly tone: "failing" | "degraded" | "plain";
}

export const VERDICT_WORDS: Readonly<Record<ImpactVerdict, Word>> = {
  denied: { mark: "✕", word: "refused", tone: "failing" },
  breaks: { mark: "✕", word: "fail to connect", tone: "failing" },
  unreachable: { mark: "✕", word: "go nowhere", tone: "failing" },
  aborted: { mark: "✕", word: "are answered by a fault", tone: "failing" },
  "times-out": { mark: "✕", word: "are given up (timeout)", tone: "failing" },
  "loses-mtls": { mark: "◣", word: "lose mutual TLS", tone: "degraded" },
  delayed: { mark: "◣", word: "are held back by a fault", tone: "degraded" },
  "not-enforced": { mark: "◣", word: "pass, and nothing decides about them any more", tone: "degraded" },
  rerouted: { mark: "→", word: "go elsewhere", tone: "plain" },
  retried: { mark: "↻", word: "are tried again", tone: "plain" },
  mirrored: { mark: "⧉", word: "are copied there", tone: "plain" },
  allowed: { mark: "✓", word: "pass again", tone: "plain" },
};

/** `Calls that are refused`, `Calls that go nowhere` */
export const callsThat = (verdict: ImpactVerdict): string =>
  `Calls that ${verdict === "denied" ? "are refused" : VERDICT_WORDS[verdict].word}`;

export const CERTAINTY_WORDS: Readonly<Record<Certainty, { readonly mark: string; readonly word: string }>> = {
  certain: { mark: "●", word: "certain" },
  bounded: { mark: "◐", word: "bounded" },
  unknown: { mark: "○", word: "unknown" },
};

/** Of one verdict, of all steps: what happens for sure before what may, the more before the less. */
export const bySure = (a: Pick<ImpactItem, "min" | "max">, b: Pick<ImpactItem, "min" | "max">): number =>
  b.min - a.min || b.max - a.max;

/** `12.4 req/s`, `0–340 req/s`, `0–2 conn/s` */
function sayBounds({ min, max }: { readonly min: number; readonly max: number }, unit: string): string {
  const high = formatRate(perSecond(max), unit);
  const low = formatRate(perSecond(min), unit);
  return low === high ? high : `${low.replace(` ${unit}`, "")}–${high}`;
}

export function sayAmount(
  { min, max, protocol, seen }: Pick<ImpactItem, "min" | "max" | "protocol" | "seen">,
  window: string,
): string {
  if (seen === "week") return `none in the last ${sayWindow(window)}, seen within 7 days`;
  return sayBounds({ min, max }, protocol === "tcp" ? "conn/s" : "req/s");
}

/** `3 calls, 1 not certain · 93–112 req/s · 2 conn/s` */
export function sayTotal({ pairs, certain, requests, connections }: ImpactTotal): string {
  const open = pairs - certain;
  return [
    `${formatPlural(pairs, "pair")}${open === 0 ? "" : `, ${open} not certain`}`,
    ...(requests === null ? [] : [sayBounds(requests, "req/s")]),
    ...(connections === null ? [] : [sayBounds(connections, "conn/s")]),
  ].join(" · ");
}
