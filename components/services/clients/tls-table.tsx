import Link from "next/link";
import type { ReactNode } from "react";
import { securityHref } from "#components/policies/links.tsx";
import { SourceText } from "#components/security/parts.tsx";
import { HostText } from "#components/ui/host-text.tsx";
import { Cell, DataTable } from "#components/ui/section.tsx";
import type { ClientTls, TlsSay } from "#lib/policy/client-tls.ts";

const SENDS: Readonly<Record<NonNullable<ClientTls["sends"]>, { readonly text: string; readonly about: string }>> = {
  ISTIO_MUTUAL: { text: "ISTIO_MUTUAL", about: "the mesh’s mutual TLS" },
  automatic: { text: "mutual TLS", about: "automatic" },
  HBONE: { text: "HBONE", about: "the mesh’s mutual TLS, of ambient mode" },
  SIMPLE: { text: "SIMPLE", about: "TLS that the rule sets up, without a certificate of the client" },
  MUTUAL: { text: "MUTUAL", about: "TLS that the rule sets up, not the mesh’s" },
  plaintext: { text: "plaintext", about: "as the client says it" },
};

const TAKES: Readonly<Record<NonNullable<ClientTls["takes"]>, string>> = {
  STRICT: "STRICT: mutual TLS alone",
  PERMISSIVE: "PERMISSIVE: mutual TLS and plaintext",
  DISABLE: "DISABLE: plaintext alone",
  HBONE: "HBONE",
  "no proxy": "what the workload takes: no proxy stands before it",
  past: "what the workload takes: it comes past its sidecar",
};

const BY = {
  client: null,
  waypoint: "from the waypoint",
  nobody: "past the rules, by no proxy",
} as const;

/** What these clients send to each place that they are led to, whether that takes it, and who says so. */
export function TlsTable({
  rows,
  cluster,
  clients,
  protocol,
}: {
  readonly rows: readonly ClientTls[];
  readonly cluster: string;
  /** Whom it is about. */
  readonly clients: string;
  /** How the ports that lead there are taken, where they are several. */
  readonly protocol?: (row: ClientTls) => ReactNode;
}) {
  if (rows.length === 0) return null;
  return (
    <div className="@container mt-3">
      <DataTable
        stacks
        label={`Mutual TLS of ${clients}`}
        columns={[
          { title: "To" },
          ...(protocol === undefined ? [] : [{ title: "Protocol" }]),
          { title: "Sends" },
          { title: "Server takes" },
          { title: "So" },
          { title: "Because" },
        ]}
      >
        {rows.map((row) => (
          <tr key={JSON.stringify(row)}>
            <Cell className="pr-4 align-top">
              <Place row={row} cluster={cluster} />
            </Cell>
            {protocol !== undefined && (
              <Cell heading="Protocol" className="pr-4 align-top">
                {protocol(row)}
              </Cell>
            )}
            <Cell heading="Sends" className="pr-4 align-top">
              <Sends row={row} />
            </Cell>
            <Cell heading="Server takes" className="pr-4 align-top">
              {row.takes === null ? <span className="text-ink-3">–</span> : TAKES[row.takes]}
            </Cell>
            <Cell heading="So" className="pr-4 align-top">
              <Outcome row={row} />
            </Cell>
            <Cell heading="Because" className="align-top">
              <Because row={row} />
            </Cell>
          </tr>
        ))}
      </DataTable>
    </div>
  );
}

function Place({
  row: { host, subset, port, servers, by },
  cluster,
}: {
  readonly row: ClientTls;
  readonly cluster: string;
}) {
  return (
    <>
      <span className="wrap-anywhere">
        <HostText text={`${subset ?? host}${port === null ? "" : `:${port}`}`} />
        {subset !== null && <span className="text-ink-3"> of {host}</span>}
      </span>
      {BY[by] !== null && <span className="block text-[11px] text-ink-2">{BY[by]}</span>}
      <ul className="text-[11px] text-ink-2">
        {servers.map((server) => (
          <li key={server} className="wrap-anywhere">
            <Server server={server} cluster={cluster} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** `shop/reviews-v1 (1 of 2 pods, without a proxy)`: its page says what it takes, and whom it lets in. */
function Server({ server, cluster }: { readonly server: string; readonly cluster: string }) {
  const [place = "", ...which] = server.split(" ");
  const [namespace = "", name = ""] = place.split("/");
  return (
    <>
      <Link
        href={securityHref(cluster, namespace, name)}
        prefetch={false}
        className="underline decoration-line-strong underline-offset-2 hover:decoration-current"
      >
        <bdi>{place}</bdi>
      </Link>
      {which.length > 0 && ` ${which.join(" ")}`}
    </>
  );
}

function Sends({ row: { sends } }: { readonly row: ClientTls }) {
  if (sends === null) return <span className="text-degraded">? not known</span>;
  const { text, about } = SENDS[sends];
  return (
    <>
      <span className="font-semibold">{text}</span>
      <span className="block text-[11px] text-ink-2">{about}</span>
    </>
  );
}

function Outcome({ row: { connects, identified, lacks } }: { readonly row: ClientTls }) {
  if (connects === null)
    return (
      <>
        <span className="font-semibold text-degraded">? unknown</span>
        <span className="block text-[11px] text-ink-2 wrap-anywhere">lacks {lacks.join("; ")}</span>
      </>
    );
  if (!connects) return <span className="font-semibold text-failing">✕ broken: it is refused</span>;
  const known = { true: "the server knows who calls", false: "the server doesn’t know who calls" };
  return (
    <>
      <span aria-hidden="true">● </span>connects
      <span className="block text-[11px] text-ink-2">
        {identified === null ? "whether the server knows who calls isn’t known" : known[`${identified}`]}
      </span>
    </>
  );
}

/** The level that an object speaks at, in words. */
const LEVELS: Readonly<Record<NonNullable<TlsSay["level"]>, string>> = {
  ...{ rule: "as a whole", port: "for the port", subset: "for the subset", "subset port": "for the subset’s port" },
  ...{ mesh: "mesh", namespace: "namespace", workload: "workload", "workload port": "workload’s port" },
  gateway: "opens ports",
};

function Because({ row: { why, chain } }: { readonly row: ClientTls }) {
  return (
    <>
      {why.map((text) => (
        <p key={text} className="text-ink-2">
          {text}
        </p>
      ))}
      {chain.length > 0 && (
        <ul>
          {chain.map(({ source, level, says }) => (
            <li key={JSON.stringify([source, level, says])} className="mt-1">
              {level !== null && (
                <span className="text-[11px] text-ink-2">
                  {LEVELS[level]}
                  {says !== null && ` · ${says}`}
                </span>
              )}{" "}
              <SourceText source={source} />
            </li>
          ))}
        </ul>
      )}
      {why.length === 0 && chain.length === 0 && <span className="text-ink-3">–</span>}
    </>
  );
}
