/** From Prometheus's answers to observations. Whatever a label or value holds, nothing throws; what can't be read is counted. */
import type { Protocol } from "#lib/graph/model.ts";
import type { Answers, Capabilities, DecodeContext, Decoded } from "#lib/mesh/port.ts";
import type { Labels, Sample } from "#lib/promql/result.ts";
import { unixSeconds } from "#lib/units.ts";
import { Draft } from "./draft.ts";
import { ExtensionEnds } from "./ends.ts";
import { EXTENSION, given, IS_ROOT, METER } from "./labels.ts";
import { METERS } from "./reads.ts";

/** Decodes one refresh. Cost: linear in samples. */
export function decodeAnswers(answers: Answers, capabilities: Capabilities, context: DecodeContext): Decoded {
  const round = new Round(context, capabilities.scrapeInterval ?? 0);
  for (const sample of countedOnce(answers.get("traffic")?.samples ?? [])) round.traffic(sample);
  for (const sample of countedOnce(answers.get("newborn")?.samples ?? [])) round.newborn(sample);
  for (const sample of countedOnce(answers.get("history")?.samples ?? [])) round.history(sample);
  return {
    observations: round.finish(),
    pods: [],
    missing: READS.flatMap(([read, consequence]) =>
      answers.has(read) ? [] : { what: `answer to the query for extensions’ ${read}`, consequence, setting: SETTING },
    ),
    ignored: round.ignored(),
    warnings: [...new Set([...answers.values()].flatMap(({ warnings }) => warnings))].sort(),
  };
}

const SETTING = "See the source's state for the error Prometheus gave.";
const READS = [
  ["traffic", "Calls that other meshes tell of (kiali_ext_…) are not in this answer."],
  [
    "newborn",
    "Of calls that other meshes tell of, those of series that began within the window are not counted; a burst of new errors may read as none.",
  ],
] as const;

/**
 * Both ends of a call may have told of it, alike but for whether it begins at a root: of those the larger counts, alone, and the
 * root's own word says which workload it is.
 */
function countedOnce(samples: readonly Sample[]): readonly Sample[] {
  const best = new Map<string, Sample>();
  for (const sample of samples) {
    const { [IS_ROOT]: root, ...rest } = sample.labels;
    const key = JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = best.get(key);
    if (known === undefined) {
      best.set(key, sample);
      continue;
    }
    const larger = sample.value > known.value ? sample : known;
    const rooted = [sample, known].some(({ labels }) => labels[IS_ROOT] === "true");
    best.set(key, rooted ? { ...larger, labels: { ...larger.labels, [IS_ROOT]: "true" } } : larger);
  }
  return [...best.values()];
}

class Round {
  readonly #context: DecodeContext;
  readonly #interval: number;
  readonly #ends: ExtensionEnds;
  readonly #drafts = new Map<string, Draft>();
  #ignored = 0;
  #example: string | null = null;

  constructor(context: DecodeContext, interval: number) {
    this.#context = context;
    this.#interval = interval;
    this.#ends = new ExtensionEnds(context);
  }

  traffic(sample: Sample): void {
    const { labels, value } = sample;
    const meter = labels[METER];
    if (meter === METERS.requests) this.#draft(sample, protocolOf(labels))?.request(labels, value, 0);
    else if (meter === METERS.sent || meter === METERS.received)
      this.#draft(sample, "tcp")?.bytes(meter, labels, value);
    else this.#ignore(sample);
  }

  newborn(sample: Sample): void {
    const { labels, value } = sample;
    const draft = this.#draft(sample, protocolOf(labels));
    if (draft === null) return;
    const { at, window } = this.#context;
    if (labels[METER] === METERS.missed) draft.request(labels, value / window, value / window);
    else if (labels[METER] === METERS.born) draft.born(value);
    // The first of n samples that are one interval apart; right to one interval, which is as fine as scraping sees.
    else draft.bornAt(unixSeconds(at - Math.max(0, value - 1) * this.#interval));
  }

  /** It is known to have carried something once. */
  history(sample: Sample): void {
    this.#draft(sample, sample.labels[METER] === METERS.requests ? protocolOf(sample.labels) : "tcp");
  }

  finish(): Decoded["observations"] {
    return [...this.#drafts.values()].map((draft) => draft.finish());
  }

  ignored(): Decoded["ignored"] {
    return { series: this.#ignored, example: this.#example };
  }

  #draft(sample: Sample, protocol: Protocol | null): Draft | null {
    const { labels, value } = sample;
    const extension = given(labels, EXTENSION);
    const ends = Number.isFinite(value) && value >= 0 && protocol !== null ? this.#ends.read(labels) : null;
    if (ends === null || protocol === null || extension === null) {
      this.#ignore(sample);
      return null;
    }
    const key = JSON.stringify([extension, ends.source, ends.destination, protocol]);
    const draft = this.#drafts.get(key) ?? new Draft(extension, ends, protocol);
    this.#drafts.set(key, draft);
    return draft;
  }

  #ignore({ labels, value }: Sample): void {
    this.#ignored++;
    this.#example ??= `${JSON.stringify(labels).slice(0, 300)} ${value}`;
  }
}

/** `http`, with or without a version, and `grpc`; null: neither. */
function protocolOf({ protocol = "" }: Labels): Protocol | null {
  const name = protocol.toLowerCase();
  if (name === "grpc") return "grpc";
  return /^http(?:[/_]?[123](?:\.[01])?)?$/.test(name) ? "http" : null;
}
