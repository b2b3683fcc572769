/**
 * Rights as the clusters themselves answer them, with the viewer's own token. Answers are kept for 60 s for each identity,
 * cluster and question; whoever asks the same at the same time shares one request.
 */
import { createHash } from "node:crypto";
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import type { KubeWriter } from "#lib/kube/writing.ts";
import type { Clock } from "#lib/units.ts";
import type { ClusterIdentity, Credential } from "../identity.ts";
import { Kept } from "./kept.ts";
import type { Place, Question, Rights, Verdict, Visibility } from "./model.ts";
import { Turns } from "./turns.ts";

export interface RightsDeps {
  readonly clock: Clock;
  /** Every configured cluster; null: without Kubernetes, so that nobody can be asked about it. */
  readonly clusters: ReadonlyMap<string, Pick<KubeWriter, "mayI"> | null>;
  /** Names known of a cluster, by its objects or by telemetry alone. */
  readonly namespaces: (cluster: string) => Iterable<string>;
}

const KEPT_MS = 60_000;
const KEPT_MOST = 20_000;
/** Requests at once for one user. */
const AT_ONCE = 8;

export const EVERYTHING: Visibility = { key: "all", all: true, namespace: () => true, cluster: () => true };

const PODS = { group: "", resource: "pods", verb: "list" } as const;

export class ClusterRights implements Rights {
  readonly #deps: RightsDeps;
  readonly #answers: Kept<Verdict>;
  readonly #turns = new Turns(AT_ONCE);

  constructor(deps: RightsDeps) {
    this.#deps = deps;
    this.#answers = new Kept({ clock: deps.clock, ms: KEPT_MS, most: KEPT_MOST });
  }

  async visibility(credential: Credential, signal?: AbortSignal, named: readonly Place[] = []): Promise<Visibility> {
    if (credential.role !== "user") return EVERYTHING;
    const seen = await Promise.all(
      [...this.#deps.clusters].map(async ([cluster, kube]): Promise<[string, Seen]> => {
        if (kube === null) return [cluster, "all"];
        const identity = credential.clusters.get(cluster);
        return [cluster, identity === undefined ? "none" : await this.#seen(cluster, identity, signal, named)];
      }),
    );
    return visibilityOf(new Map(seen));
  }

  async ask(credential: Credential, questions: readonly Question[], signal?: AbortSignal): Promise<readonly Verdict[]> {
    return Promise.all(questions.map((question) => this.#verdict(credential, question, signal)));
  }

  async #seen(
    cluster: string,
    identity: ClusterIdentity,
    signal: AbortSignal | undefined,
    named: readonly Place[],
  ): Promise<Seen> {
    const may = async (namespace: string | null) =>
      (await this.#asked(identity, { cluster, namespace, ...PODS }, signal)).allowed;
    if (await may(null)) return "all";
    const also = named.flatMap((place) => (place.cluster === cluster ? (place.namespace ?? []) : [])).filter(isName);
    const names = [...new Set([...this.#deps.namespaces(cluster), ...also])].sort();
    const allowed = await Promise.all(names.map(may));
    return new Set(names.filter((_, index) => allowed[index]));
  }

  async #verdict(credential: Credential, question: Question, signal: AbortSignal | undefined): Promise<Verdict> {
    const kube = this.#deps.clusters.get(question.cluster);
    if (kube === undefined) return no("This cluster isn't configured.");
    if (credential.role !== "user") {
      if (READING.has(question.verb)) return { allowed: true, reason: "" };
      const why = credential.role === "guest" ? "Sign in to change anything." : "This console signs nobody in.";
      return no(`Only reading is possible without signing in. ${why}`);
    }
    if (kube === null) return no(`Cluster "${question.cluster}" has no Kubernetes API in the configuration.`);
    const identity = credential.clusters.get(question.cluster);
    if (identity === undefined) return no(`You aren't signed in to cluster "${question.cluster}".`);
    return this.#asked(identity, question, signal);
  }

  /** @throws MeshscopeError `reauth`, `cancelled` */
  async #asked(identity: ClusterIdentity, question: Question, signal: AbortSignal | undefined): Promise<Verdict> {
    const { cluster, namespace, group, resource, verb, name } = question;
    const who = createHash("sha256").update(identity.token).digest("base64");
    const key = JSON.stringify([who, cluster, namespace, group, resource, verb, name ?? null]);
    // Shared by all who ask the same: one of them leaving doesn't take the answer from the others.
    const verdict = this.#answers.get(key, () => this.#turns.run(who, () => this.#mayI(identity, question)));
    signal?.throwIfAborted();
    return verdict;
  }

  async #mayI(identity: ClusterIdentity, question: Question): Promise<{ value: Verdict; keep: boolean }> {
    const { cluster, namespace, group, resource, verb, name } = question;
    const kube = this.#deps.clusters.get(cluster);
    if (kube === undefined || kube === null) return { value: no("This cluster can't be asked."), keep: false };
    const where = { ...(namespace === null ? {} : { namespace }), ...(name === undefined ? {} : { name }) };
    try {
      const answer = await kube.mayI({ verb, group, resource, ...where }, { as: { token: identity.token } });
      if (answer.allowed) return { value: { allowed: true, reason: "" }, keep: true };
      return { value: no(`${missing(question)}${answer.reason === "" ? "" : ` (${answer.reason})`}`), keep: true };
    } catch (thrown) {
      const problem = problemOf(thrown);
      if (REFUSED.has(problem.code)) throw reauth(cluster);
      return { value: no(`Cluster "${cluster}" can't say what you may do: ${problem.detail}`), keep: false };
    }
  }
}

const READING: ReadonlySet<string> = new Set(["get", "list", "watch"]);
const REFUSED: ReadonlySet<string> = new Set(["reauth", "unauthorised", "upstream_unauthorised"]);

type Seen = "all" | "none" | ReadonlySet<string>;

/** RFC 1123 label: no namespace has another name, so nobody is asked. */
const isName = (name: string): boolean => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name);

const no = (reason: string): Verdict => ({ allowed: false, reason });

function missing({ cluster, namespace, group, resource, verb }: Question): string {
  const where = namespace === null ? "" : ` in namespace ${namespace}`;
  return `You may not ${verb} ${group === "" ? resource : `${resource}.${group}`}${where} of cluster "${cluster}".`;
}

export function reauth(cluster: string): MeshscopeError {
  return new MeshscopeError("reauth", `Cluster "${cluster}" no longer accepts your token. Sign in again to go on.`);
}

function visibilityOf(seen: ReadonlyMap<string, Seen>): Visibility {
  const values = [...seen.values()];
  const all = values.every((each) => each === "all");
  if (all) return EVERYTHING;
  const written = [...seen].map(([cluster, each]) => [cluster, typeof each === "string" ? each : [...each]]);
  return {
    key: createHash("sha256").update(JSON.stringify(written)).digest("base64url"),
    all,
    // A cluster that only telemetry names is nobody's to show: no API server can be asked about it.
    namespace: (cluster, namespace) => {
      const here = seen.get(cluster);
      return here === "all" || (typeof here === "object" && here.has(namespace));
    },
    cluster: (cluster) => (seen.get(cluster) ?? "none") !== "none",
  };
}
