import { clsx } from "clsx";
import type { PolicyItem } from "#lib/api/policies.ts";
import type { ManagerTool } from "#lib/policy/plan.ts";
import { managedBy, TOOLS } from "./words.ts";

const LETTERS: Readonly<Record<ManagerTool, string>> = {
  meshscope: "M",
  kubectl: "k",
  argocd: "A",
  flux: "F",
  helm: "H",
  flagger: "Fg",
  "argo-rollouts": "R",
  istio: "I",
  other: "?",
};

/** A tool as a small box with its letter; its name stands beside it. */
export function ToolMark({ tool, strong = false }: { readonly tool: ManagerTool; readonly strong?: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={clsx(
        "inline-grid h-4 min-w-4 shrink-0 place-items-center rounded-[3px] border px-[3px] font-mono text-[10px] leading-none",
        strong ? "border-degraded text-degraded" : "border-line-strong text-ink-2",
      )}
    >
      {LETTERS[tool]}
    </span>
  );
}

/** Who keeps an object, in a table's cell. One that puts its own state back says so in words. */
export function ManagedBy({ item }: { readonly item: Pick<PolicyItem, "owner" | "managers"> }) {
  const tools = managedBy(item);
  const first = tools[0];
  if (first === undefined) return <span className="text-ink-3">not said</span>;
  const reverts = item.owner?.reverts === true;
  const names = item.managers.map(({ name }) => name).join(", ");
  return (
    <span className="flex min-w-0 items-center gap-1.5" title={names === "" ? undefined : `Field managers: ${names}`}>
      <ToolMark tool={first} strong={reverts} />
      <span className="truncate">
        {first === "other" ? (item.managers[0]?.name ?? TOOLS.other) : TOOLS[first]}
        {tools.length > 1 && <span className="text-ink-3"> +{tools.length - 1}</span>}
        {reverts && <span className="text-degraded"> reverts</span>}
      </span>
    </span>
  );
}
