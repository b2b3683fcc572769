import Link from "next/link";
import { strictHref } from "#components/policies/links.tsx";
import { sayInstants } from "#components/shell/instant.ts";
import { Cell, DataTable } from "#components/ui/section.tsx";
import type { StrictAnswer } from "#lib/api/strict.ts";
import { formatCount, formatPlural } from "#lib/format.ts";
import { Mode } from "./now-step.tsx";
import { State, Step } from "./step.tsx";
import { STATE_WORDS, sayPairs } from "./words.ts";

/** In which order to go: by the evidence alone, the same for the same evidence. */
export function OrderStep({ number, path }: { readonly number: number; readonly path: StrictAnswer }) {
  const { namespaces, evidence, cluster, namespace, hidden } = path;
  const ready = namespaces.filter(({ state }) => state === "ready").length;
  const left = namespaces.filter(({ state }) => state !== "strict").length;
  return (
    <Step
      number={number}
      title={namespace === null ? "Order of namespaces" : "Where it stands"}
      state={
        left === 0
          ? { mark: "●", word: "all strict", tone: "plain" }
          : {
              mark: ready > 0 ? "✓" : "◐",
              word: `${formatCount(ready)} of ${formatCount(left)} ready`,
              tone: ready > 0 ? "plain" : "degraded",
            }
      }
    >
      {namespaces.length === 0 ? (
        <p className="text-ink-2">No workload here has a proxy that would enforce it.</p>
      ) : (
        <div className="@container">
          <DataTable
            stacks
            label="Namespaces in the order to go"
            columns={[{ title: "Namespace" }, { title: "Takes" }, { title: "State" }, { title: "Pairs that call it" }]}
          >
            {namespaces.map((each, index) => (
              <tr key={each.namespace}>
                <Cell className="pr-4 align-top">
                  <span className="inline-block min-w-5 text-ink-3 tabular-nums">{index + 1} </span>
                  {namespace === null ? (
                    <Link
                      href={strictHref(cluster, each.namespace)}
                      prefetch={false}
                      className="name underline decoration-line-strong underline-offset-2 hover:decoration-current"
                    >
                      <bdi>{each.namespace}</bdi>
                    </Link>
                  ) : (
                    <bdi className="name">{each.namespace}</bdi>
                  )}
                  <span className="block text-[11px] whitespace-nowrap text-ink-3">
                    {formatPlural(each.workloads, "workload")}
                  </span>
                </Cell>
                <Cell className="pr-4 align-top whitespace-nowrap" heading="takes">
                  <Mode mode={each.now} />
                </Cell>
                <Cell className="pr-4 align-top">
                  <State state={STATE_WORDS[each.state]} />
                  {each.state !== "strict" &&
                    each.blindSpots.map((text) => (
                      <span key={text} className="block text-[11px] text-ink-2 wrap-anywhere">
                        Blind: {sayInstants(text)}
                      </span>
                    ))}
                </Cell>
                <Cell className="align-top tabular-nums" heading="pairs that call it">
                  {evidence === null ? "not known" : sayPairs(each.pairs)}
                  {evidence !== null && each.silent > 0 && (
                    <span className="block text-[11px] text-ink-3">
                      {formatPlural(each.silent, "workload")} nobody was seen to call
                    </span>
                  )}
                </Cell>
              </tr>
            ))}
          </DataTable>
        </div>
      )}
      {hidden && <p className="text-ink-2">There are namespaces that you may not see: they aren’t listed.</p>}
      <p className="text-ink-3">
        Ready first: no call in plaintext, none that isn’t known, no blind spot: proxies that are scraped now, and were
        as many at each hour of the 7 days; of pods beyond today’s number, which came and went, nothing is known. Then
        what has blind spots, then by how many pairs stand in the way. Namespaces without a workload in the mesh aren’t
        listed.
      </p>
    </Step>
  );
}
