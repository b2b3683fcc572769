import { clsx } from "clsx";
import { Notice } from "#components/policies/notice.tsx";
import { sayInstants } from "#components/shell/instant.ts";
import { Name } from "#components/ui/name.tsx";
import { Cell, DataTable, Section } from "#components/ui/section.tsx";
import type { EgressAnswer } from "#lib/api/egress.ts";
import { formatPlural } from "#lib/format.ts";
import { FATE_WORDS, few, sayChange, sayRate } from "./words.ts";

/** What the chosen entries save, what they break, and what nobody could see. */
export function EgressOutcome({ proposal }: { readonly proposal: EgressAnswer }) {
  const { savings, breaks, kept, unseen, outside, traffic } = proposal;
  const window = traffic?.window ?? "hour";
  return (
    <>
      <Section title="What each proxy is told" aside="now → then, counted from the inventory">
        {savings.length === 0 && <p className="text-ink-2">No proxy would go by it.</p>}
        {savings.length > 0 && (
          <div className="overflow-x-auto">
            <DataTable
              label="What each proxy is told"
              columns={[
                { title: "Proxies" },
                { title: "Hosts", numeric: true },
                { title: "Clusters", numeric: true },
                { title: "Endpoints", numeric: true },
              ]}
            >
              {savings.map(({ clients, pods, now, then }) => (
                <tr key={clients.join()}>
                  <Cell className="pr-3">
                    <Name text={few(clients)} />
                    <span className="block text-[11px] text-ink-3">{formatPlural(pods, "pod")}</span>
                  </Cell>
                  <Cell numeric>{sayChange(now?.hosts, then?.hosts)}</Cell>
                  <Cell numeric>{sayChange(now?.clusters, then?.clusters)}</Cell>
                  <Cell numeric>{sayChange(now?.endpoints, then?.endpoints)}</Cell>
                </tr>
              ))}
            </DataTable>
          </div>
        )}
        <p className="mt-1 max-w-[90ch] text-[11px] text-ink-3">
          Clusters: one a host and port, one more a subset. Endpoints: ready pods behind Services, once for each port.
          How much memory that is isn’t derived: it isn’t measured here.
        </p>
      </Section>
      <Section
        title="What it breaks"
        aside={traffic === null ? "no calls are known" : `${formatPlural(kept, "pair")} kept`}
      >
        {traffic === null && <p className="text-ink-2">Which calls it concerns isn’t known.</p>}
        {traffic !== null && breaks.length === 0 && (
          <p>
            <b className="font-semibold">
              No call that was seen{unseen > 0 ? ", and that you may see," : ""} loses its host.
            </b>{" "}
            <span className="text-ink-2">
              What calls less often than these windows are long, such as monthly jobs or a failover, can’t be seen in
              them.
            </span>
          </p>
        )}
        <ul>
          {breaks.map((each) => {
            const { mark, word, tone } = FATE_WORDS[each.fate];
            return (
              <li
                key={`${each.host} ${each.fate} ${each.certain} ${each.lacks.join()} ${each.clients.join()}`}
                className="border-t border-line py-1.5"
              >
                <div className="flex flex-wrap items-baseline justify-between gap-x-4">
                  <span className="min-w-0 wrap-anywhere">
                    <span aria-hidden="true" className={clsx(tone === "failing" ? "text-failing" : "text-degraded")}>
                      {mark}{" "}
                    </span>
                    <bdi className="font-semibold">{each.host}</bdi> {word}
                  </span>
                  <span className="text-[12px] text-ink-2 tabular-nums">
                    {sayRate([each], window)} · {each.certain ? "● certain" : "○ unknown"}
                  </span>
                </div>
                <p className="text-[11px] text-ink-2">
                  From {few(each.clients)}. {each.why}
                  {each.lacks.length > 0 && ` Not known: ${each.lacks.join("; ")}.`}
                </p>
              </li>
            );
          })}
        </ul>
        {unseen > 0 && (
          <div className="mt-2">
            <Notice tone="degraded" title={`${formatPlural(unseen, "pair")} you may not see.`}>
              They are called in namespaces out of your sight and aren’t in the proposal: somebody who sees them has to
              add their hosts, or they lose them.
            </Notice>
          </div>
        )}
      </Section>
      {outside.length > 0 && (
        <Section title="What no Sidecar decides about" aside={formatPlural(outside.length, "host")}>
          <ul>
            {outside.map(({ host, clients, why, ...seen }) => (
              <li key={host} className="border-t border-line py-1.5">
                <div className="flex flex-wrap items-baseline justify-between gap-x-4">
                  <bdi className="wrap-anywhere">{host}</bdi>
                  <span className="text-[12px] text-ink-2 tabular-nums">
                    {sayRate([{ host, clients, ...seen }], window)}
                  </span>
                </div>
                <p className="text-[11px] text-ink-2">
                  From {few(clients)}. {why}
                </p>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="What these windows couldn’t have seen">
        <ul className="list-disc pl-5 text-ink-2">
          {[...(traffic?.limits ?? []), ...proposal.blindSpots].map((text) => (
            <li key={text}>{sayInstants(text)}</li>
          ))}
        </ul>
      </Section>
    </>
  );
}
