/** `meshscope analyze [-o text|json|sarif] [--root-namespace NAME] [--complete] PATH…`: docs/checks.md. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ChecksEngine } from "#lib/mesh/istio/policy/checks/engine.ts";
import { offlineWorld } from "#lib/mesh/istio/policy/checks/offline.ts";
import { checkRules } from "#lib/mesh/istio/policy/checks/registry.ts";
import type { Finding } from "#lib/policy/finding.ts";
import { refKey, refOf } from "#lib/policy/ref.ts";
import { type Located, place, readPaths, STDIN, UnreadablePath } from "./read.ts";
import { asJson, asSarif, asText, type Placed, type Report } from "./report.ts";

const USAGE = `meshscope analyze [-o text|json|sarif] [--root-namespace NAME] [--complete] PATH…

Checks manifests in files and folders (- is standard input), without a cluster.

  -o, --output          text (default), json or sarif (2.1.0)
  --root-namespace      where the mesh's own objects are (default istio-system)
  --complete            the files are all there is: services, workloads and namespaces that they don't hold don't exist

Exits 0 without errors, 1 with errors or documents that can't be read, 2 where it can't begin.
`;

/** What was asked for can't be done. */
class Refused extends Error {}

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

function asked(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        output: { type: "string", short: "o", default: "text" },
        "root-namespace": { type: "string", default: "istio-system" },
        complete: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
      allowPositionals: true,
    });
  } catch (cause) {
    throw new Refused(cause instanceof Error ? cause.message : String(cause));
  }
}

/** Where each object stands; a finding on what no file holds stands at the object that is evidence for it. */
function placed(findings: readonly Finding[], objects: readonly Located[], cluster: string): readonly Placed[] {
  const byKey = new Map(objects.map((each) => [refKey(refOf(cluster, withNamespace(each))), each]));
  return findings.map((finding) => {
    const own = byKey.get(refKey(finding.object));
    const { file, line, column } = own === undefined ? { file: STDIN, line: 1, column: 1 } : place(own, finding.path);
    const { namespaces: _, ...rest } = finding;
    return { ...rest, file, line, column };
  });
}

function withNamespace({ manifest }: Located) {
  const { metadata } = manifest;
  return metadata.namespace === undefined && !CLUSTER_SCOPED.test(manifest.kind)
    ? { ...manifest, metadata: { ...metadata, namespace: "default" } }
    : manifest;
}
const CLUSTER_SCOPED = /^(Namespace|GatewayClass|CustomResourceDefinition|.*WebhookConfiguration|ClusterRole.*)$/;

async function analyze(args: readonly string[]): Promise<number> {
  const { values, positionals } = asked(args);
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { output } = values;
  if (output !== "text" && output !== "json" && output !== "sarif") {
    throw new Refused(`-o takes text, json or sarif, not ${output}.`);
  }
  if (positionals.length === 0) throw new Refused("Name at least one file or folder, or - for standard input.");
  const read = await readPaths(positionals, process.stdin);
  const manifests = read.objects.map(({ manifest }) => manifest);
  const world = offlineWorld(manifests, { rootNamespace: values["root-namespace"], complete: values.complete });
  const report: Report = {
    findings: placed(new ChecksEngine().check(world), read.objects, world.cluster),
    problems: read.problems,
    notes: read.notes,
    files: read.files.length,
    objects: manifests.length,
  };
  const shown = { text: asText, json: asJson, sarif: (each: Report) => asSarif(each, checkRules, version()) };
  process.stdout.write(shown[output](report));
  return read.problems.length > 0 || report.findings.some(({ severity }) => severity === "error") ? 1 : 0;
}

try {
  process.exitCode = await analyze(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Refused) && !(error instanceof UnreadablePath)) throw error;
  process.stderr.write(`meshscope: ${error.message}\n${error instanceof Refused ? `\n${USAGE}` : ""}`);
  process.exitCode = 2;
}
