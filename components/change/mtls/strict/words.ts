/** What the steps to STRICT are called, and when each is done. Pure. */
import type { StrictAnswer } from "#lib/api/strict.ts";
import { formatCount } from "#lib/format.ts";

type Wire<K extends keyof StrictAnswer> = StrictAnswer[K];
export type NamespaceItem = Wire<"namespaces">[number];
export type PairItem = Wire<"pairs">["items"][number];
export type ModeItem = Wire<"mesh">;

export interface StateWord {
  readonly mark: string;
  readonly word: string;
  readonly tone: "plain" | "degraded" | "failing";
}

export const STATE_WORDS: Readonly<Record<NamespaceItem["state"], StateWord>> = {
  ready: { mark: "✓", word: "ready", tone: "plain" },
  open: { mark: "◐", word: "nothing seen against it, not all was seen", tone: "degraded" },
  blocked: { mark: "✕", word: "calls would be refused, or may be", tone: "failing" },
  unknown: { mark: "○", word: "no calls are known", tone: "degraded" },
  strict: { mark: "●", word: "strict", tone: "plain" },
};

/** `12 mutual TLS · 2 plaintext · 1 not nameable · 3 not known` */
export function sayPairs({ proven, plaintext, nameless, unknown, untouched }: NamespaceItem["pairs"]): string {
  const parts = [
    [proven, "mutual TLS"],
    [plaintext, "plaintext"],
    [nameless, "seen, not nameable"],
    [unknown, "not known"],
    [untouched, "not touched"],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, word]) => `${formatCount(count)} ${word}`);
  return said.length === 0 ? "none seen" : said.join(" · ");
}

export interface PairGroup {
  readonly key: "plaintext" | "nameless" | "unknown" | "untouched";
  readonly title: string;
  readonly tone: StateWord["tone"];
  readonly pairs: readonly PairItem[];
}

/** Who would be refused by name, who without one, whom nobody knows of, and whom it doesn't touch. */
export function groupsOf(pairs: readonly PairItem[]): readonly PairGroup[] {
  const groups: readonly (Omit<PairGroup, "pairs"> & { readonly takes: (pair: PairItem) => boolean })[] = [
    {
      key: "plaintext",
      title: "Plaintext, by name: STRICT would refuse it",
      tone: "failing",
      takes: ({ refused, named }) => refused === true && named,
    },
    {
      key: "nameless",
      title: "Seen, not nameable: STRICT would refuse it",
      tone: "failing",
      takes: ({ refused, named }) => refused === true && !named,
    },
    {
      key: "unknown",
      title: "Not known: never counted as safe",
      tone: "degraded",
      takes: ({ refused }) => refused === null,
    },
    {
      key: "untouched",
      title: "Without mutual TLS, and not touched: an exception, or refused already",
      tone: "plain",
      takes: ({ refused }) => refused === false,
    },
  ];
  return groups
    .map(({ takes, ...group }) => ({ ...group, pairs: pairs.filter(takes) }))
    .filter((group) => group.pairs.length > 0);
}

/** `plaintext, measured`, `plaintext, by the objects`, `not measured` */
export function saySends({ sends, basis }: Pick<PairItem, "sends" | "basis">): string {
  if (sends === "unknown") return basis === "measured" ? "mutual TLS until now" : "not measured";
  return `${sends}, ${basis === "measured" ? "measured" : "by the objects"}`;
}
