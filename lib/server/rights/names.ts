/** Namespaces that a graph's nodes lie in. */
const names = new WeakMap<object, ReadonlyMap<string, ReadonlySet<string>>>();

interface Named {
  readonly nodes: ReadonlyMap<
    string,
    { readonly key: { readonly kind: string; readonly cluster: string; readonly namespace: string } }
  >;
}

/** By cluster. Read once a graph: this is asked with every request. */
export function namesIn(graph: Named): ReadonlyMap<string, ReadonlySet<string>> {
  const known = names.get(graph);
  if (known) return known;
  const found = new Map<string, Set<string>>();
  for (const { key } of graph.nodes.values()) {
    if (key.kind === "external" || key.kind === "unknown") continue;
    const set = found.get(key.cluster) ?? new Set();
    set.add(key.namespace);
    found.set(key.cluster, set);
  }
  names.set(graph, found);
  return found;
}
