/** Lines of a Sidecar's egress that what was seen asks for, each with its reason. */
import type { EgressEntry } from "#lib/policy/egress.ts";
import { refOf, refText } from "#lib/policy/ref.ts";
import { closeness } from "../hosts.ts";
import type { Called } from "./called.ts";
import { byHost } from "./called.ts";
import type { Need, Needs } from "./needs.ts";

export interface Wanted {
  readonly called: Called;
  readonly needs: Needs;
  /** The client's proxy knows it now. */
  readonly known: boolean;
  /** It is one of those that the Sidecar is for. */
  readonly own: boolean;
}

interface Places {
  readonly cluster: string;
  readonly namespace: string;
  readonly rootNamespace: string;
}

const OWN = "The namespace’s own hosts, whether they were called or not.";
const ROOT =
  "What stands in the mesh’s root namespace: the proxies’ own calls (tracing, external authorization, access logs) may go there, carry no metrics, and the mesh’s settings aren’t read.";

/** By entry; the namespace's own and the root namespace's first. */
export function entriesOf(wanted: readonly Wanted[], places: Places): readonly EgressEntry[] {
  const { namespace, rootNamespace } = places;
  const made = new Map<
    string,
    { readonly kind: EgressEntry["kind"]; readonly why: Set<string>; readonly for: Wanted[] }
  >([
    ["./*", { kind: "own", why: new Set([OWN]), for: [] }],
    [`${rootNamespace}/*`, { kind: "root", why: new Set([ROOT]), for: [] }],
  ]);
  for (const each of wanted) {
    for (const need of all(each.needs)) {
      const entry = entryFor(need, namespace, rootNamespace);
      const known = made.get(entry) ?? { kind: need.kind, why: new Set<string>(), for: [] };
      if (entry !== "./*" && entry !== `${rootNamespace}/*`) known.why.add(reason(need, each, places.cluster));
      known.for.push(each);
      made.set(entry, known);
    }
  }
  const names = [...made]
    .filter(([, { for: list }]) => list.some(({ own, known }) => own && known))
    .map(([name]) => name);
  const always = new Set(["./*", `${rootNamespace}/*`]);
  const list = [...made].map(([entry, { kind, why, for: by }]): EgressEntry => {
    const mine = by.filter(({ own }) => own);
    const others = by.filter(({ own }) => !own).map(({ called }) => called.client);
    const covered = names.some((other) => other !== entry && covers(other, entry));
    const now = mine.some(({ known }) => known);
    return {
      ...{ entry, kind, proposed: always.has(entry) || (now && !covered) },
      why: [
        ...why,
        ...(mine.length > 0 && !now ? ["The Sidecar that counts now leaves it out already."] : []),
        ...(mine.length === 0 && others.length > 0
          ? ["Other workloads of the namespace alone were seen to call it."]
          : []),
        ...(covered ? ["A wider entry has it."] : []),
      ].join(" "),
      seen: byHost(mine.map(({ called }) => called.seen)),
      others: [...new Set(others)].sort(),
    };
  });
  const rank = ({ entry }: EgressEntry) => (entry === "./*" ? 0 : always.has(entry) ? 1 : 2);
  return list.toSorted((a, b) => rank(a) - rank(b) || (a.entry < b.entry ? -1 : 1));
}

const all = ({ itself, routes, names }: Needs): readonly Need[] => [
  itself,
  ...routes,
  ...names.flatMap(({ needs }) => needs),
];

const entryFor = ({ host, namespace }: Need, own: string, root: string): string =>
  namespace === own ? "./*" : namespace === root ? `${root}/*` : `${namespace}/${host}`;

function covers(wide: string, narrow: string): boolean {
  const [[a = "", pattern = ""], [b = "", host = ""]] = [wide.split("/"), narrow.split("/")];
  return a === b && pattern.startsWith("*") && pattern !== host && closeness(pattern, host) > 0;
}

function reason({ by, kind }: Need, { called }: Wanted, cluster: string): string {
  if (by !== null) {
    const object = refText(refOf(cluster, by));
    return kind === "route"
      ? `${object} has a say in where its calls go.`
      : `${object} sends calls of this name to a host that was seen.`;
  }
  if (!called.sure) return "Its pods were called by their address, which this headless Service gives out.";
  return kind === "outside" ? "It was called; a ServiceEntry declares it." : "It was called.";
}
