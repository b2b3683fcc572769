import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

const bootstrap = fileURLToPath(new URL("../scripts/bootstrap.js", import.meta.url));
let folder: string;

const SERVICE = `apiVersion: v1
kind: Service
metadata: {name: reviews, namespace: shop}
spec:
  selector: {app: reviews}
  ports: [{name: http, port: 80}]
`;
const BROKEN_ROUTE = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: shop}
spec:
  hosts: [reviews]
  http:
    - route:
        - destination:
            host: nobody
`;
const ODD_ROUTE = BROKEN_ROUTE.replace("host: nobody", "host: reviews\n          weight: 50");

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "meshscope-analyze-"));
  const put = (name: string, content: string) => writeFileSync(join(folder, name), content);
  for (const name of ["good", "bad", "broken", "chart"]) mkdirSync(join(folder, name));
  put("good/all.yaml", `${SERVICE}---\n${ODD_ROUTE}`);
  put("bad/service.yml", SERVICE);
  put("bad/route.yaml", `# two documents\n---\n${BROKEN_ROUTE}`);
  put("broken/a.yaml", `${SERVICE}---\nkind: [unclosed\n---\n${BROKEN_ROUTE}`);
  put("chart/values.yaml", "replicas: 3\n");
  put("chart/route.yaml", `${SERVICE}---\n${ODD_ROUTE}`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The real command, in that folder, as `npx meshscope` starts it. */
async function run(args: readonly string[], input = "") {
  const child = spawn(process.execPath, [bootstrap, "analyze", ...args], { cwd: folder });
  child.stdin.end(input);
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once("exit", resolve)),
  ]);
  return { out, err, code };
}

const finding = z.object({
  code: z.string(),
  also: z.array(z.string()),
  severity: z.enum(["error", "warning", "info"]),
  object: z.object({ kind: z.string(), namespace: z.string().nullable(), name: z.string() }),
  path: z.string(),
  message: z.string(),
  fix: z.object({ text: z.string() }),
  file: z.string(),
  line: z.number(),
});
const json = z.object({
  findings: z.array(finding),
  files: z.number(),
  objects: z.number(),
  problems: z.array(z.object({ file: z.string(), line: z.number(), message: z.string() })),
});

describe("meshscope analyze", () => {
  test("says file, line, code and fix of an error, and exits 1", async () => {
    const { out, code } = await run(["bad"]);
    expect(code).toBe(1);
    expect(out).toContain(
      "bad/route.yaml:11:19: error: No service and no ServiceEntry is called nobody.shop.svc.cluster.local",
    );
    expect(out).toContain("[destination-host-unknown, KIA1101, IST0101]");
    expect(out).toMatch(/fix: Create nobody/);
    expect(out).toContain("2 objects in 2 files: 1 error, 0 warnings, 0 remarks");
  });

  test("exits 0 where there are warnings alone", async () => {
    const { out, code } = await run(["good/all.yaml"]);
    expect(out).toContain("warning: The only destination takes all traffic, whatever its weight says (50).");
    expect(code).toBe(0);
  });

  test("reports a broken document with its line, and checks the others", async () => {
    const { out, code } = await run(["-o", "json", "broken"]);
    const report = json.parse(JSON.parse(out));
    expect(code).toBe(1);
    expect(report.problems).toMatchObject([{ file: "broken/a.yaml", line: 9 }]);
    expect(report).toMatchObject({
      files: 1,
      objects: 2,
      findings: [{ code: "destination-host-unknown", file: "broken/a.yaml", line: 18 }],
    });
  });

  test("a folder's other YAML is left out; named by itself it is an error", async () => {
    expect(await run(["chart"])).toMatchObject({
      code: 0,
      out: expect.stringContaining("chart/values.yaml:1:1: note:"),
    });
    expect(await run(["chart/values.yaml"])).toMatchObject({ code: 1 });
  });

  test("reads standard input, and Lists", async () => {
    const indent = (source: string) => `- ${source.trimEnd().split("\n").join("\n  ")}\n`;
    const list = `apiVersion: v1\nkind: List\nitems:\n${indent(SERVICE)}${indent(BROKEN_ROUTE)}`;
    const { out, code } = await run(["-o", "json", "-"], list);
    expect(code).toBe(1);
    expect(json.parse(JSON.parse(out))).toMatchObject({ objects: 2, findings: [{ file: "-", line: 18 }] });
  });

  test("writes SARIF 2.1.0", async () => {
    const { out, code } = await run(["-o", "sarif", "bad", "broken/a.yaml"]);
    const level = z.enum(["error", "warning", "note"]);
    // The members that the standard requires and what code hosts read; unknown ones would be refused here.
    const rule = z.strictObject({
      id: z.string(),
      shortDescription: z.strictObject({ text: z.string().min(1) }),
      helpUri: z.url(),
      defaultConfiguration: z.strictObject({ level }),
      properties: z.strictObject({ tags: z.array(z.string()) }),
    });
    const location = z.strictObject({
      physicalLocation: z.strictObject({
        artifactLocation: z.strictObject({ uri: z.string().min(1) }),
        region: z.strictObject({ startLine: z.int().min(1), startColumn: z.int().min(1) }),
      }),
      logicalLocations: z.array(z.strictObject({ fullyQualifiedName: z.string() })).optional(),
    });
    const result = z.strictObject({
      ruleId: z.string(),
      ruleIndex: z.int().min(0),
      level,
      message: z.strictObject({ text: z.string().min(1) }),
      locations: z.array(location).length(1),
      partialFingerprints: z.record(z.string(), z.string()).optional(),
    });
    const driver = z.strictObject({
      name: z.literal("meshscope"),
      semanticVersion: z.string(),
      rules: z.array(rule).min(100),
    });
    const log = z.strictObject({
      $schema: z.url(),
      version: z.literal("2.1.0"),
      runs: z
        .array(
          z.strictObject({
            tool: z.strictObject({ driver }),
            columnKind: z.literal("utf16CodeUnits"),
            results: z.array(result),
          }),
        )
        .length(1),
    });
    const [{ tool, results } = { tool: null, results: [] }] = log.parse(JSON.parse(out)).runs;
    expect(code).toBe(1);
    expect(results.map(({ ruleId }) => ruleId)).toEqual(["document-unreadable", "destination-host-unknown"]);
    for (const each of results) expect(tool?.driver.rules[each.ruleIndex]?.id).toBe(each.ruleId);
  });

  test.each([
    [["nowhere.yaml"], /nowhere\.yaml can't be read/],
    [[], /Name at least one file/],
    [["-o", "xml", "bad"], /-o takes text, json or sarif/],
    [["--nonsense", "bad"], /nonsense/],
  ])("%j can't begin: exit 2, and why", async (args, why) => {
    const { out, err, code } = await run(args);
    expect({ out, code }).toEqual({ out: "", code: 2 });
    expect(err).toMatch(why);
  });

  test("--complete takes what files don't hold for missing", async () => {
    const alone = ODD_ROUTE;
    expect((await run(["-o", "json", "-"], alone)).out).not.toContain("destination-host-unknown");
    expect((await run(["--complete", "-o", "json", "-"], alone)).out).toContain("destination-host-unknown");
  });
});
