import { clsx } from "clsx";
import type { ComponentProps } from "react";

export type Tone = "plain" | "quiet" | "degraded" | "failing" | "on";

const TONES: Readonly<Record<Tone, string>> = {
  plain: "border-line text-ink hover:border-line-strong",
  quiet: "border-line text-ink-2 hover:border-line-strong hover:text-ink",
  degraded: "border-line text-degraded hover:border-degraded",
  failing: "border-failing text-failing",
  on: "border-accent text-accent",
};

const SHAPE = "inline-flex h-7 items-center gap-1.5 rounded-md border bg-raised px-2.5 whitespace-nowrap tabular-nums";

/** The one button of the console: a hairline box in the 28 px row. */
export function Chip({ tone = "plain", className, ...rest }: ComponentProps<"button"> & { readonly tone?: Tone }) {
  return <button type="button" {...rest} className={clsx(SHAPE, TONES[tone], "disabled:opacity-50", className)} />;
}

/** The same box for what only says something. */
export function ChipText({ tone = "quiet", className, ...rest }: ComponentProps<"span"> & { readonly tone?: Tone }) {
  return <span {...rest} className={clsx(SHAPE, TONES[tone], className)} />;
}
