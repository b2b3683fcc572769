/** Numeric parts of the first dotted version in a text ("prometheus, version 2.42.0+ds" → [2, 42, 0]), or null. */
export function parseVersion(text: string): readonly number[] | null {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return found === null ? null : found.slice(1).map((part) => Number(part ?? 0));
}

/** True if the first version in `text` is `floor` or newer; false if the text holds none. */
export function isAtLeast(text: string, floor: readonly number[]): boolean {
  const version = parseVersion(text);
  if (version === null) return false;
  for (const [index, least] of floor.entries()) {
    const part = version[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
