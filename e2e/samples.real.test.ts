/**
 * Every policy among the samples that Istio and Gateway API publish is opened and saved as it is: nothing may change. The
 * files come from the pinned modules: Istio's own (lab/real/istiod/go.mod) and Gateway API's (lab/schemas/sources.ts).
 */
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { download } from "#lab/schemas/module.ts";
import { gatewaySource } from "#lab/schemas/sources.ts";
import { expectKept, expectOrderless, expectUnchanged } from "#lib/mesh/istio/policy/kept.test-support.ts";
import { policyKinds } from "#lib/mesh/policies.ts";
import { shown, wanted } from "#lib/policy/clean.ts";
import { diffManifests } from "#lib/policy/diff.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refOf } from "#lib/policy/ref.ts";
import { readYaml } from "#lib/policy/yaml.ts";
import { writeYaml } from "#lib/policy/yaml-write.ts";

interface Sample {
  readonly file: string;
  readonly manifests: readonly Manifest[];
  readonly problems: readonly string[];
}

/** Documents and the folders of Istio's tests whose files are whole objects; what a test breaks on purpose is left out. */
const ISTIO = ["samples", "tests/integration", "pilot/pkg/config/kube", "pkg/config/analysis/analyzers/testdata"];

async function istioModule() {
  const lines = await readFile(join(import.meta.dirname, "../lab/real/istiod/go.mod"), "utf8");
  const version = /^\s*istio\.io\/istio (\S+)$/m.exec(lines)?.[1] ?? "";
  return await download({ module: "istio.io/istio", version, path: ".", output: "" });
}

async function samplesIn(root: string, folder: string): Promise<readonly Sample[]> {
  const names = await readdir(join(root, folder), { recursive: true });
  const files = names.filter((name) => /\.ya?ml$/.test(name)).map((name) => join(root, folder, name));
  return await Promise.all(
    files.toSorted().map(async (file) => sample(relative(root, file), await readFile(file, "utf8"))),
  );
}

const known = new Map(
  policyKinds.flatMap((kind) => kind.versions.map((v) => [`${kind.group}/${v} ${kind.kind}`, kind])),
);

function sample(file: string, text: string): Sample {
  // Templates aren't YAML.
  if (text.includes("{{")) return { file, manifests: [], problems: [] };
  const read = readYaml(text);
  const manifests = read.documents.flatMap((one) => ("manifest" in one ? [placed(one.manifest)] : []));
  return {
    file,
    manifests: manifests.filter((one) => {
      const { group, version, kind } = refOf("", one);
      return known.has(`${group}/${version} ${kind}`);
    }),
    problems: read.documents.flatMap((one) =>
      "problem" in one ? [`${one.problem.line}: ${one.problem.message}`] : [],
    ),
  };
}

/** As `kubectl apply` would send it: into a namespace. */
function placed(manifest: Manifest): Manifest {
  const kind = policyKinds.find((each) => each.kind === manifest.kind);
  if (kind?.namespaced === false || manifest.metadata.namespace !== undefined) return manifest;
  return { ...manifest, metadata: { ...manifest.metadata, namespace: "default" } };
}

const [istio, gateway] = await Promise.all([istioModule(), download({ ...gatewaySource, path: "examples" })]);
const samples = [
  ...(await Promise.all(ISTIO.map((folder) => samplesIn(istio, folder)))).flat(),
  ...(await samplesIn(gateway, "standard")),
  ...(await samplesIn(gateway, "experimental")),
];
const filled = samples.filter(({ manifests }) => manifests.length > 0);
const all = samples.flatMap(({ file, manifests }) => manifests.map((manifest) => ({ file, manifest })));

/** Files that people's own YAML might be like, whatever is refused in them. */
const broken = samples.flatMap(({ file, problems }) => problems.map((problem) => `${file}:${problem}`));

test("there are samples of almost every kind, and what can't be read is none of them", () => {
  expect(all.length).toBeGreaterThan(100);
  const kinds = new Set(all.map(({ manifest }) => manifestKindKey(manifest)));
  expect(kinds.size).toBeGreaterThan(15);
  // What is refused is no object at all, or one of another kind with a number that YAML's versions read differently.
  const refusals = broken.filter((text) => !/(is missing or no|is one object with)/.test(text));
  expect(refusals).toEqual([
    expect.stringMatching(/^samples\/jwt-server\/jwt-server\.yaml:\d+: `0400` is a different/),
  ]);
});

test("an object that is opened and saved is the same object", () => {
  for (const { file, manifest } of all) {
    const again = readYaml(writeYaml(manifest));
    expect(again, file).toEqual({ documents: [{ manifest }] });
    expect(diffManifests(manifest, manifest), file).toEqual({ changes: [], lines: [] });
    expect(wanted(shown(manifest), manifest), file).toEqual(wanted(manifest));
  }
});

test("a form that is sent as it was opened changes nothing", () => {
  const tallies = samples.map(({ file, manifests }) => expectUnchanged(manifests, file));
  expect(tallies.reduce((sum, { said }) => sum + said, 0)).toBeGreaterThan(300);
});

test("the order of keys means nothing", () => {
  fc.assert(
    fc.property(fc.constantFrom(...filled), fc.nat(), ({ file, manifests }, seed) => {
      expectOrderless(manifests, seed, file);
    }),
    { seed: 7, numRuns: 200 },
  );
});

test("fields that nobody knows stay, whatever else is changed", () => {
  let said = 0;
  fc.assert(
    fc.property(fc.constantFrom(...filled), fc.nat(), ({ file, manifests }, seed) => {
      said += expectKept(manifests, seed, file).said;
    }),
    { seed: 7, numRuns: 300 },
  );
  expect(said).toBeGreaterThan(300);
});
