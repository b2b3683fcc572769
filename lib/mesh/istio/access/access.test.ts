import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAccessLine } from "../access-log.ts";
import { type Segment, segmentsOf } from "./format.ts";
import { DEFAULT_LABELS, DEFAULT_TEXT, DEFAULTS, jsonFormat, textFormat } from "./formats.ts";
import { matchLine } from "./match.ts";

describe("a format string", () => {
  it.each<[string, string, readonly (Segment | [string, string])[] | null]>([
    ["literals and operators", "a %PROTOCOL% b", ["a ", ["PROTOCOL", "word"], " b"]],
    ["a percent sign", "100%% %DURATION%", ["100% ", ["DURATION", "number"]]],
    [
      "headers, whatever their letters are",
      "%REQ(x-envoy-original-path?:path)%",
      [["REQ(X-ENVOY-ORIGINAL-PATH?:PATH)", "any"]],
    ],
    ["a length", "%REQ(:PATH):10%", [["REQ(:PATH):10", "any"]]],
    ["a time of its own", "%START_TIME(%s.%3f)%|", [["START_TIME(%S.%3F)", "any"], "|"]],
    ["brackets within brackets", "%DYNAMIC_METADATA(a:b(c))%", [["DYNAMIC_METADATA(A:B(C))", "any"]]],
    ["an operator that nobody knows", "%NEW_ONE%", [["NEW_ONE", "any"]]],
    ["nothing", "", []],
    ["an operator that doesn't end", "%PROTOCOL", null],
    ["a bracket that doesn't end", "%REQ(:PATH%", null],
    ["a percent sign alone", "50 % of it", null],
    ["a length that is none", "%REQ(A):x%", null],
    ["more than a mesh has", "%PROTOCOL% ".repeat(300), null],
    ["a long one", "x".repeat(10_000), null],
  ])("has %s", (_, format, expected) => {
    const told = segmentsOf(format)?.map((each) => (typeof each === "string" ? each : [each.operator, each.takes]));
    expect(told ?? null).toEqual(expected);
  });

  it("of any letters is taken apart in time that grows with it", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("%", "(", ")", ":", "A", "9", " ", "%%", "REQ(")), (parts) => {
        segmentsOf(parts.join(""));
      }),
    );
    expect(segmentsOf(`%REQ(${")".repeat(8000)}`)).toBeNull();
  });
});

