/**
 * What the checks say of EnvoyFilters is held against what istiod's own functions say of the same: those that Istio publishes, and many
 * that are made up. Both must refuse the same, and warn of the same; why, each says in its words.
 */
import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { realEnvoyFilter } from "#lab/real/binaries.ts";
import { download } from "#lab/schemas/module.ts";
import { ENVOY_TYPES } from "#lib/mesh/istio/policy/checks/envoy/types.gen.ts";
import { WHOLES } from "#lib/mesh/istio/policy/checks/envoy/values.ts";
import { oddEnvoyFilter } from "#lib/mesh/istio/policy/checks/odd-patches.ts";
import { refusedPatches } from "#lib/mesh/istio/policy/checks/refused-patches.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { readYaml } from "#lib/policy/yaml.ts";
import { maker } from "./envoy-filters/made.ts";
import { chance } from "./policy-truth/chance.ts";

interface Verdict {
  readonly refused: boolean;
  /** Beside what Istio says of each EnvoyFilter; where it is refused nobody says it. */
  readonly warned: boolean;
}

const binary = realEnvoyFilter(process.env);

async function ask(args: readonly string[], input: string): Promise<string> {
  const child = spawn(binary, args, { stdio: "pipe" });
  child.stdin.end(input);
  const [out, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(complaint).toBe("");
  return out;
}

const OF_EACH = /EnvoyFilter exposes internal implementation details[^.]*\.[^.]*upgrades\./;
const ENUMERATED = /^\d+ errors? occurred:|[\s*]/g;

async function istios(specs: readonly JsonObject[]): Promise<readonly (Verdict & { readonly said: string })[]> {
  const answers = await ask([], specs.map((spec) => `${JSON.stringify(spec)}\n`).join(""));
  const lines = answers.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const { refused, warned } = JSON.parse(line) as { readonly refused: string; readonly warned: string };
    const more = warned.replace(OF_EACH, "").replaceAll(ENUMERATED, "");
    return { refused: refused !== "", warned: refused === "" && more !== "", said: refused === "" ? warned : refused };
  });
}

function ours(spec: JsonObject): Verdict & { readonly said: readonly string[] } {
  const filter = { ...OBJECT, spec } satisfies Manifest;
  const [refused, odd] = [[...refusedPatches(filter)], [...oddEnvoyFilter(filter)]];
  const said = [...refused, ...odd].map(({ path, message }) => `${path.join(".")}: ${message}`);
  return { refused: refused.length > 0, warned: refused.length === 0 && odd.length > 0, said };
}

const OBJECT = {
  apiVersion: "networking.istio.io/v1alpha3",
  kind: "EnvoyFilter",
  metadata: { name: "f", namespace: "shop" },
} as const;

/** How many of each verdict there were; each the same on both sides. */
async function compared(specs: readonly JsonObject[]) {
  const theirs = await istios(specs);
  expect(theirs).toHaveLength(specs.length);
  const tally = { refused: 0, warned: 0, taken: 0 };
  for (const [i, spec] of specs.entries()) {
    const [own, istio] = [ours(spec), theirs[i]];
    const verdict = ({ refused, warned }: Verdict) => (refused ? "refused" : warned ? "warned" : "taken");
    const all = `${JSON.stringify(spec).slice(0, 2000)}\nIstio: ${istio?.said}\nours: ${own.said.join("; ")}`;
    expect(istio && verdict(istio), all).toBe(verdict(own));
    tally[verdict(own)] += 1;
  }
  return tally;
}

test("the types that values are held against are those of the pinned istiod", async () => {
  expect((await ask(["-types"], "")) === ENVOY_TYPES).toBe(true);
});

test.each([
  ["nothing is wrong by intent", 0, 21],
  ["little is wrong", 0.01, 22],
  ["much is wrong", 0.06, 23],
])("of what is made up, where %s, the same is refused and warned of", async (_, wrong, seed) => {
  const chosen = chance(seed);
  const make = maker(chosen, wrong);
  const specs = Array.from({ length: 4000 }, () => make(...chosen.of([...WHOLES])));
  const { refused, warned, taken } = await compared(specs);
  // Each is worth comparing.
  expect(refused).toBeGreaterThan(400 * Math.sign(wrong) - 1);
  expect(warned).toBeGreaterThan(400);
  expect(taken).toBeGreaterThan(800);
});

const PLACES = ["samples", "tests", "pilot", "pkg", "operator/cmd/mesh/testdata/manifest-generate"];

test("of EnvoyFilters that Istio publishes the same is refused and warned of", async () => {
  const lines = await readFile(join(import.meta.dirname, "../lab/real/istiod/go.mod"), "utf8");
  const version = /^\s*istio\.io\/istio (\S+)$/m.exec(lines)?.[1] ?? "";
  const istio = await download({ module: "istio.io/istio", version, path: ".", output: "" });
  const files = await Promise.all(
    PLACES.map(async (place) =>
      (await readdir(join(istio, place), { recursive: true }))
        .filter((name) => name.endsWith(".yaml"))
        .map((name) => join(istio, place, name)),
    ),
  );
  const texts = await Promise.all(
    files
      .flat()
      .toSorted()
      .map((file) => readFile(file, "utf8")),
  );
  const manifests = texts
    .filter((each) => /^kind: EnvoyFilter$/m.test(each) && !each.includes("{{"))
    .flatMap((each) => readYaml(each).documents.flatMap((one) => ("manifest" in one ? [one.manifest] : [])));
  const specs = manifests.filter(({ kind }) => kind === "EnvoyFilter").flatMap(({ spec }) => (spec ? [spec] : []));
  const { taken } = await compared(specs);
  expect(taken).toBeGreaterThan(10);
});
