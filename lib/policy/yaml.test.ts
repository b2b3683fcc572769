import fc from "fast-check";
import { expect, test } from "vitest";
import { manifest, text } from "./manifest.test-support.ts";
import { readYaml } from "./yaml.ts";
import { pathAt, rangeOf } from "./yaml-places.ts";
import { writeYaml } from "./yaml-write.ts";

/** Levels by indentation and by dashes in a line, together far deeper than either alone. */
const stairs = Array.from({ length: 60 }, (_, n) => `${" ".repeat(n * 100)}${"- ".repeat(50)}`).join("\n");
const HEAD = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n";
const spec = (line: string) => `${HEAD}spec:\n  x: ${line}\n`;
const problems = (source: string) => {
  const { documents, problem } = readYaml(source);
  return [...(problem ? [problem] : []), ...documents.flatMap((d) => ("problem" in d ? [d.problem] : []))];
};
const read = (source: string) => {
  const [first] = readYaml(source).documents;
  return first && "manifest" in first ? first.manifest.spec?.["x"] : first;
};

test("what is written is read back, whatever it holds, and written again the same", () => {
  fc.assert(
    fc.property(manifest, (m) => {
      const written = writeYaml(m);
      expect(readYaml(written)).toEqual({ documents: [{ manifest: m }] });
      const [again] = readYaml(written).documents;
      expect(again && "manifest" in again ? writeYaml(again.manifest) : null).toBe(written);
    }),
  );
});

test.each([
  ["on", "true or false"],
  ["No", "true or false"],
  ["y", "true or false"],
  ["0o17", "different number"],
  ["017", "different number"],
  ["1_000", "different number"],
  [".inf", "no number"],
  ["1e400", "beyond"],
  ["9007199254740993", "more digits"],
  ["{1.5: a}", "Keys are text"],
  ["{true: a}", "Keys are text"],
  ['{1: a, "1": a}', "twice"],
  ["{a: 1, a: 2}", "twice"],
  ["{<<: {a: 1}}", "Merge keys"],
  ["!secret a", "tag"],
  ["!!binary aGk=", "tag"],
  ["*nobody", "nobody"],
  ["&a [*a]", "no end"],
  ["[", "flow"],
])("%s is refused at its line", (line, message) => {
  const [problem, ...more] = problems(spec(line));
  expect(more).toEqual([]);
  expect(problem?.message.toLowerCase()).toContain(message.toLowerCase());
  expect(problem?.line).toBeGreaterThanOrEqual(6);
});

test.each<[string, unknown]>([
  ['"on"', "on"],
  ["2001-01-01", "2001-01-01"],
  ["!!str 1", "1"],
  ["1e3", 1000],
  ["{8080: a}", { "8080": "a" }],
  ["[&b 1, *b]", [1, 1]],
  ["true", true],
  ["", null],
])("%s is taken as %j", (line, value) => expect(read(spec(line))).toEqual(value));

test("one broken document leaves the others; lists are unrolled; CRLF, BOM, `...` and empty documents are fine", () => {
  const { documents } = readYaml(`${HEAD}---\na: [\n---\n# nothing\n---\n${HEAD}...\n${HEAD}`);
  expect(documents.map((d) => ("problem" in d ? "broken" : d.manifest.metadata.name))).toEqual([
    "a",
    "broken",
    "a",
    "a",
  ]);
  const list = readYaml(
    JSON.stringify({
      apiVersion: "v1",
      kind: "List",
      items: [1, 2].map((n) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name: `n${n}` } })),
    }),
  );
  expect(list.documents.map((d) => ("manifest" in d ? d.manifest.metadata.name : d))).toEqual(["n1", "n2"]);
  expect(problems(`\ufeff${HEAD.replaceAll("\n", "\r\n")}---\r\n${HEAD}`)).toEqual([]);
  expect(readYaml("")).toEqual({ documents: [] });
  expect(problems("kind: [1]\n---\njust text").map(({ line }) => line)).toEqual([1, 3]);
});

test("__proto__ is a key like any other", () => {
  const found = read(spec("{__proto__: {polluted: true}}"));
  expect(Object.keys(found as object)).toEqual(["__proto__"]);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test("bombs are refused, and a large document is read, well within the time of a test", () => {
  const many = Array.from({ length: 60_000 }, (_, n) => `  k${n}: 1`).join("\n");
  const bombs = [
    spec("[".repeat(10_000)),
    spec("{a: ".repeat(10_000)),
    `${"- ".repeat(100_000)}a`,
    stairs,
    `${"? ".repeat(10_000)}a`,
    Array.from({ length: 1000 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
    `a: &a [1,1,1,1,1,1,1,1,1]\n${"bcdefgh"
      .split("")
      .map((c, i) => `${c}: &${c} [${`*${"abcdefg"[i]},`.repeat(9)}]`)
      .join("\n")}`,
    "a".repeat(5 * 1024 * 1024),
    "---\na: 1\n".repeat(101),
  ];
  for (const bomb of bombs) expect(problems(bomb).length, bomb.slice(0, 40)).toBeGreaterThan(0);
  for (const bomb of [bombs[0] ?? "", stairs])
    expect(problems(bomb)[0]?.message).toBe("Nested deeper than 100 levels.");
  expect(problems(`${HEAD}spec:\n${many}\n`)).toEqual([]);
}, 20_000);

test("no text makes it throw", () => {
  const pieces = fc.array(
    fc.oneof(text, fc.constantFrom("a: ", "- ", "\n", "\n  ", "---\n", "...\n", "%YAML 1.1\n", "&a ", "*a", "!t ")),
  );
  fc.assert(
    fc.property(pieces, fc.nat({ max: 60 }), (list, offset) => {
      const source = list.join("");
      expect(Array.isArray(readYaml(source).documents)).toBe(true);
      const place = pathAt(source, offset);
      if (place !== null) rangeOf(source, place.path, place.document);
    }),
  );
});

test("places are found both ways, in the right document", () => {
  const source = `${HEAD}---\n${spec('[1, {"a.b": 22}]')}`;
  const range = rangeOf(source, 'spec.x[1]["a.b"]', 1);
  expect(range && source.slice(range.from, range.to)).toBe("22");
  expect(pathAt(source, source.indexOf("22"))).toEqual({ document: 1, path: 'spec.x[1]["a.b"]' });
  expect(pathAt(source, source.indexOf("kind"))).toEqual({ document: 0, path: "kind" });
  const ports = spec("{8080: a}");
  expect(pathAt(ports, ports.indexOf("8080") + 6)).toEqual({ document: 0, path: 'spec.x["8080"]' });
  const port = rangeOf(ports, 'spec.x["8080"]', 0);
  expect(port && ports.slice(port.from, port.to)).toBe("a");
  const around = rangeOf(source, "spec.x[1].gone", 1);
  expect(around && source.slice(around.from, around.to)).toBe('{"a.b": 22}');
  expect(rangeOf(source, "spec", 7)).toBeNull();
});
