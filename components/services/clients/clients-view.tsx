import { clsx } from "clsx";
import type { ReactNode } from "react";
import { Lacks, SourceText } from "#components/security/parts.tsx";
import { formatPlural } from "#lib/format.ts";
import type { ClientPlane, ClientRouting, RoutingClass } from "#lib/policy/client-routing.ts";
import { ClientRuleView } from "./client-rule.tsx";
import { countOf, failing, found, titleOf } from "./found.ts";
import { TlsTable } from "./tls-table.tsx";
import { PAST_ALL, unknownToThem } from "./unknown.ts";

const PLANES: Readonly<Record<ClientPlane, string>> = {
  sidecar: "with a sidecar",
  gateway: "gateway, for what comes from outside",
  ambient: "ambient",
  none: "without a proxy",
};

/** Classes of clients: those whose calls fail first, then the sidecars, the larger before the smaller. */
export function ClientsView({ routing, search }: { readonly routing: ClientRouting; readonly search: string }) {
  const classes = routing.classes
    .map((each) => ({ each, clients: found(each.clients, search) }))
    .filter(({ clients }) => clients.length > 0)
    .toSorted((a, b) => Number(failing(b.each)) - Number(failing(a.each)));
  const sum = (list: typeof classes) => list.reduce((all, { clients }) => all + countOf(clients), 0);
  const lost = sum(classes.filter(({ each }) => failing(each)));
  return (
    <>
      <Lacks lacks={routing.lacks} />
      <p role="status" className="mt-3 text-ink-2">
        {classes.length === 0
          ? routing.classes.length === 0
            ? "No workload is known that could call it."
            : "No client is called that."
          : `${formatPlural(sum(classes), "client")}, ${formatPlural(classes.length, "answer")}`}
        {lost > 0 && (
          <span className="text-failing">
            {" "}
            · ✕ {formatPlural(lost, "client")}: some or all calls are sent where they fail
          </span>
        )}
      </p>
      {classes.map(({ each, clients }) => (
        <ClassView
          key={JSON.stringify([each.plane, each.clients[0]])}
          answer={each}
          clients={clients}
          cluster={routing.service.cluster}
        />
      ))}
    </>
  );
}

function ClassView({
  answer,
  clients,
  cluster,
}: {
  readonly answer: RoutingClass;
  readonly clients: RoutingClass["clients"];
  readonly cluster: string;
}) {
  const { plane, rules, otherwise, outbound, tls, shadowed, ignored, lacks, decides } = answer;
  const title = titleOf(clients);
  return (
    <section className="mt-6 border-t border-line-strong pt-3" aria-label={title}>
      <h2 className="font-semibold wrap-anywhere">
        <bdi>{title}</bdi> <span className="font-normal text-ink-2">{PLANES[plane]}</span>
      </h2>
      <p className={clsx("mt-0.5", decides === "unknown" ? "text-degraded" : "text-ink-2")}>{said(answer)}</p>
      {!UNKNOWN_TO_THEM.has(decides) && <Lacks lacks={lacks} />}
      {UNKNOWN_TO_THEM.has(decides) && lacks.length > 0 && (
        <p className="text-[11px] text-ink-3 wrap-anywhere">Depends on {lacks.join("; ")}.</p>
      )}
      {rules.length > 0 && (
        <ol className="mt-2">
          {rules.map((rule, index) => (
            <ClientRuleView key={`${index} ${rule.at} ${rule.source?.path}`} rule={rule} place={index + 1} />
          ))}
        </ol>
      )}
      {otherwise !== null && (
        <p className={clsx("border-t border-line py-2", otherwise === "404" ? "text-failing" : "text-ink-2")}>
          {otherwise === "outbound-traffic-policy" && outbound !== null ? PAST[outbound] : OTHERWISE[otherwise]}
        </p>
      )}
      <TlsTable rows={tls} cluster={cluster} clients={title} />
      {shadowed.length > 0 && (
        <Aside title="Shadowed: they name the same host and lose">
          {shadowed.map((source) => (
            <SourceText
              key={`${source.object.kind} ${source.object.namespace}/${source.object.name}`}
              source={source}
            />
          ))}
        </Aside>
      )}
      {ignored.length > 0 && (
        <Aside title={decides === "out-of-scope" ? "Because of" : "Don’t count for them"}>
          {ignored.map(({ source, why }, index) => (
            <span key={`${index} ${source.object.name} ${source.path}`} className="block">
              <SourceText source={source} /> <span className="text-ink-2">{why}</span>
            </span>
          ))}
        </Aside>
      )}
      {countOf(clients) > 3 && <Names clients={clients} />}
    </section>
  );
}

