/** What can be done with a mark, an edge or a box: the entries of its menu. Pure; every entry is in items.test.ts. */
import { serviceHref } from "#components/policies/links.tsx";
import type { UrlPatch } from "#components/shell/url-state.ts";
import { parseEdgeId, parseNodeId } from "#lib/graph/id.ts";
import { idTitle } from "../names.ts";
import { mayHaveSpans } from "../traces/presets.ts";

/** Sections of a panel by their titles. */
export type PanelSection = "Last hour" | "Logs";

export type MenuAct =
  | { readonly do: "select"; readonly id: string }
  | { readonly do: "focus"; readonly id: string }
  | { readonly do: "go"; readonly patch: UrlPatch }
  | { readonly do: "visit"; readonly href: string }
  | { readonly do: "copy"; readonly text: string }
  /** `patch`: what of the page's own address isn't in it. */
  | { readonly do: "copyLink"; readonly id: string; readonly patch: UrlPatch }
  /** Select it, and lead to a section of its panel. */
  | { readonly do: "section"; readonly id: string; readonly title: PanelSection }
  /** Search the traces behind it: which ones is found out when it is chosen. */
  | { readonly do: "traces"; readonly id: string };

export interface MenuEntry {
  readonly title: string;
  readonly act: MenuAct;
}

/** Kinds that lie in a namespace. */
const PLACED: ReadonlySet<string> = new Set(["workload", "app", "service", "namespace"]);

function nodeEntries(id: string): readonly MenuEntry[] {
  const key = parseNodeId(id);
  if (key === null) return [];
  const { cluster, namespace, kind, name } = key;
  const group: readonly MenuEntry[] =
    kind === "namespace"
      ? [
          {
            title: "Open the namespace",
            act: { do: "go", patch: { view: { namespaces: [namespace] }, selected: null } },
          },
        ]
      : kind === "cluster"
        ? [{ title: "Open the cluster", act: { do: "go", patch: { view: { clusters: [cluster] }, selected: null } } }]
        : [];
  const service: readonly MenuEntry[] =
    kind === "service"
      ? [{ title: "Service and its routing", act: { do: "visit", href: serviceHref(cluster, namespace, name) } }]
      : [];
  const params = new URLSearchParams({ clusters: cluster, namespaces: namespace });
  const place: readonly MenuEntry[] = PLACED.has(kind)
    ? [
        ...(kind === "namespace"
          ? []
          : [
              {
                title: `Only namespace ${namespace}`,
                act: { do: "go", patch: { view: { clusters: [cluster], namespaces: [namespace] } } },
              } as const,
            ]),
        { title: `Policies of ${namespace}`, act: { do: "visit", href: `/policies?${params}` } },
      ]
    : [];
  return [...group, ...service, ...place, { title: "Copy the name", act: { do: "copy", text: name } }];
}

export interface MenuOptions {
  /** In a frame or on a wall nothing leads elsewhere. */
  readonly readOnly?: boolean;
  /** Is there a tracing backend? */
  readonly traced?: boolean;
  /** What stands out now. */
  readonly focus?: string | null;
  /** An instant of the past is shown: logs of then are on the pages of spans. */
  readonly past?: boolean;
}

/** What stands out, and what the panel has: of an operation only its rate is known. */
function shownEntries(
  id: string,
  kind: "node" | "edge" | "box",
  focus: string | null,
  past: boolean,
): readonly MenuEntry[] {
  const of = kind === "edge" ? null : parseNodeId(id);
  if (of?.kind === "operation" || id.split(">").some((end) => parseNodeId(end)?.kind === "operation")) return [];
  const around: readonly MenuEntry[] =
    kind !== "node"
      ? []
      : focus === id
        ? [{ title: "Let everything stand alike", act: { do: "go", patch: { look: { focus: null } } } }]
        : [{ title: "Focus on its neighbours", act: { do: "go", patch: { look: { focus: id } } } }];
  const section = (title: PanelSection): MenuAct => ({ do: "section", id, title });
  const logs: readonly MenuEntry[] = of?.kind === "workload" && !past ? [{ title: "Logs", act: section("Logs") }] : [];
  return [...around, { title: "Charts of the last hour", act: section("Last hour") }, ...logs];
}

export function menuEntries(
  id: string,
  kind: "node" | "edge" | "box",
  { readOnly = false, traced = false, focus = null, past = false }: MenuOptions = {},
): readonly MenuEntry[] {
  const first: readonly MenuEntry[] = [
    { title: "Details", act: { do: "select", id } },
    { title: "Bring to the middle", act: { do: "focus", id } },
  ];
  const edge = kind === "edge" ? parseEdgeId(id) : null;
  const [source = "", target = ""] = id.split(">");
  const own: readonly MenuEntry[] =
    edge === null
      ? nodeEntries(id)
      : [
          { title: `Caller: ${idTitle(source)}`, act: { do: "select", id: source } },
          { title: `Server: ${idTitle(target)}`, act: { do: "select", id: target } },
        ];
  const spans = edge === null ? mayHaveSpans(id) : edge.protocol !== "tcp" && [source, target].some(mayHaveSpans);
  // Last, for whether there is a backend may be known a moment after the menu stands.
  const traces: readonly MenuEntry[] =
    traced && spans ? [{ title: edge === null ? "Traces" : "Traces of this call", act: { do: "traces", id } }] : [];
  const all = [
    ...first,
    ...shownEntries(id, kind, focus, past),
    ...own,
    // Where a link that was followed here looks says nothing of where this thing is.
    { title: "Copy a link to it", act: { do: "copyLink", id, patch: { look: { camera: "" } } } } as const,
    ...traces,
  ];
  return readOnly ? all.filter(({ act }) => act.do === "select" || act.do === "focus" || act.do === "copy") : all;
}
