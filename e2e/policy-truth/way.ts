/** Where something goes, as the console says it, beside where Envoy sends it. */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Tally } from "./outcome.ts";

interface Way {
  /** What the answer is counted as. */
  readonly kind: string;
  /** Any of them is right: of several with a share one is taken. */
  readonly answers: ReadonlySet<string>;
  /** The object that decides. */
  readonly by: string;
}

export type Expected = Way | { readonly lacks: readonly string[] };

interface Sent {
  readonly seed: number;
  /** What was sent, in words. */
  readonly what: string;
  readonly scene: { readonly owner: string; readonly client: string };
  readonly objects: readonly Manifest[];
}

/** Counts the answer; where it differs it is told with the objects of both namespaces. */
export function compareWays(found: Tally, { kind, answers, by }: Way, real: string, sent: Sent): void {
  found.decide(kind);
  if (answers.has(real)) return;
  const { owner, client } = sent.scene;
  const near = sent.objects.filter(({ metadata }) => [owner, client].includes(metadata.namespace ?? ""));
  found.differ([
    `seed ${sent.seed}: we say ${[...answers].join(" or ")} (${by}), Envoy ${real}`,
    sent.what,
    ...near.map(
      ({ kind: of, metadata, spec }) => `${of} ${metadata.namespace}/${metadata.name} ${JSON.stringify(spec)}`,
    ),
  ]);
}
