/** What holds for a world's objects whatever else they hold: expectations that small and large collections of samples share. */
import { expect } from "vitest";
import { diffManifests } from "#lib/policy/diff.ts";
import type { Intent } from "#lib/policy/intent.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { drawer, marked, marksOf, shuffled } from "#lib/policy/permuted.test-support.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { refKey, refOf, refText } from "#lib/policy/ref.ts";
import { writeYaml } from "#lib/policy/yaml-write.ts";
import {
  changingIntents,
  changingObjectIntents,
  objectIntents,
  serviceIntents,
  servicesOf,
  tried,
} from "./as-it-is.test-support.ts";

/** These objects and nothing else; Kubernetes isn't read. */
export const onlyWorld = (manifests: readonly Manifest[]): PolicyWorld => ({
  ...{ cluster: "west", rootNamespace: "istio-system", inventory: null },
  objects: (key) => manifests.filter((one) => manifestKindKey(one) === key),
});

export interface Tally {
  /** Intents that came to something: changes, or none. */
  readonly said: number;
  readonly refused: number;
}

/** Forms that are sent as they were opened change nothing, or say why they can't be sent. */
export function expectUnchanged(manifests: readonly Manifest[], where: string): Tally {
  const world = onlyWorld(manifests);
  const intents: readonly Intent[] = [
    ...servicesOf(world, manifests).flatMap((service) => serviceIntents(service, world)),
    ...manifests.flatMap((manifest) => objectIntents(manifest, world)),
  ];
  const results = intents.map((intent) => {
    const come = tried(intent, world);
    if (come !== null) {
      const said = [...come.manifests.map((one) => refText(refOf("", one))), ...come.deletions.map(refText)];
      expect(said, `${where}: ${JSON.stringify(intent)}`).toEqual([]);
    }
    return come;
  });
  const refused = results.filter((one) => one === null).length;
  return { said: results.length - refused, refused };
}

/** The order of keys means nothing: not to texts, differences or forms. */
export function expectOrderless(manifests: readonly Manifest[], seed: number, where: string): void {
  const draw = drawer(seed);
  const other = manifests.map((manifest) => shuffled(manifest, draw));
  for (const [i, manifest] of manifests.entries()) {
    expect(diffManifests(manifest, other[i] ?? null), where).toEqual({ changes: [], lines: [] });
    expect(writeYaml(other[i] ?? manifest), where).toBe(writeYaml(manifest));
  }
  expectUnchanged(other, where);
}

/** Fields that nobody knows stay where they are when something else is changed. */
export function expectKept(manifests: readonly Manifest[], seed: number, where: string): Tally {
  const draw = drawer(seed);
  const before = manifests.map((manifest) => marked(manifest, draw));
  const world = onlyWorld(before);
  const tally = { said: 0, refused: 0 };
  for (const intent of [
    ...servicesOf(world, before).flatMap((service) => changingIntents(service, world)),
    ...before.flatMap((manifest) => changingObjectIntents(manifest, world)),
  ]) {
    const come = tried(intent, world);
    tally[come === null ? "refused" : "said"] += 1;
    for (const after of come?.manifests ?? []) {
      const old = before.find((one) => refKey(refOf("", one)) === refKey(refOf("", after)));
      const marks = marksOf(after);
      expect(
        marksOf(old).filter((mark) => !marks.includes(mark)),
        `${where}: ${JSON.stringify(intent)}`,
      ).toEqual([]);
    }
  }
  return tally;
}
