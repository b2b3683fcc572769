import { clsx } from "clsx";
import { Cell, DataTable, Section } from "#components/ui/section.tsx";
import { sayWindow } from "#lib/api/windows.ts";
import { formatCount, formatMs, formatPercent, NO_DATA } from "#lib/format.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import { milliseconds, ratio } from "#lib/units.ts";
import { type Compared, compareLatency, compareSuccess, pairOf, type VersionTraffic } from "../observed.ts";
import { pointsText } from "../words.ts";

/** The candidate's numbers beside the stable version's, with what chance alone would make of them. */
export function CandidateTable({
  stable,
  candidate,
  window,
}: {
  readonly stable: VersionTraffic;
  readonly candidate: VersionTraffic;
  readonly window: string;
}) {
  const pair = pairOf(stable, candidate);
  const success = compareSuccess(stable, candidate);
  const sign = (ms: number | null) =>
    ms === null ? "–" : ms === 0 ? "±0 ms" : `${ms > 0 ? "+" : "−"}${formatMs(milliseconds(Math.abs(ms)))}`;
  const tcp = [...stable.edges, ...candidate.edges].every(({ protocol }) => protocol === "tcp");
  return (
    <Section title={`Candidate beside stable · last ${sayWindow(window)}`}>
      {tcp && stable.edges.length > 0 ? (
        <p className="border-t border-line pt-2 text-ink-2">
          Its traffic is TCP: connections have no codes or latencies to compare.
        </p>
      ) : (
        <div className="overflow-x-auto">
          <DataTable
            label="Candidate beside stable"
            columns={[
              { title: "of the calls" },
              { title: `${stable.version} stable`, numeric: true },
              { title: `${candidate.version} candidate`, numeric: true },
              { title: "difference", numeric: true },
              { title: "samples", numeric: true },
            ]}
          >
            <Row
              name="Success"
              compared={success}
              show={(value) => formatPercent(ratio(value))}
              difference={
                success.difference === null
                  ? "–"
                  : `${pointsText(success.difference)}${success.noise === true ? " (within noise)" : ""}`
              }
            />
            {(["p50", "p95", "p99"] as const).map((name) => {
              const compared =
                pair === null
                  ? {
                      stable: null,
                      candidate: null,
                      difference: null,
                      worse: false,
                      noise: null,
                      samples: 0,
                      few: false,
                    }
                  : compareLatency(pair, name);
              return (
                <Row
                  key={name}
                  name={name}
                  compared={compared}
                  show={(value) => formatMs(milliseconds(value))}
                  difference={sign(compared.difference)}
                />
              );
            })}
          </DataTable>
        </div>
      )}
      {pair !== null && !tcp && (
        <p className="mt-1 text-[11px] text-ink-3">
          Success: all callers. Latency: as <bdi>{parseNodeId(pair.caller)?.name ?? pair.caller}</bdi> sees both, the
          caller with most calls to each. Marked where it is slower by a fifth and 5 ms.
        </p>
      )}
    </Section>
  );
}

function Row({
  name,
  compared,
  show,
  difference,
}: {
  readonly name: string;
  readonly compared: Compared;
  readonly show: (value: number) => string;
  readonly difference: string;
}) {
  const { stable, candidate, worse, few, samples } = compared;
  const text = (value: number | null) => (value === null ? (few ? "too few" : NO_DATA) : show(value));
  return (
    <tr>
      <Cell>{name}</Cell>
      <Cell numeric>{text(stable)}</Cell>
      <Cell numeric className={clsx(worse && "text-degraded")}>
        {worse && "◣ "}
        {few && name === "Success" ? "too few" : text(candidate)}
      </Cell>
      <Cell numeric className={clsx(worse && "text-degraded")}>
        {difference}
      </Cell>
      <Cell numeric>{formatCount(samples)}</Cell>
    </tr>
  );
}
