"use client";

import { useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import Link from "next/link";
import { useId, useState } from "react";
import { ObjectLink, strictHref } from "#components/policies/links.tsx";
import { Notice } from "#components/policies/notice.tsx";
import { useLiveStatus } from "#components/shell/live-context.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { Name } from "#components/ui/name.tsx";
import { Cell, DataTable, Section } from "#components/ui/section.tsx";
import { problemOf } from "#lib/errors.ts";
import { formatPercent, formatRate } from "#lib/format.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import type { Graph } from "#lib/graph/model.ts";
import type { MtlsMode } from "#lib/policy/intent.ts";
import { liveGraphQuery } from "#lib/query/live-graph.ts";
import { perSecond, ratio } from "#lib/units.ts";
import { ClusterChange, type ClusterForm } from "../cluster-change.tsx";
import { useMayWrite } from "../rights.tsx";
import { confirmation, encrypted, type Level, levelsOf, type PlainEdge, plainEdges } from "./levels.ts";
import { MODES, WorkloadLevel } from "./workload-level.tsx";

/** Mutual TLS: what is declared at each level, beside what the live traffic has. */
export function MtlsPage() {
  return (
    <ClusterChange
      title="Mutual TLS"
      about="What each level declares for the workloads in it, beside what the calls of the last five minutes had. A level that is not set takes the next wider one’s. What really counts for one pod isn’t worked out here."
      kinds={["PeerAuthentication"]}
    >
      {(form) => <Levels form={form} />}
    </ClusterChange>
  );
}

interface Wish {
  readonly level: Level;
  readonly mode: MtlsMode;
}

function Levels({ form }: { readonly form: ClusterForm }) {
  const paused = useLiveStatus().phase === "paused";
  const live = useQuery({
    ...liveGraphQuery({ cluster: form.cluster, namespaces: [], window: "5m", at: null }),
    ...(paused ? { refetchInterval: false as const } : {}),
  });
  const graph = live.data ?? null;
  const [asking, setAsking] = useState<Wish | null>(null);
  const levels = levelsOf(
    form.cluster,
    form.rootNamespace,
    form.namespaces.map(({ name }) => name),
    form.manifests,
  );
  const carryOut = ({ level, mode }: Wish) => {
    setAsking(null);
    form.change({
      kind: "mtls",
      cluster: form.cluster,
      scope: level.scope,
      ...(level.port === null ? { mode } : { ports: { [level.port]: mode === "UNSET" ? null : mode } }),
    });
  };
  const choose = (level: Level, mode: MtlsMode) => {
    const plain = graph === null ? [] : plainEdges(graph, form.cluster, level.namespace);
    if (mode === "STRICT" && (plain.length > 0 || graph === null)) setAsking({ level, mode });
    else carryOut({ level, mode });
  };
  return (
    <>
      {live.error !== null && (
        <div className="mt-3">
          <Notice tone="degraded" role="status" title="The live traffic can’t be read.">
            {problemOf(live.error).detail} STRICT asks for a typed confirmation meanwhile: who calls in plaintext isn’t
            known.
          </Notice>
        </div>
      )}
      {asking !== null && (
        <Confirm
          key={`${asking.level.key}`}
          wish={asking}
          rootNamespace={form.rootNamespace}
          plain={graph === null ? null : plainEdges(graph, form.cluster, asking.level.namespace)}
          onCancel={() => setAsking(null)}
          onConfirm={() => carryOut(asking)}
        />
      )}
      {form.rootNamespace === null && (
        <p className="mt-3 text-ink-2">
          What the whole mesh declares stands in its root namespace, which you don’t see: it isn’t known here.
        </p>
      )}
      <Section title="Declared" aside="encrypted: of measured calls, last 5 m">
        <div className="overflow-x-auto">
          <DataTable
            label="Mutual TLS by level"
            columns={[
              { title: "Level" },
              { title: "Declared mode" },
              { title: "Says so" },
              { title: "Encrypted", numeric: true },
            ]}
          >
            {levels.map((level) => (
              <Row key={level.key} level={level} form={form} graph={graph} onChoose={(mode) => choose(level, mode)} />
            ))}
          </DataTable>
        </div>
      </Section>
      <WorkloadLevel form={form} graph={graph} onChoose={choose} />
    </>
  );
}

function Row({
  level,
  form,
  graph,
  onChoose,
}: {
  readonly level: Level;
  readonly form: ClusterForm;
  readonly graph: Graph | null;
  readonly onChoose: (mode: MtlsMode) => void;
}) {
  const { forbidden } = useMayWrite({
    cluster: form.cluster,
    namespace: level.scope.level === "mesh" ? form.rootNamespace : level.scope.namespace,
    kinds: ["PeerAuthentication"],
  });
  const closest = level.scope.level === "workload";
  return (
    <tr>
      <Cell
        className={clsx(
          "pr-3",
          level.scope.level === "mesh" && "font-semibold",
          closest && "pl-5",
          level.port && "pl-10",
        )}
      >
        <Name text={level.title} />
      </Cell>
      <Cell className="pr-3">
        <select
          aria-label={`Mode of ${level.title}${level.port === null ? "" : ` of ${level.key}`}`}
          value={level.declared}
          disabled={forbidden !== null || !form.draft.whole || form.flow.state.phase === "applying"}
          title={forbidden ?? undefined}
          onChange={(event) => {
            const chosen = MODES.find(({ value }) => value === event.target.value);
            if (chosen !== undefined) onChoose(chosen.value);
          }}
          className="h-7 rounded-md border border-line bg-raised px-2 hover:border-line-strong disabled:opacity-60"
        >
          {MODES.map(({ value, title }) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
      </Cell>
      <Cell className="pr-3">
        {level.object === null ? <span className="text-ink-3">no object</span> : <ObjectLink object={level.object} />}
        {!closest && level.declared !== "STRICT" && (
          <Link
            href={strictHref(form.cluster, level.namespace)}
            prefetch={false}
            aria-label={`Way to strict of ${level.title}`}
            className="ml-3 text-accent underline-offset-2 hover:underline"
          >
            Way to strict
          </Link>
        )}
      </Cell>
      <Cell numeric>{closest ? "" : <Share graph={graph} form={form} namespace={level.namespace} />}</Cell>
    </tr>
  );
}

function Share({
  graph,
  form,
  namespace,
}: {
  readonly graph: Graph | null;
  readonly form: ClusterForm;
  readonly namespace: string | null;
}) {
  if (graph === null) return <span className="text-ink-3">no data</span>;
  const { share, unknown, measured } = encrypted(graph, form.cluster, namespace);
  const title = `${formatRate(perSecond(measured))} measured by servers or by the peer’s certificate, ${formatRate(perSecond(unknown))} not measured`;
  if (share === null)
    return (
      <span className="text-ink-3" title={title}>
        {unknown > 0 ? "not measured" : "no calls"}
      </span>
    );
  return (
    <span title={title} className={clsx(share < 1 && "text-degraded")}>
      {share < 1 && "◣ "}
      {formatPercent(ratio(share))}
      {unknown > 0 && <span className="text-ink-3"> of {formatPercent(ratio(measured / (measured + unknown)))}</span>}
    </span>
  );
}

const SHOWN = 8;

/** Who would be refused, and a name to type before that is planned. */
function Confirm({
  wish: { level },
  plain,
  rootNamespace,
  onCancel,
  onConfirm,
}: {
  readonly wish: Wish;
  /** null: the traffic isn't known. */
  readonly plain: readonly PlainEdge[] | null;
  readonly rootNamespace: string | null;
  readonly onCancel: () => void;
  readonly onConfirm: () => void;
}) {
  const [typed, setTyped] = useState("");
  const id = useId();
  const word = confirmation(level.scope, rootNamespace);
  const name = (node: string) => {
    const key = parseNodeId(node);
    if (key === null) return node;
    return key.kind === "unknown" ? "callers that telemetry can’t name" : key.name;
  };
  return (
    <form
      className="mt-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.trim() === word) onConfirm();
      }}
    >
      <Notice
        tone="failing"
        role="alert"
        title={
          plain === null
            ? "Who calls in plaintext isn’t known."
            : `Strict would refuse ${plain.length === 1 ? "a caller" : "callers"} seen in plaintext.`
        }
      >
        {plain !== null && (
          <ul className="mt-1">
            {plain.slice(0, SHOWN).map((edge) => (
              <li key={edge.id} className="flex justify-between gap-4 border-t border-line py-1">
                <Name text={`${name(edge.source)} → ${name(edge.target)}`} />
                <span className="tabular-nums">{formatRate(perSecond(edge.rate), edge.tcp ? "conn/s" : "req/s")}</span>
              </li>
            ))}
          </ul>
        )}
        {plain !== null && plain.length > SHOWN && <p>And {plain.length - SHOWN} more.</p>}
        <div className="mt-2 flex flex-wrap items-center gap-2">
          <label htmlFor={id}>
            Type <code className="font-mono">{word}</code> to plan it all the same:
          </label>
          <input
            id={id}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            className="h-7 w-40 rounded-md border border-line bg-raised px-2"
          />
          <Chip type="submit" tone="failing" disabled={typed.trim() !== word}>
            Put strict in the draft
          </Chip>
          <Chip tone="quiet" onClick={onCancel}>
            Leave it
          </Chip>
        </div>
      </Notice>
    </form>
  );
}
