/** Of which clusters the sources of a graph say anything. */

export interface Said {
  readonly clusters: readonly string[];
  /** Did it answer, with anything at all? Where silence is to be a finding: in every part of it too. */
  readonly answered: boolean;
}

/** A cluster is told of if a source that covers it answered. One that no source claims is told of by whoever names it. */
export function toldBy(sources: readonly Said[]): (cluster: string) => boolean {
  const covered = new Set(sources.flatMap(({ clusters, answered }) => (answered ? clusters : [])));
  const silent = new Set(sources.flatMap(({ clusters, answered }) => (answered ? [] : clusters)));
  const any = sources.some(({ answered }) => answered);
  return (cluster) => any && (covered.has(cluster) || !silent.has(cluster));
}