/** As Envoy writes: each operator's value in its place. */
const print = (segments: readonly Segment[], values: readonly string[]): string => {
  let next = 0;
  return segments.map((each) => (typeof each === "string" ? each : (values[next++] ?? ""))).join("");
};
const LETTERS = fc.constantFrom("a", "-", " ", '"', "|", "1", "é", "\\", "%", "[");
const VALUE = {
  any: fc.array(LETTERS, { maxLength: 12 }).map((letters) => letters.join("")),
  word: fc
    .array(fc.constantFrom("a", "-", "|", "1", "[", ":"), { minLength: 1, maxLength: 6 })
    .map((all) => all.join("")),
  number: fc.constantFrom("-", "0", "200", "13"),
};
const FORMAT = fc
  .array(
    fc.record({
      operator: fc.constantFrom(
        "%REQ(A)%",
        "%PROTOCOL%",
        "%DURATION%",
        "%REQ(:PATH)%",
        "%ROUTE_NAME%",
        "%RESPONSE_CODE%",
      ),
      behind: fc.constantFrom(" ", '" "', "|", "", " - ", '"'),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((parts) => parts.map(({ operator, behind }) => operator + behind).join(""));

describe("a line of a format", () => {
  it("is never read otherwise than it was written, whatever callers write", () => {
    fc.assert(
      fc.property(
        FORMAT.chain((format) => {
          const segments = segmentsOf(format) ?? [];
          const fields = segments.flatMap((each) => (typeof each === "string" ? [] : each));
          return fc.record({
            segments: fc.constant(segments),
            values: fc.tuple(...fields.map(({ takes }) => VALUE[takes])),
          });
        }),
        ({ segments, values }) => {
          const read = matchLine(segments, print(segments, values));
          expect(read).not.toBeNull();
          const written = new Map<string, Set<string>>();
          for (const [i, { operator }] of segments.flatMap((each) => (typeof each === "string" ? [] : each)).entries())
            written.set(operator, new Set([...(written.get(operator) ?? []), values[i] ?? ""]));
          for (const [operator, value] of read ?? [])
            if (value !== null) expect([...(written.get(operator) ?? [])]).toEqual([value]);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("is read whole where what callers write has nothing of what stands between", () => {
    const word = fc.constantFrom("GET", "/a?b=c", "curl/8.1", "é", "");
    fc.assert(
      fc.property(word, word, fc.constantFrom("10.0.0.1:1", "[fd00::1]:1"), (path, agent, remote) => {
        const segments = segmentsOf('p="%REQ(:PATH)%" a="%REQ(USER-AGENT)%" %DOWNSTREAM_REMOTE_ADDRESS%') ?? [];
        expect(matchLine(segments, `p="${path}" a="${agent}" ${remote}`)).toEqual(
          new Map([
            ["REQ(:PATH)", path],
            ["REQ(USER-AGENT)", agent],
            ["DOWNSTREAM_REMOTE_ADDRESS", remote],
          ]),
        );
      }),
    );
  });

  it("leaves open what a caller made ambiguous, and that alone", () => {
    const segments = segmentsOf("%REQ(A)% %REQ(B)%|%PROTOCOL%") ?? [];
    expect(matchLine(segments, "x y z|HTTP/2")).toEqual(
      new Map([
        ["REQ(A)", null],
        ["REQ(B)", null],
        ["PROTOCOL", "HTTP/2"],
      ]),
    );
  });

  it.each([
    ["without what stands between", "a b"],
    ["with letters where a number stands", "a|x|c"],
    ["that goes on", "a|1|c d"],
    ["of nothing", ""],
  ])("isn't one %s", (_, line) => {
    expect(matchLine(segmentsOf("%PROTOCOL%|%DURATION%|%ROUTE_NAME%") ?? [], line)).toBeNull();
  });

  it("may have nothing where empty values are left out", () => {
    const segments = segmentsOf("[%PROTOCOL%] %DURATION%") ?? [];
    expect(matchLine(segments, "[] 3")).toBeNull();
    expect(matchLine(segments, "[] 3", true)?.get("PROTOCOL")).toBe("");
  });

  it("takes time that grows with its length", () => {
    const started = segmentsOf(DEFAULT_TEXT) ?? [];
    expect(matchLine(started, `[x] "${'" "'.repeat(5000)}`)).toBeNull();
    expect(matchLine(segmentsOf("%REQ(A)% %REQ(B)% %REQ(C)%") ?? [], " ".repeat(16_000))?.get("REQ(B)")).toBeNull();
  });
});

const MESH =
  "%DOWNSTREAM_REMOTE_ADDRESS%|%REQUESTED_SERVER_NAME%|%UPSTREAM_CLUSTER%|%REQ(X-FORWARDED-FOR)%|%REQ(:PATH)%";
const said = (line: string, ...formats: Parameters<typeof readAccessLine>[1] & object) => readAccessLine(line, formats);

describe("the mesh's own format", () => {
  it("tells who called", () => {
    const own = textFormat("The mesh’s format", `${MESH}\n`);
    expect(own.lacks).toEqual([expect.stringContaining("%RESPONSE_CODE_DETAILS%")]);
    expect(said("10.0.0.1:5|-|inbound|80|||-|/cart", own)).toMatchObject({ kind: "unreadable" });
    const clear = textFormat("The mesh’s format", MESH.replaceAll("|", "\t"));
    expect(said("10.0.0.1:5\t-\tinbound|80||\t-\t/cart", clear)).toMatchObject({
      ...{ kind: "inbound", call: { address: "10.0.0.1", sends: "plaintext", claimed: false, refused: false } },
    });
    expect(said("10.0.0.1:5\t-\tinbound|80||\t1.2.3.4\t/cart", clear)).toMatchObject({ call: { claimed: true } });
    expect(said("10.0.0.1:5\t-\toutbound|80||x\t-\t/cart", clear)).toEqual({ kind: "other" });
    expect(said("its own words", clear)).toBeNull();
  });

  it("isn't mistaken where a caller writes a line into its path", () => {
    const clear = textFormat(
      "The mesh’s format",
      "%REQ(:PATH)%\t%REQUESTED_SERVER_NAME%\t%UPSTREAM_CLUSTER%\t%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%",
    );
    expect(clear.lacks).toEqual([expect.stringContaining("%RESPONSE_CODE_DETAILS%")]);
    expect(said("/\t-\tinbound|80||\t10.0.0.1:1", clear)).toMatchObject({
      call: { address: "10.0.0.1", claimed: false },
    });
    expect(said("/\toutbound_.80_._.x\tinbound|80||\t10.9.9.9:1\t-\tinbound|80||\t10.0.0.1:1", clear)).toEqual({
      kind: "unreadable",
    });
  });

  it.each([
    [
      "who called",
      "%REQUESTED_SERVER_NAME% %UPSTREAM_CLUSTER%",
      "has no %DOWNSTREAM_REMOTE_ADDRESS%: who called can’t be told",
    ],
    [
      "plaintext",
      "%DOWNSTREAM_REMOTE_ADDRESS% %UPSTREAM_CLUSTER%",
      "has no %REQUESTED_SERVER_NAME%: plaintext can’t be told",
    ],
    [
      "calls into it",
      "%DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME%",
      "has no %UPSTREAM_CLUSTER%: calls into the workload can’t be told from its own",
    ],
    ["anything", "%NO", "isn’t one that can be read: it tells nothing"],
    ["anything for sure", "%REQ(:PATH)%\n%PROTOCOL%", "takes several lines for a call: nothing is told for sure"],
  ])("that can't tell %s says so, and none of its lines counts", (_, format, lack) => {
    const own = textFormat("The mesh’s format", format);
    expect([own.mute, own.lacks[0]]).toEqual([true, lack]);
    const line = "10.0.0.1:5 - inbound|80||";
    expect(["unreadable", null]).toContain(said(line, own)?.kind ?? null);
  });

  it("of newlines without end is read in time that grows with it, and loses those at its end", () => {
    const many = "\n".repeat(1 << 17);
    expect(textFormat("x", `${many}x`).lacks).toEqual(["isn’t one that can be read: it tells nothing"]);
    expect(textFormat("x", `${DEFAULT_TEXT}${many}`).lacks).toEqual([]);
  });

  it("whose values touch says so", () => {
    expect(textFormat("x", `${MESH}%DURATION%`).lacks.at(-1)).toContain("nothing between them");
  });

  it("in JSON goes by its labels, in maps and in text, too", () => {
    const own = jsonFormat("The mesh’s format", {
      from: { address: "%DOWNSTREAM_REMOTE_ADDRESS%", header: "%REQ(X-FORWARDED-FOR)%" },
      ...{ sni: "%REQUESTED_SERVER_NAME%", to: "%UPSTREAM_CLUSTER%", how: "%RESPONSE_CODE_DETAILS%" },
      request: "%REQ(:METHOD)% %REQ(:PATH)% %PROTOCOL%",
      ...{ host: "%REQ(:AUTHORITY)%", status: "%RESPONSE_CODE%", list: ["x"], text: "no operator" },
    });
    expect(own.lacks).toEqual([]);
    const line = (more: object = {}, from: object = {}) =>
      JSON.stringify({
        from: { address: "10.0.0.1:5", header: null, ...from },
        ...{ sni: null, to: "inbound|80||", how: "via_upstream", request: "GET /a HTTP/1.1", host: "h", status: 200 },
        ...more,
      });
    expect(said(line(), own)).toMatchObject({
      call: { address: "10.0.0.1", sends: "plaintext", claimed: false },
      facts: { code: 200, request: { method: "GET", path: "/a", protocol: "HTTP/1.1", authority: "h" } },
    });
    expect(said(line({ request: "GET /a b HTTP/1.1" }), own)).toMatchObject({ facts: { request: null } });
    expect(said(line({ sni: undefined }), own)).toBeNull();
    expect(said(line({}, { address: 5 }), own)).toBeNull();
    expect(said("[1]", own)).toBeNull();
    expect(jsonFormat("x", "not a map").mute).toBe(true);
  });

  it("beside another that reads a line otherwise leaves it unread", () => {
    const a = jsonFormat("a", { ...DEFAULT_LABELS });
    const b = jsonFormat("b", {
      ...DEFAULT_LABELS,
      downstream_remote_address: "%UPSTREAM_HOST%",
      x: "%DOWNSTREAM_REMOTE_ADDRESS%",
    });
    const line = {
      response_code_details: "-",
      x_forwarded_for: null,
      upstream_cluster: "inbound|80||",
      requested_server_name: null,
    };
    const both = JSON.stringify({ ...line, downstream_remote_address: "10.0.0.1:1", x: "10.0.0.2:1" });
    expect(said(both, a)).toMatchObject({ call: { address: "10.0.0.1" } });
    expect(said(both, a, b)).toEqual({ kind: "unreadable" });
  });

  it("and Istio's defaults lack nothing", () => {
    expect(DEFAULTS.map(({ lacks, mute }) => [lacks, mute])).toEqual([
      [[], false],
      [[], false],
    ]);
  });
});
