/** Requests of samples, judged and counted. */
import type { ObservedCall, Sampled, sampler } from "#lib/mesh/impact.ts";
import type { ImpactVerdict } from "#lib/policy/impact.ts";
import type { SampleCounts, SampleExample } from "#lib/policy/impact-samples.ts";
import { plausible } from "#lib/policy/seen-request.ts";
import type { Steps } from "#lib/tracing/steps.ts";

export interface Found extends Sampled {
  readonly trace: SampleExample["trace"];
}

/** Different requests of a pair that are judged; the others count as not decided. */
const DIFFERENT = 1000;
const EXAMPLES = 5;
const TOO_MANY = `what else was asked for: more than ${DIFFERENT} different requests`;
/** Longer paths are told in part. */
const LONGEST = 200;

export class Tally {
  readonly #judge: ReturnType<typeof sampler>;
  readonly #calls: readonly ObservedCall[];
  readonly #verdict: ImpactVerdict;
  /** Texts as the viewer may be told them. */
  readonly #text: (text: string) => string;
  readonly #judged = new Map<string, true | false | readonly string[]>();

  constructor(
    judge: ReturnType<typeof sampler>,
    calls: readonly ObservedCall[],
    verdict: ImpactVerdict,
    text: (text: string) => string,
  ) {
    this.#judge = judge;
    this.#calls = calls;
    this.#verdict = verdict;
    this.#text = text;
  }

  *of(found: readonly Found[]): Steps<SampleCounts> {
    const examples = new Map<string, SampleExample>();
    const lacks = new Set<string>();
    let [hits, open] = [0, 0];
    for (const each of found) {
      yield;
      const outcome = this.#outcome(each);
      if (outcome === true) {
        hits += 1;
        this.#show(each, examples);
      } else if (outcome !== false) {
        open += 1;
        for (const fact of outcome) lacks.add(fact);
      }
    }
    const most = [...examples.values()].toSorted((a, b) => b.count - a.count).slice(0, EXAMPLES);
    const shown = most.reduce((sum, { count }) => sum + count, 0);
    return { requests: found.length, hits, open, lacks: [...lacks], examples: most, more: hits - shown };
  }

  /** Equal requests are judged once. */
  #outcome({ trace: _, ...sampled }: Found): boolean | readonly string[] {
    const key = JSON.stringify(sampled);
    const known = this.#judged.get(key);
    if (known !== undefined) return known;
    if (this.#judged.size >= DIFFERENT) return [TOO_MANY];
    const outcome = this.#judge(this.#calls, sampled).get(this.#verdict) ?? false;
    this.#judged.set(key, outcome);
    return outcome;
  }

  #show({ request, trace }: Found, examples: Map<string, SampleExample>): void {
    const { method, path, host, port } = plausible(request);
    const told = (text: string | null) => (text === null ? null : this.#text(text));
    const plain = path?.split(/[?#]/, 1)[0] ?? null;
    const short = plain !== null && plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain;
    const shown = { method, path: told(short), host: told(host), port };
    const key = JSON.stringify(Object.values(shown));
    const known = examples.get(key);
    examples.set(key, { ...shown, count: (known?.count ?? 0) + 1, trace: known?.trace ?? trace });
  }
}
