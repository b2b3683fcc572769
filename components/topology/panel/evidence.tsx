import { Name } from "#components/ui/name.tsx";
import { Cell, DataTable, Section } from "#components/ui/section.tsx";
import { formatBytesRate, formatPercent, formatRate, NO_DATA } from "#lib/format.ts";
import type { GraphEdge, Observer, ObserverEvidence } from "#lib/graph/model.ts";
import type { Behind } from "#lib/live/behind.ts";
import { OBSERVER_COLUMNS } from "../words.ts";
import { ranked } from "./responses.tsx";
import { unseenSentence } from "./unseen.ts";

const ORDER: readonly Observer[] = ["source", "waypoint", "destination", "ztunnel", "extension"];

type Line = readonly [name: string, value: (evidence: ObserverEvidence) => string];

const BYTES: readonly Line[] = [
  ["To the server", (evidence) => formatBytesRate(evidence.bytesPerSecond?.sent)],
  ["To the caller", (evidence) => formatBytesRate(evidence.bytesPerSecond?.received)],
];
const CONNECTIONS: readonly Line[] = [
  ["Opened", (evidence) => formatRate(evidence.connections?.openedPerSecond, "conn/s")],
  ["Failed", (evidence) => formatRate(evidence.connections?.failedPerSecond, "conn/s")],
];

/** An extension's own word on its own security. */
const SECURED: Line = [
  "Said to be secured",
  ({ secured }) => (secured === undefined ? NO_DATA : formatPercent(secured)),
];

/** Of http and grpc also what a ztunnel counted of the connections below, where one reports. */
function lines(edge: GraphEdge): readonly Line[] {
  const flags: Line = ["Flags", (evidence) => top(evidence.flags)];
  const said = edge.observers.extension?.secured === undefined ? [] : [SECURED];
  if (edge.protocol === "tcp") return [...BYTES, ...CONNECTIONS, flags, ...said];
  const seen = Object.values(edge.observers);
  return [
    ["Requests", (evidence) => formatRate(evidence.rate)],
    ["Codes", (evidence) => top(evidence.codes)],
    flags,
    ...(seen.some(({ bytesPerSecond }) => bytesPerSecond !== undefined) ? BYTES : []),
    ...(seen.some(({ connections }) => connections !== undefined) ? CONNECTIONS : []),
    ...said,
  ];
}

/** `200, 503`: the most frequent keys; what nobody said stays "no data". */
function top(rates: ObserverEvidence["codes"]): string {
  if (rates === undefined) return NO_DATA;
  const keys = ranked(rates).flatMap(([key, rate]) => (key !== "-" && rate > 0 ? key : []));
  return keys.length === 0 ? "none" : `${keys.slice(0, 3).join(", ")}${keys.length > 3 ? " …" : ""}`;
}

/** What a difference between the two ends usually is; null where they agree within a tenth. */
export function disagreement(edge: GraphEdge): string | null {
  const source = edge.observers.source?.rate;
  const destination = edge.observers.destination?.rate;
  if (source === undefined || destination === undefined) return null;
  const larger = Math.max(source, destination);
  if (larger === 0 || Math.abs(source - destination) <= larger * 0.1) return null;
  return source > destination
    ? "The caller counts more than the server: calls that never arrived, or pods of the server that aren't scraped."
    : "The server counts more than the caller: retries, mirrored copies, or callers that aren't scraped.";
}

/** Whose word the extension's is, and what it stands for. */
function extensionSentence({ observer }: GraphEdge, names: readonly string[]): string {
  const who = `${names.length === 1 ? "Extension" : "Extensions"}: ${names.join(", ")}, by kiali_ext_ metrics.`;
  return observer === "extension"
    ? `${who} No proxy of the mesh saw these calls: their policies and their mutual TLS aren’t the mesh’s.`
    : `${who} Whether it tells of the same calls isn’t known, so they aren’t added.`;
}

/** What each observer counted, side by side. They are never added together. */
export function Evidence({
  edge,
  behind = null,
}: {
  readonly edge: GraphEdge;
  /** Who is behind the target, where that is a service. */
  readonly behind?: Behind | null;
}) {
  const observers = ORDER.filter((observer) => edge.observers[observer] !== undefined);
  if (observers.length === 0) return null;
  const why = disagreement(edge);
  const unseen = unseenSentence(edge, behind);
  return (
    <Section title="Who saw what">
      <DataTable
        label="Evidence of each observer"
        columns={[
          { title: "" },
          ...observers.map((observer) => ({ title: OBSERVER_COLUMNS[observer], numeric: true })),
        ]}
      >
        {lines(edge).map(([name, value]) => (
          <tr key={name}>
            <Cell className="text-ink-2">{name}</Cell>
            {observers.map((observer) => (
              <Cell key={observer} numeric>
                <Name text={value(edge.observers[observer] ?? {})} />
              </Cell>
            ))}
          </tr>
        ))}
      </DataTable>
      {edge.extensions !== undefined && <p className="mt-2 text-ink-2">{extensionSentence(edge, edge.extensions)}</p>}
      {unseen !== null && <p className="mt-2">{unseen}</p>}
      {why !== null && <p className="mt-2 text-ink-2">{why}</p>}
    </Section>
  );
}
