/** Badges of the graph as one viewer may see them: from the policies that the viewer may list, counted once for all who see the same. */
import { createHash } from "node:crypto";
import type { BadgesOf } from "#lib/graph/badge-join.ts";
import type { PolicyBadges } from "#lib/graph/badges.ts";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import { kindKey, type PolicyKind } from "#lib/policy/kind.ts";
import { milliseconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import type { Credential } from "../identity.ts";
import type { Question, Visibility } from "../rights/model.ts";
import type { MayList, PolicyDeps } from "./deps.ts";
import { visible } from "./listable.ts";
import { worldOf } from "./world.ts";

export interface Sight {
  /** Equal for viewers who may list the same policies. */
  readonly key: string;
  readonly badges: BadgesOf;
  /** The rights that it rests on. */
  readonly granted: readonly Question[];
}

type SightDeps = Pick<PolicyDeps, "store" | "port" | "inventory" | "rootNamespace" | "rights">;

/** Different sights whose badges are kept. */
const KEPT = 64;
/** As often as an open stream's other rights are asked again. */
const ASK_EVERY = milliseconds(60_000);

interface Counted {
  readonly changes: number;
  readonly inventory: ClusterInventory | undefined;
  readonly badges: PolicyBadges;
}

export class Sights {
  readonly #deps: SightDeps;
  readonly #kinds: readonly PolicyKind[];
  readonly #counted = new Map<string, Counted>();
  #changes = 0;

  constructor(deps: SightDeps) {
    this.#deps = deps;
    this.#kinds = deps.port.kinds.filter((kind) => deps.port.badgeKinds.includes(kindKey(kind)));
    deps.store.onChange(() => {
      this.#changes += 1;
    });
  }

  /** Rights are asked as lists of policies ask them, and kept as long. @throws MeshscopeError `reauth` */
  async of(credential: Credential, visibility: Visibility, signal?: AbortSignal): Promise<Sight> {
    // Nobody in particular reads with the console's rights, and the console has listed all of it.
    if (credential.role !== "user") return this.#sight("all", visibility, () => true, []);
    const granted = await this.#granted(credential, visibility, signal);
    const names = granted.map(nameOf).sort();
    const key = createHash("sha256")
      .update(JSON.stringify([visibility.key, names]))
      .digest("base64url");
    const allowed = new Set(names);
    const mayList: MayList = (cluster, name, namespace) => {
      const kind = this.#kinds.find((each) => kindKey(each) === name);
      if (kind === undefined) return false;
      const question = { ...questionOf(cluster, kind), namespace };
      return allowed.has(nameOf({ ...question, namespace: null })) || allowed.has(nameOf(question));
    };
    return this.#sight(key, visibility, mayList, granted);
  }

  /** Calls back once when a right that a sight rests on is no longer there; the answer ends the watch. */
  watch(credential: Credential, { granted }: Sight, timers: Timers, end: (detail: string) => void): () => void {
    const over = new AbortController();
    const follow = async () => {
      while (!over.signal.aborted) {
        await timers.sleep(ASK_EVERY, over.signal);
        if (over.signal.aborted) return;
        const verdicts = await this.#deps.rights.ask(credential, granted, over.signal).catch(() => []);
        if (over.signal.aborted || verdicts.every(({ allowed }) => allowed)) continue;
        over.abort();
        end("What you may see has changed.");
      }
    };
    if (granted.length > 0) void follow();
    return () => over.abort();
  }

  async #granted(credential: Credential, visibility: Visibility, signal?: AbortSignal): Promise<readonly Question[]> {
    const { rights, store } = this.#deps;
    const clusters = [...store.clusters().values()].filter(({ cluster }) => visibility.cluster(cluster));
    const all = clusters.flatMap((policies) => this.#kinds.map((kind) => ({ policies, kind })));
    const everywhere = all.map(({ policies, kind }) => questionOf(policies.cluster, kind));
    const verdicts = await rights.ask(credential, everywhere, signal);
    const somewhere = all.flatMap(({ policies, kind }, index) => {
      if (verdicts[index]?.allowed) return [];
      const objects = policies
        .objects(kindKey(kind))
        .filter((each) => visible(visibility, policies.cluster, kind, each));
      const namespaces = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
      return [...namespaces].map((namespace) => ({ ...questionOf(policies.cluster, kind), namespace }));
    });
    const more = await rights.ask(credential, somewhere, signal);
    return [
      ...everywhere.filter((_, index) => verdicts[index]?.allowed),
      ...somewhere.filter((_, index) => more[index]?.allowed),
    ];
  }

  #sight(key: string, visibility: Visibility, mayList: MayList, granted: readonly Question[]): Sight {
    const viewer = { visibility, mayList };
    return {
      key,
      granted,
      badges: (cluster) => {
        if (!this.#deps.store.clusters().has(cluster)) return null;
        const inventory = this.#deps.inventory().get(cluster);
        const name = `${key} ${cluster}`;
        const known = this.#counted.get(name);
        if (known?.changes === this.#changes && known.inventory === inventory) return known.badges;
        const badges = this.#deps.port.badges(worldOf(this.#deps, cluster, viewer));
        this.#counted.delete(name);
        const [oldest] = this.#counted.keys();
        if (this.#counted.size >= KEPT && oldest !== undefined) this.#counted.delete(oldest);
        this.#counted.set(name, { changes: this.#changes, inventory, badges });
        return badges;
      },
    };
  }
}

/** All objects of a kind in a cluster. */
function questionOf(cluster: string, { group, plural }: PolicyKind): Question {
  return { cluster, namespace: null, group, resource: plural, verb: "list" };
}

const nameOf = ({ cluster, group, resource, namespace }: Question): string =>
  `${cluster}/${group}/${resource}/${namespace ?? "*"}`;
