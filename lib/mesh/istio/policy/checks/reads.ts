/** Which namespaces' services, workloads and labels something has asked for, so that it is asked again only where those change. */

/** Namespaces; null: any of them, or what the inventory says of the whole cluster. */
export type Reads = ReadonlySet<string> | null;

/** Whether nothing of what was read lies in these namespaces. */
export function untouched(reads: Reads, changed: ReadonlySet<string>): boolean {
  if (changed.size === 0) return true;
  if (reads === null) return false;
  const [few, many] = changed.size < reads.size ? [changed, reads] : [reads, changed];
  for (const each of few) if (many.has(each)) return false;
  return true;
}

export class ReadLog {
  /** Of what runs now, the innermost last. */
  readonly #open: { all: boolean; readonly namespaces: Set<string> }[] = [];

  /** Runs `work`; what it reads counts for whatever runs around it, too. */
  of<T>(work: () => T): { readonly result: T; readonly reads: Reads } {
    const frame = { all: false, namespaces: new Set<string>() };
    this.#open.push(frame);
    try {
      const result = work();
      return { result, reads: frame.all ? null : frame.namespaces };
    } finally {
      this.#open.pop();
      this.note(frame.all ? null : frame.namespaces);
    }
  }

  /** Runs `work`; what it reads counts for nobody: who asks for a part of what it makes notes that part. */
  aside<T>(work: () => T): T {
    this.#open.push({ all: false, namespaces: new Set() });
    try {
      return work();
    } finally {
      this.#open.pop();
    }
  }

  one(namespace: string): void {
    this.#open.at(-1)?.namespaces.add(namespace);
  }

  note(reads: Reads): void {
    const frame = this.#open.at(-1);
    if (frame === undefined) return;
    if (reads === null) frame.all = true;
    else for (const each of reads) frame.namespaces.add(each);
  }
}
