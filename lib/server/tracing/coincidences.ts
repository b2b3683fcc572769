/** Which changes of workloads and policies fall together with a rise, of those that the viewer may see. Never said to be its cause. */
import { parseInstant } from "#lib/api/instant.ts";
import type { Mark, MarksAnswer, MarksQuery } from "#lib/api/marks.ts";
import type { PoliciesAnswer, PoliciesQuery } from "#lib/api/policies.ts";
import type { AnalysisResult, Coincidence } from "#lib/api/trace-analysis.ts";
import { problemOf } from "#lib/errors.ts";
import { type NodeKey, nodeId } from "#lib/graph/id.ts";
import { refKey } from "#lib/policy/ref.ts";
import { coinciding, type Stretch, stretchOf } from "#lib/tracing/analysis/coincidences.ts";
import type { Contributor } from "#lib/tracing/analysis/contributors.ts";
import { namedPlace } from "#lib/tracing/place.ts";
import { unixSeconds } from "#lib/units.ts";
import type { Credential } from "../identity.ts";
import type { Told } from "../rights/viewers.ts";
import type { Located, Places } from "./places.ts";
import type { Sampled } from "./sample.ts";

export interface ChangeDeps {
  marks(credential: Credential, query: MarksQuery, signal: AbortSignal): Promise<MarksAnswer>;
  policies(credential: Credential, query: PoliciesQuery, signal: AbortSignal): Promise<PoliciesAnswer>;
}

export interface CoincidencesAsked {
  readonly contributors: readonly Contributor[];
  readonly now: Sampled;
  readonly baseline: { readonly end: number } | null;
  readonly places: Places;
}

/** Of one contributor. */
const MOST = 5;
/** Pages of marks, 500 each, and nodes whose policies are looked up: contributors share most of them. */
const PAGES = 4;
const NODES = 12;

interface Dated {
  /** Unix seconds. */
  readonly at: number;
  readonly mark: Mark;
}

/** By contributor, and since when each kind of change is known. Changes that can't be read are a problem, and no reason to tell nothing else. */
export async function coincidencesOf(
  deps: ChangeDeps,
  credential: Credential,
  audience: Pick<Told, "text">,
  asked: CoincidencesAsked,
  signal: AbortSignal,
): Promise<{ readonly each: readonly (readonly Coincidence[])[]; readonly changes: AnalysisResult["changes"] }> {
  const { contributors, now, baseline, places } = asked;
  const window = { start: now.start, end: now.end, slices: now.slices.length };
  const stretches = contributors.map(({ since, change }) =>
    stretchOf({ since, rose: (change?.mean.low ?? 0) > 0 || (change?.p95?.low ?? 0) > 0 }, window, baseline),
  );
  const none = contributors.map(() => []);
  try {
    const { marks, knownSince } = await marksIn(deps, credential, stretches, now.end, signal);
    const changes = { knownSince, problem: null };
    if (marks.length === 0) return { each: none, changes };
    const taking = new Taking(deps, credential, signal);
    const each: Coincidence[][] = [];
    for (const [index, contributor] of contributors.entries()) {
      const stretch = stretches[index] ?? null;
      const where = stretch === null ? [] : placesOf(contributor, now);
      const found: Coincidence[] = [];
      for (const { mark } of stretch === null ? [] : coinciding(marks, stretch)) {
        if (found.length >= MOST) break;
        const concerns = await concern(mark, where, places, taking);
        if (concerns !== null) found.push(told(mark, concerns));
      }
      each.push(found);
    }
    return { each, changes };
  } catch (thrown) {
    signal.throwIfAborted();
    return { each: none, changes: { knownSince: [], problem: audience.text(problemOf(thrown).detail) } };
  }
}

/** Asked also where nothing rose: since when changes are known belongs to "no change coincides". */
async function marksIn(
  { marks }: ChangeDeps,
  credential: Credential,
  stretches: readonly (Stretch | null)[],
  end: number,
  signal: AbortSignal,
): Promise<{ readonly marks: readonly Dated[]; readonly knownSince: MarksAnswer["knownSince"] }> {
  const some = stretches.filter((each) => each !== null);
  const from = some.length === 0 ? end : Math.min(...some.map((each) => each.from));
  const to = some.length === 0 ? end : Math.max(...some.map((each) => each.to));
  const query = { clusters: [], namespaces: [], start: unixSeconds(from), end: unixSeconds(to + 1) };
  const found: Dated[] = [];
  let knownSince: MarksAnswer["knownSince"] = [];
  let next: string | undefined;
  for (let read = 0; read < PAGES; read++) {
    const answer = await marks(credential, { ...query, limit: 500, next }, signal);
    ({ knownSince, next } = { knownSince: answer.knownSince, next: answer.next });
    found.push(...answer.items.map((mark) => ({ at: parseInstant(mark.at) ?? 0, mark })));
    if (next === undefined) break;
  }
  return { marks: found, knownSince };
}

/** Where the contributor's service runs, and whom it calls. */
function placesOf({ service, target }: Contributor, { places }: Sampled): readonly Located[] {
  const own = places.get(service) ?? [];
  if (target === null) return own;
  return [...own, ...(places.get(target) ?? own.flatMap((place) => named(target, place)))];
}

function named(host: string, { clusters }: Located): readonly Located[] {
  const place = namedPlace(host);
  return place === null ? [] : [{ ...place, clusters }];
}

type Concern = Coincidence["concerns"];

/** What the change has to do with the places: null for nothing. */
async function concern(
  { kind, object, deleted }: Mark,
  where: readonly Located[],
  places: Places,
  taking: Taking,
): Promise<Concern | null> {
  const { cluster, namespace, name } = object;
  if (kind === "deployment" || kind === "restart") {
    const own = namespace !== null && where.some((place) => places.isOf(place, { cluster, namespace, name }));
    return own ? "workload" : null;
  }
  // What is gone selects nothing any more: that it lay beside the workload is all there is to say.
  if (deleted === true)
    return where.some((place) => place.clusters.includes(cluster) && place.namespace === namespace)
      ? "namespace"
      : null;
  for (const place of where) {
    const node = places.key(place);
    if (node !== null && node.cluster === cluster && (await taking.of(node)).has(refKey(object))) return "policy";
  }
  return null;
}

function told({ at, kind, object, text, who }: Mark, concerns: Concern): Coincidence {
  return { at, kind, object, text, concerns, ...(who === undefined ? {} : { who }) };
}

/** Policies by the node that they take effect on, each node asked once. */
class Taking {
  readonly #known = new Map<string, Promise<ReadonlySet<string>>>();
  readonly #ask: (node: NodeKey) => Promise<ReadonlySet<string>>;

  constructor({ policies }: ChangeDeps, credential: Credential, signal: AbortSignal) {
    this.#ask = async (node) => {
      const query = { clusters: [], namespaces: [], kinds: [], node, limit: 500 };
      try {
        const { items } = await policies(credential, query, signal);
        return new Set(items.map(({ object }) => refKey(object)));
      } catch (thrown) {
        // A host that a span names may be in a namespace that the viewer can't see, or in none.
        if (!["forbidden", "not_found"].includes(problemOf(thrown).code)) throw thrown;
        return new Set();
      }
    };
  }

  of(node: NodeKey): Promise<ReadonlySet<string>> {
    const id = nodeId(node);
    const known = this.#known.get(id);
    if (known) return known;
    if (this.#known.size >= NODES) return Promise.resolve(new Set<string>());
    const asked = this.#ask(node);
    this.#known.set(id, asked);
    return asked;
  }
}