const RULES = {
  requests: { one: "rule", many: "rules" },
  connections: { one: "rule for connections", many: "rules for connections" },
} as const;
const ORDER = {
  requests: ", in the order tried",
  connections: ", the closest address and server name first",
} as const;
const OTHERWISE = {
  "404": "✕ A call that none of these takes: 404",
  "outbound-traffic-policy":
    "A connection that none of these takes goes past them or nowhere, as the mesh’s outboundTrafficPolicy says.",
} as const;

/** Connections that no rule takes. */
const PAST = {
  REGISTRY_ONLY: "✕ A connection that none of these takes: it is closed (outboundTrafficPolicy is REGISTRY_ONLY).",
  ALLOW_ANY:
    "A connection that none of these takes goes past them to its address (outboundTrafficPolicy is ALLOW_ANY).",
} as const;
const UNKNOWN_TO_THEM: ReadonlySet<string> = new Set(["out-of-scope", "not-exported", "not-discovered"]);

function said({ decides, plane, waypoint, rules, takes, outbound, leaves }: RoutingClass): string {
  const through = waypoint === null ? "" : `, through waypoint ${waypoint}`;
  switch (decides) {
    case "unknown":
      return "? How they reach it isn’t known.";
    case "out-of-scope":
      return unknownToThem("Their Sidecar leaves it out", outbound);
    case "not-exported":
      return unknownToThem("It isn’t exported to their namespace", outbound);
    case "not-discovered":
      return unknownToThem("Istiod doesn’t see its namespace (discoverySelectors)", outbound);
    case "past":
      return `◣ Past their sidecar${leaves === null ? "" : `, by ${leaves}`}: no rule counts, and nothing proves who calls.`;
    case "not-tcp":
      return PAST_ALL;
    case "nothing":
      return "Doesn’t route here.";
    case "itself":
      if (waypoint === null && rules.some(({ to }) => to.some(({ ends }) => ends !== null)))
        return plane === "ambient" || plane === "none"
          ? "Straight there, whatever rules for requests say."
          : "Straight there: no object routes it for them.";
      if (waypoint !== null) return `Through waypoint ${waypoint} to all its pods: no object routes it there.`;
      return plane === "ambient" || plane === "none"
        ? "To all its pods, whatever rules for requests say."
        : "To all its pods: no object routes it for them.";
    default:
      return `By ${formatPlural(rules.length, RULES[takes].one, RULES[takes].many)}${through}${rules.length === 1 ? "" : ORDER[takes]}`;
  }
}

function Aside({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className="grid gap-x-6 gap-y-1 border-t border-line py-2 sm:grid-cols-[minmax(140px,1fr)_4fr]">
      <span className="text-ink-2">{title}</span>
      <div className="min-w-0 wrap-anywhere">{children}</div>
    </div>
  );
}

function Names({ clients }: Pick<RoutingClass, "clients">) {
  return (
    <details className="border-t border-line py-2">
      <summary className="cursor-pointer text-ink-2">
        All {countOf(clients)}, in {formatPlural(clients.length, "namespace")}
      </summary>
      <dl className="mt-1 grid gap-x-6 gap-y-1 sm:grid-cols-[minmax(140px,1fr)_4fr]">
        {clients.map(({ namespace, names }) => (
          <div key={namespace} className="contents">
            <dt className="text-ink-2 wrap-anywhere">
              <bdi>{namespace}</bdi>
            </dt>
            <dd className="min-w-0 wrap-anywhere">{names.join(", ")}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
