"use client";

import { Chip } from "#components/ui/chip.tsx";
import { Name } from "#components/ui/name.tsx";
import { Cell, DataTable, Section } from "#components/ui/section.tsx";
import { sayWindow } from "#lib/api/windows.ts";
import { formatPercent, formatRate } from "#lib/format.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import type { GraphEdge } from "#lib/graph/model.ts";

const SHOWN = 12;

/** An identity counts where the server’s proxy reported it. */
export function identityOf({ mtls, mtlsBasis, principals }: Pick<GraphEdge, "mtls" | "mtlsBasis" | "principals">) {
  if (mtlsBasis !== "server" || mtls === null || mtls === 0) return null;
  return principals?.source?.replace(/^spiffe:\/\//, "") ?? null;
}

/** Who calls what the policy is for, each to be named in its rule. */
export function Callers({
  calls,
  window,
  unknown,
  disabled,
  onName,
}: {
  readonly calls: readonly GraphEdge[];
  readonly window: string;
  /** Why the traffic isn't known; null: it is. */
  readonly unknown: string | null;
  readonly disabled: boolean;
  readonly onName: (principal: string) => void;
}) {
  return (
    <Section title={`Calls to it · last ${sayWindow(window)}`}>
      {unknown !== null && <p className="border-t border-line pt-2 text-ink-2">{unknown}</p>}
      {unknown === null && calls.length === 0 && (
        <p className="border-t border-line pt-2 text-ink-2">Nobody was seen calling it in this window.</p>
      )}
      {calls.length > 0 && (
        <div className="overflow-x-auto">
          <DataTable
            label="Calls to it"
            columns={[
              { title: "Call" },
              { title: "Identity" },
              { title: "rate", numeric: true },
              { title: "mTLS", numeric: true },
            ]}
          >
            {calls.slice(0, SHOWN).map((edge) => (
              <Row key={edge.id} edge={edge} disabled={disabled} onName={onName} />
            ))}
          </DataTable>
        </div>
      )}
      {calls.length > SHOWN && (
        <p className="text-ink-3">
          Showing {SHOWN} of {calls.length}, by rate.
        </p>
      )}
    </Section>
  );
}

function Row({
  edge,
  disabled,
  onName,
}: {
  readonly edge: GraphEdge;
  readonly disabled: boolean;
  readonly onName: (principal: string) => void;
}) {
  const [from, to] = [parseNodeId(edge.source), parseNodeId(edge.target)];
  const caller = from === null ? edge.source : from.kind === "unknown" ? "not nameable" : from.name;
  const identity = identityOf(edge);
  return (
    <tr>
      <Cell>
        <Name text={`${caller} → ${to?.name ?? edge.target}`} />
      </Cell>
      <Cell className="px-3">
        {identity === null ? (
          <span className="text-ink-3">none known</span>
        ) : (
          <span className="inline-flex max-w-full items-center gap-2">
            <Name text={identity} />
            <Chip
              tone="quiet"
              disabled={disabled}
              aria-label={`Name ${identity} in the rule`}
              onClick={() => onName(identity)}
            >
              Name it
            </Chip>
          </span>
        )}
      </Cell>
      <Cell numeric>
        {edge.protocol === "tcp" ? formatRate(edge.connections?.openedPerSecond, "conn/s") : formatRate(edge.rate)}
      </Cell>
      <Cell numeric>{edge.mtls === null ? "not measured" : formatPercent(edge.mtls)}</Cell>
    </tr>
  );
}
