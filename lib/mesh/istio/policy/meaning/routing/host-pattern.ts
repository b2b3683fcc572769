/** Hosts and patterns of them (`*`, `*.example.com`). */

/** Whether all that a host or pattern stands for lies within a pattern. */
export function within(host: string, pattern: string): boolean {
  if (!pattern.startsWith("*")) return host === pattern;
  return (host.startsWith("*") ? host.slice(1) : host).endsWith(pattern.slice(1));
}

/** Of each pair the narrower, where one lies within the other. */
export function common(offered: readonly string[], asked: readonly string[]): readonly string[] {
  const pairs = offered.flatMap((one) =>
    asked.flatMap((other) => (within(one, other) ? [one] : within(other, one) ? [other] : [])),
  );
  return [...new Set(pairs)];
}

/** A name before patterns, longer patterns before shorter ones. */
export function closest<T extends { readonly domain: string }>(all: readonly T[], host: string): T | null {
  const fitting = all.filter(({ domain }) => within(host, domain));
  return (
    fitting.find(({ domain }) => domain === host) ??
    fitting.toSorted((a, b) => b.domain.length - a.domain.length)[0] ??
    null
  );
}
