import { clsx } from "clsx";
import type { ReactNode } from "react";

export type NoticeTone = "plain" | "degraded" | "failing";

const STRIPE: Readonly<Record<NoticeTone, string>> = {
  failing: "border-l-failing bg-failing-bg",
  degraded: "border-l-degraded bg-degraded-bg",
  plain: "border-l-line-strong bg-raised",
};

/** One sentence that matters, with what to do about it. */
export function Notice({
  tone = "plain",
  title,
  action,
  role,
  children,
}: {
  readonly tone?: NoticeTone;
  readonly title?: string;
  readonly action?: ReactNode;
  readonly role?: "alert" | "status";
  readonly children?: ReactNode;
}) {
  return (
    <div
      role={role}
      className={clsx(
        "flex flex-wrap items-start justify-between gap-x-4 gap-y-2 rounded-r-md border border-l-2 border-line px-3 py-2",
        STRIPE[tone],
      )}
    >
      {/* Its first line stands level with what the button says. */}
      <div className={clsx("min-w-0 grow basis-60 wrap-anywhere", action !== undefined && "py-1")}>
        {title !== undefined && <strong className="font-semibold">{title} </strong>}
        {children}
      </div>
      {action !== undefined && <div className="flex shrink-0 flex-wrap gap-2">{action}</div>}
    </div>
  );
}

/** What stands where rows or a page would be: what is so, and one way on. */
export function Blank({
  title,
  tone = "plain",
  action,
  children,
}: {
  readonly title: string;
  readonly tone?: NoticeTone;
  readonly action?: ReactNode;
  readonly children?: ReactNode;
}) {
  return (
    <div className="grid min-h-60 grow place-items-center p-8" role={tone === "failing" ? "alert" : undefined}>
      <div className="max-w-md">
        <h2 className={clsx("text-[15px] font-semibold", tone === "failing" && "text-failing")}>{title}</h2>
        <div className="mt-2 text-ink-2 wrap-anywhere">{children}</div>
        {action !== undefined && <div className="mt-4 flex flex-wrap gap-2">{action}</div>}
      </div>
    </div>
  );
}
