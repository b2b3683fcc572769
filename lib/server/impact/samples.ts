/** POST /meaning/impact/samples: what traces and access logs say of the items that metrics can't decide, read as the viewer and kept nowhere. */
import type { ImpactRequest } from "#lib/api/impact.ts";
import type { ImpactSamplesAnswer } from "#lib/api/impact-samples.ts";
import { formatInstant } from "#lib/api/instant.ts";
import { sampler } from "#lib/mesh/impact.ts";
import { accessFormats } from "#lib/mesh/meaning.ts";
import type { Credential } from "../identity.ts";
import { settingsOf } from "../policy/settings.ts";
import { slowly } from "../slowly.ts";
import { Slots } from "../stream/slots.ts";
import { drafted } from "./draft.ts";
import { evaluatedOf, type Impacts, type Worked } from "./impact.ts";
import { logsOf, tracesOf } from "./sample-found.ts";
import { type HeardDeps, heardOf, type Who } from "./sample-heard.ts";
import { chosenPairs } from "./sample-pairs.ts";
import { Tally } from "./sample-tally.ts";

export interface SampleDeps extends HeardDeps {
  readonly impacts: Pick<Impacts, "work">;
  readonly slots: Slots;
}

/** One reads logs of three servers at a time, each of several pods, and whole traces: a few at once, of one session two. */
export const sampleSlots = () =>
  new Slots(8, 2, {
    all: (limit) => `This console looks at samples for ${limit} plans already. Try again in a few seconds.`,
    own: (limit) => `Samples are looked at for ${limit} plans of this session already. Try again in a few seconds.`,
  });

/**
 * A source that fails, or that the viewer may not read, says so and fails no other.
 * @throws MeshscopeError as POST /meaning/impact; `too_many_streams` where others are under way
 */
export async function showImpactSamples(
  deps: SampleDeps,
  credential: Credential,
  request: ImpactRequest,
  signal: AbortSignal = new AbortController().signal,
): Promise<ImpactSamplesAnswer> {
  const { viewer, changes } = await drafted(deps, credential, request, signal);
  const evaluated = evaluatedOf(changes);
  const nothing = { at: formatInstant(deps.timers.now()), items: [], left: 0 };
  if (evaluated.length === 0) return nothing;
  const giveBack = deps.slots.take(credential.session);
  try {
    const worked = await deps.impacts.work(request.cluster, viewer, evaluated, signal);
    if (typeof worked === "string") return { ...nothing, notEvaluated: worked };
    return await samplesOf(deps, { credential, viewer }, worked, signal);
  } finally {
    giveBack();
  }
}

async function samplesOf(
  deps: SampleDeps,
  who: Who,
  worked: Worked,
  signal: AbortSignal,
): Promise<ImpactSamplesAnswer> {
  const { formats } = accessFormats(settingsOf(deps, worked.world.cluster, who.viewer));
  const { asked, left } = chosenPairs(worked, [...new Set(formats.flatMap(({ headers }) => headers))]);
  const heard = await heardOf(deps, who, worked, asked, signal);
  const text = deps.text(who.viewer);
  const judge = sampler(worked);
  const items: ImpactSamplesAnswer["items"] = [];
  for (const each of asked) {
    const { verdict, source, target, protocol, seen } = each.item;
    const tally = new Tally(judge, each.calls, verdict, text);
    const traces = each.tells.traces ? tracesOf(each, heard, worked) : null;
    const logs = each.tells.logs ? logsOf(each, heard, worked) : null;
    items.push(
      structuredClone({
        ...{ verdict, source, target, protocol, seen },
        traces: traces && { ...traces.told, ...(await slowly(tally.of(traces.found), deps.timers, signal)) },
        logs: logs && { ...logs.told, ...(await slowly(tally.of(logs.found), deps.timers, signal)) },
      }) as ImpactSamplesAnswer["items"][number],
    );
  }
  return { at: formatInstant(worked.traffic.at), items, left };
}
