import Link from "next/link";
import { portClientsHref } from "#components/policies/links.tsx";
import { TlsTable } from "#components/services/clients/tls-table.tsx";
import { PAST_ALL, unknownToThem } from "#components/services/clients/unknown.ts";
import { HostText } from "#components/ui/host-text.tsx";
import { Cell, DataTable, Section } from "#components/ui/section.tsx";
import { formatCount, formatPlural } from "#lib/format.ts";
import type { ClientTarget } from "#lib/policy/client-routing.ts";
import type { ClientTls } from "#lib/policy/client-tls.ts";
import type { HostSends, SendsKind, WorkloadSends } from "#lib/policy/sends.ts";
import { Lacks, SourceText } from "../parts.tsx";
import { Protocols } from "./protocols.tsx";

/** By kind of its pods: what is refused first, then what is sent, then the hosts that nothing is known to be sent to by rules. */
export function SendsView({ sends, search }: { readonly sends: WorkloadSends; readonly search: string }) {
  const { kinds, ports, lacks, workload } = sends;
  return (
    <>
      <Lacks lacks={lacks} />
      <p role="status" className="mt-3 text-ink-2">
        {summary(sends, search)}
      </p>
      {kinds.map((kind) => (
        <KindView key={kind.which ?? ""} kind={kind} cluster={workload.cluster} name={workload.name} />
      ))}
      {ports.told < ports.all && kinds.length > 0 && (
        <p className="mt-3 text-ink-2">
          The first {formatCount(ports.told)} of {formatPlural(ports.all, "destination")}. Search for a host to see the
          others.
        </p>
      )}
    </>
  );
}

function summary({ kinds, ports }: WorkloadSends, search: string): string {
  if (kinds.length === 0)
    return "A waypoint sends on what clients send through it: what that is stands on the page of each service, by its clients.";
  if (ports.all > 0) return formatPlural(ports.all, "destination");
  return search === "" ? "No Service and no ServiceEntry with a port is known." : "No host is called that.";
}

function KindView({
  kind,
  cluster,
  name,
}: {
  readonly kind: SendsKind;
  readonly cluster: string;
  readonly name: string;
}) {
  const { which, sends } = kind;
  const title = which === null ? name : `${name} (${which})`;
  // Rules of several hosts may lead to one place.
  const led = Map.groupBy(
    sends.flatMap(({ tls, protocol }) => tls.map((row) => ({ row, protocol }))),
    ({ row }) => JSON.stringify(row),
  );
  const rows = [...led.values()].flatMap(([first]) => first?.row ?? []);
  const protocols = (row: ClientTls) => (led.get(JSON.stringify(row)) ?? []).map(({ protocol }) => protocol);
  const broken = rows.filter(({ connects }) => connects === false);
  const others = rows.filter(({ connects }) => connects !== false);
  const odd = sends.filter(
    (each) => each.tls.length === 0 || !PLAIN.has(each.decides) || each.lacks.length > 0 || each.targets.length > 0,
  );
  return (
    <section aria-label={title} className="mt-6">
      {which !== null && <h2 className="font-semibold">{which}</h2>}
      {broken.length > 0 && (
        <p className="text-failing">✕ {formatPlural(broken.length, "place refuses", "places refuse")} what it sends.</p>
      )}
      <TlsTable
        rows={[...broken, ...others]}
        cluster={cluster}
        clients={title}
        protocol={(row) => <Protocols all={protocols(row)} />}
      />
      {odd.length > 0 && (
        <Section title="Outside, past the mesh’s rules, nowhere, or not known">
          <DataTable label={`How ${title} reaches other hosts`} columns={COLUMNS} stacks>
            {odd.map((each) => (
              <tr key={rowKey(each)}>
                <Cell className="pr-4 align-top">
                  <Host each={each} />
                </Cell>
                <Cell heading="Protocol" className="pr-4 align-top">
                  <Protocols all={[each.protocol]} />
                </Cell>
                <Cell heading="How" className="align-top">
                  {said(each)}
                  {each.targets.map((target) => (
                    <Target key={JSON.stringify(target)} target={target} host={each.host} />
                  ))}
                  {each.lacks.length > 0 && (
                    <span className="block text-[11px] text-ink-3 wrap-anywhere">lacks {each.lacks.join("; ")}</span>
                  )}
                </Cell>
              </tr>
            ))}
          </DataTable>
        </Section>
      )}
    </section>
  );
}

/** A Service may have two ports of one number, as DNS of TCP and UDP. */
export const rowKey = ({ host, port, portName, protocol, service: { namespace, name } }: HostSends): string =>
  JSON.stringify([namespace, name, host, port, portName, protocol.carries]);

const COLUMNS = [{ title: "Host" }, { title: "Protocol" }, { title: "How" }];

/** Ways on which the rows of TLS say all. */
const PLAIN: ReadonlySet<string> = new Set(["rules", "itself"]);

function said({ decides, outbound, leaves, waypoint, otherwise, tls, targets }: HostSends): string | null {
  switch (decides) {
    case "unknown":
      return "? How it is reached isn’t known.";
    case "out-of-scope":
      return unknownToThem("Its Sidecar leaves it out", outbound);
    case "not-exported":
      return unknownToThem("It isn’t exported to this namespace", outbound);
    case "not-discovered":
      return unknownToThem("Istiod doesn’t see its namespace (discoverySelectors)", outbound);
    case "past":
      return `◣ Past the sidecar${leaves === null ? "" : `, by ${leaves}`}: no rule counts, and nothing proves who calls.`;
    case "not-tcp":
      return PAST_ALL;
    case "nothing":
      return "It doesn’t route there.";
    default:
      if (tls.length > 0 || targets.length > 0) return waypoint === null ? null : `Through waypoint ${waypoint}.`;
      return otherwise === "404"
        ? "✕ Nothing is sent anywhere: calls are answered 404."
        : "Nothing arrives anywhere that is known.";
  }
}

/** Where calls fail, or go beside pods; the host itself isn't repeated. */
function Target({ target, host }: { readonly target: ClientTarget; readonly host: string }) {
  const { subset, ends, sends, fails, source } = target;
  const to = target.host === host && subset === null ? "" : `${subset === null ? "" : `${subset} of `}${target.host}: `;
  return (
    <div className="wrap-anywhere">
      {to}
      {ends !== null && <>to {ends}. </>}
      {sends !== null && <>It is sent {sends}. </>}
      {fails !== null && <span className="text-failing">✕ Calls sent there fail, {fails}. </span>}
      {source !== null && <SourceText source={source} />}
    </div>
  );
}

function Host({ each: { service, host, entry, port } }: { readonly each: HostSends }) {
  return (
    <Link
      href={portClientsHref(service, { host: entry ? host : null, port })}
      prefetch={false}
      className="underline decoration-line-strong underline-offset-2 wrap-anywhere hover:decoration-current"
    >
      <HostText text={`${host}:${port}`} />
    </Link>
  );
}
