import fc from "fast-check";
import { expect, test } from "vitest";
import { shown, wanted } from "./clean.ts";
import { diffManifests } from "./diff.ts";
import { drawer, marked, marksOf, shuffled } from "./permuted.test-support.ts";
import { samples } from "./samples.test-support.ts";
import { readYaml } from "./yaml.ts";
import { writeYaml } from "./yaml-write.ts";

const all = samples();
const named = all.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest] as const);

test.each(named)("%s, opened and saved, is the same object", (_, manifest) => {
  expect(readYaml(writeYaml(manifest))).toEqual({ documents: [{ manifest }] });
  expect(diffManifests(manifest, wanted(shown(manifest), manifest))).toEqual({ changes: [], lines: [] });
  expect(wanted(shown(manifest), manifest)).toEqual(manifest);
});

test("the order of keys and fields that nobody knows survive writing and reading", () => {
  fc.assert(
    fc.property(fc.constantFrom(...all), fc.nat(), (manifest, seed) => {
      const draw = drawer(seed);
      const odd = marked(manifest, draw);
      expect(writeYaml(shuffled(odd, draw))).toBe(writeYaml(odd));
      const [read] = readYaml(writeYaml(odd)).documents;
      expect(read && "manifest" in read ? read.manifest : null).toEqual(odd);
      expect(diffManifests(manifest, odd).changes.length > 0).toBe(marksOf(odd).length > 0);
    }),
  );
});
