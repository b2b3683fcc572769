/** What a credential may see and do, as the cluster itself answers (SelfSubjectAccessReview). */
import type { Credential } from "../identity.ts";

/** What may be seen, as a value that pure functions can ask; `key` is equal for viewers who see the same. */
export interface Visibility {
  readonly key: string;
  /** Nothing is hidden: filters can be skipped. */
  readonly all: boolean;
  /** A namespace is visible to who may list pods in it. */
  readonly namespace: (cluster: string, namespace: string) => boolean;
  /** Cluster-scoped things, and the cluster's name itself. */
  readonly cluster: (cluster: string) => boolean;
}

/** null: a cluster-scoped object. */
export interface Place {
  readonly cluster: string;
  readonly namespace: string | null;
}

export interface Question {
  readonly cluster: string;
  /** null: all namespaces, or a cluster-scoped kind. */
  readonly namespace: string | null;
  readonly group: string;
  /** Plural. */
  readonly resource: string;
  readonly verb: string;
  readonly name?: string;
}

export interface Verdict {
  readonly allowed: boolean;
  /** For people: names verb, resource and namespace where it is a no. */
  readonly reason: string;
}

/** Answers are cached for 60 s per identity and cluster. */
export interface Rights {
  /**
   * `named`: places that are asked for by name. The cluster is asked about them too, whether the console knows of them yet
   * or not.
   * @throws MeshscopeError `reauth` where a cluster no longer accepts the user's token
   */
  visibility(credential: Credential, signal?: AbortSignal, named?: readonly Place[]): Promise<Visibility>;
  /** In the order of the questions, asked side by side. A cluster that can't be asked is a no that says so. */
  ask(credential: Credential, questions: readonly Question[], signal?: AbortSignal): Promise<readonly Verdict[]>;
}
