import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { readConfig } from "#lib/server/config-file.ts";

interface Manifest {
  readonly kind: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly rules?: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
}

const here = new URL("./", import.meta.url);
const manifests = readdirSync(here)
  .filter((name) => name.endsWith(".yaml"))
  .flatMap((name) =>
    parseAllDocuments(readFileSync(new URL(name, here), "utf8")).map((document) => document.toJS() as Manifest),
  );
const of = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);

describe("deploy/kubernetes", () => {
  it("lets the console read and nothing else", () => {
    const rules = of("ClusterRole").flatMap((role) => role.rules ?? []);
    expect([...new Set(rules.flatMap(({ verbs }) => verbs))].sort()).toEqual(["get", "list", "watch"]);
    expect(rules.flatMap(({ resources }) => resources)).not.toContain("secrets");
    expect(rules.flatMap(({ resources }) => resources)).not.toContain("*");
  });

  it("holds a configuration that the console accepts", () => {
    const text = of("ConfigMap")[0]?.data?.["meshscope.yaml"] ?? "";
    expect(readConfig(text, "meshscope.yaml", {})).toMatchObject({ clusters: [{ kubernetes: { inCluster: true } }] });
  });
});
