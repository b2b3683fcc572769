import { clsx } from "clsx";
import { formatRate } from "#lib/format.ts";
import { explainFlags } from "#lib/graph/flags.ts";
import type { GraphEdge, Outcome } from "#lib/graph/model.ts";
import { outcomeOf } from "#lib/graph/outcome.ts";
import { edgeLimit } from "./limit.ts";
import { ranked } from "./responses.tsx";

/** Classes that some limit may count, where the edge doesn't say which one decided. */
const BAD: readonly Outcome[] = ["neverArrived", "server", "client", "policy"];

/** Does the limit that decided count what has this code or these flags? Of codes that an annotation names nobody can tell. */
function counted({ limit, protocol }: GraphEdge, code: string, flags: string): boolean {
  if (limit === undefined && protocol === "tcp") return true;
  const outcome = outcomeOf({ code, flags, grpc: protocol === "grpc" && /^\d{1,2}$/.test(code) });
  return outcome !== null && (limit?.outcomes ?? BAD).includes(outcome);
}

/**
 * The worst thing about an edge in one sentence; null while it is well. It names only what the limit counts, whatever is
 * more frequent: a delay that was injected (`DI`) is no reason, nor are answers within their own limit.
 */
export function healthSentence(edge: GraphEdge): { readonly title: string; readonly text: string } | null {
  if (edge.health === "idle") return { title: "Idle.", text: "It had traffic in the last hour and has none now." };
  if (edge.health !== "failing" && edge.health !== "degraded") return null;
  const title = edge.health === "failing" ? "Failing." : "Degraded.";
  const unit = edge.protocol === "tcp" ? "conn/s" : "req/s";
  const flag = ranked(edge.flags).find(
    ([raw, rate]) => rate > 0 && raw !== "-" && raw !== "" && counted(edge, "200", raw),
  );
  const meaning =
    flag === undefined ? undefined : explainFlags(flag[0]).find((each) => counted(edge, "200", each.flag));
  if (flag !== undefined && meaning !== undefined) {
    return {
      title,
      text: `${formatRate(flag[1], unit)} end with ${flag[0]}: ${meaning.means.toLowerCase()}. ${meaning.fix}.`,
    };
  }
  const code = ranked(edge.codes).find(([key, rate]) => rate > 0 && counted(edge, key, "-"));
  if (code === undefined) return { title, text: "The share of requests that failed is above its limit." };
  const what = code[0] === "-" ? "get no response" : `are answered ${code[0]}`;
  const policy = code[0] === "403" || code[0] === "401" ? " A policy may refuse them." : "";
  return { title, text: `${formatRate(code[1], unit)} ${what}.${policy}` };
}

export function HealthNote({ edge }: { readonly edge: GraphEdge }) {
  const sentence = healthSentence(edge);
  if (sentence === null) return null;
  const failing = edge.health === "failing";
  const limit = edgeLimit(edge);
  return (
    <p
      className={clsx(
        "mt-3 rounded-r-md border-l-2 px-3 py-2",
        failing
          ? "border-failing bg-failing-bg"
          : edge.health === "degraded"
            ? "border-degraded bg-degraded-bg"
            : "border-line-strong bg-sunken",
      )}
    >
      <strong className="font-semibold">{sentence.title}</strong> {sentence.text}
      {limit !== null && <span className="mt-1 block text-[11px] text-ink-2">{limit}</span>}
    </p>
  );
}
