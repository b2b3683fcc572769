import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Expression } from "./ast.ts";
import { anyExpression, anyScrawl, bare } from "./find.test-support.ts";
import { MOST_CHARACTERS, MOST_NESTED } from "./limits.ts";
import { parse } from "./parse.ts";
import { print } from "./print.ts";

/** The one form of a text; its error where it has one. */
function canonical(text: string): string {
  const parsed = parse(text);
  if (!parsed.ok) return `error: ${parsed.errors[0].message}`;
  return parsed.expression === null ? "" : print(parsed.expression);
}

describe("what can be typed", () => {
  it.each([
    ["", ""],
    ["  \t\n ", ""],
    ["idle", "idle"],
    ["IDLE and Not Healthy OR cb", "idle AND NOT healthy OR circuitbreaker"],
    ["idle && !healthy||cb", "idle AND NOT healthy OR circuitbreaker"],
    ["idle AND (healthy OR cb)", "idle AND (healthy OR circuitbreaker)"],
    ["((idle))", "idle"],
    ["(idle and healthy) and cb", "(idle AND healthy) AND circuitbreaker"],
    ["!!idle", "NOT NOT idle"],
    ["not (idle or cb)", "NOT (idle OR circuitbreaker)"],
    [
      "is healthy and has cb and not is idle and ! has vs",
      "healthy AND circuitbreaker AND NOT idle AND NOT virtualservice",
    ],
    ["name contains rev", "name *= rev"],
    ["name not contains rev", "name !*= rev"],
    ["name !contains rev", "name !*= rev"],
    ["name !*= rev", "name !*= rev"],
    ["app startswith product", "app ^= product"],
    ["app !startswith product", "app !^= product"],
    ["app endswith page", "app $= page"],
    ["app != details and version=v1", "app != details AND version = v1"],
    ["app == details", "app = details"],
    ["node = svc and svc startswith det or !traffic", "kind = service AND service ^= det OR NOT traffic"],
    ["health is failing", "health = failing"],
    ["health is not Healthy", "health != healthy"],
    ["badge has gateway", "badge = gateway"],
    ["rt > 500", "latency.p95 > 500"],
    ["latency.p95 > 250 ms", "latency.p95 > 250ms"],
    ["latency.p95>0.25S", "latency.p95 > 0.25s"],
    ["rate >= 600/m", "rate >= 600/m"],
    ["tcpout >= 5KB/S", "tcpout >= 5kB/s"],
    ["%httperr>5&&http>=2.5", "%httperr > 5 AND http >= 2.5"],
    ["error > 1 % or error > 0.5/s or error > 0", "error > 1% OR error > 0.5/s OR error > 0"],
    ["requests < 1e3", "requests < 1000"],
    ["httpout = nan", "httpout = NaN"],
    ["latency.p99 = NoData", "latency.p99 = nodata"],
    ["!label:region", "NOT label:region"],
    ["label:app.kubernetes.io/name = 'x y'", 'label:app.kubernetes.io/name = "x y"'],
    ["host = api.example.com:443", "host = api.example.com:443"],
    ["sourceprincipal = spiffe://cluster.local/ns/a/sa/b", "sourceprincipal = spiffe://cluster.local/ns/a/sa/b"],
    ["code = -", "code = -"],
    ["name = 'or'", 'name = "or"'],
    ["name = 'nodata'", 'name = "nodata"'],
    ["Source.Namespace = shop AND target.label:zone = b", "source.namespace = shop AND target.label:zone = b"],
    ["source.principal *= shop", "sourceprincipal *= shop"],
  ])("%s reads as %s", (text, form) => expect(canonical(text)).toBe(form));

  it("binds NOT before AND before OR", () => {
    const parsed = parse("!idle and healthy or cb and vs");
    expect(parsed.ok && parsed.expression).toMatchObject({
      kind: "or",
      of: [
        { kind: "and", of: [{ kind: "not", of: { kind: "has" } }, { kind: "has" }] },
        { kind: "and", of: [{ kind: "has" }, { kind: "has" }] },
      ],
    });
  });

  it("knows where each term stands", () => {
    const text = "idle AND  latency.p95 > 250 ms";
    const parsed = parse(text);
    const spans = parsed.ok && parsed.expression?.kind === "and" ? parsed.expression.of : [];
    const pieces = spans.map((one) => ("span" in one ? text.substr(one.span.at, one.span.length) : ""));
    expect(pieces).toEqual(["idle", "latency.p95 > 250 ms"]);
  });
});

describe("what can't", () => {
  it.each([
    ["idel", "^^^^", /no operand 'idel'. Did you mean idle\?/],
    ["AND namespce = a AND idle", "^^^", /An operand is missing: the text has 'AND'/],
    ["source.namespce = a", "^^^^^^^^^^^^^^^", /Did you mean source.namespace\?/],
    ["catalog", "^^^^^^^", /write name contains catalog/],
    ["idle cb", "     ^^", /AND or OR is missing before 'cb'/],
    ["idle AND", "        ^", /An operand is missing: the text ends/],
    ["(idle OR cb", "^", /opens here isn't closed/],
    ["idle) OR cb", "    ^", /No parenthesis is open/],
    ["()", " ^", /An operand is missing: the text has '\)'/],
    ["name = ", "       ^", /name is compared with a text/],
    ["name = or", "       ^^", /stands in quotes/],
    ['name = "x', "       ^", /quote that opens here isn't closed/],
    ["error > 1", "        ^", /needs a unit, as in 1%, or 0\.5\/s/],
    ["error > 1ms", "         ^^", /error is a share or a rate, and 'ms' is a time. Write %,/],
    ["latency.p95 > 10/s", "                ^^", /latency.p95 is a time, and '\/s' is a rate. Write ms, s,/],
    ["latency.p95 > '10/s'", "                 ^^", /'\/s' is a rate/],
    ["latency.p95 > 10kg", "                ^^", /'kg' is no unit of it/],
    ["latency.p95 > fast", "              ^^^^", /a time, for example 250ms, not with 'fast'/],
    ["rate > 1e999", "       ^^^^^", /not with '1e999'/],
    ["rate contains 5", "     ^^^^^^^^", /rate is a number, and 'contains' doesn't fit. Use =, !=, </],
    ["name > 5", "     ^", /name compares texts, and '>' doesn't fit/],
    ["health > failing", "       ^", /health is a word, and '>' doesn't fit. Use = or !=/],
    ["idle = 3", "     ^", /idle takes no value: write idle or NOT idle/],
    ["health", "^^^^^^", /health needs a value: healthy, degraded, failing, idle or unknown/],
    ["health = failng", "         ^^^^^^", /never 'failng'.+Did you mean failing\?/],
    ["kind = pod", "       ^^^", /kind is never 'pod', but workload, app/],
    ["rank <= 0", "        ^", /rank is between 1 and 100/],
    ["label = x", "^^^^^", /label needs the label's key/],
    ["label: = x", "^^^^^^", /label needs the label's key/],
    ["target.mtls", "^^^^^^^^^^^", /'target.mtls' is not asked of a node/],
    ["source.target.app", "^^^^^^^^^^^^^^^^^", /is not asked of a node/],
    ["= 5", "^", /An operand is missing: the text has '='/],
  ])("%s", (text, place, message) => {
    const parsed = parse(text);
    const [error] = parsed.ok ? [] : parsed.errors;
    expect(error?.message).toMatch(message);
    expect(" ".repeat(error?.at ?? 0) + "^".repeat(Math.max(1, error?.length ?? 0))).toBe(place);
  });

  it("goes on after an error, and names the next ones too", () => {
    const parsed = parse("idel AND (helthy OR rate > 5kg) AND cb");
    const errors = parsed.ok ? [] : parsed.errors;
    expect(errors.map(({ at }) => at)).toEqual([0, 10, 28]);
  });

  it("repeats no long text to whoever typed it", () => {
    const parsed = parse("x".repeat(500));
    expect(parsed.ok ? "" : parsed.errors[0].message.length).toBeLessThan(160);
  });
});

describe("hostile texts", () => {
  it.each([
    ["too long", "a".repeat(MOST_CHARACTERS + 1), MOST_CHARACTERS],
    ["parentheses without end", "(".repeat(MOST_CHARACTERS), MOST_NESTED],
    ["NOTs without end", "!".repeat(MOST_CHARACTERS), MOST_NESTED],
    ["fillers without end", "is ".repeat(600), MOST_NESTED * 3],
  ])("%s: refused at the place from which it is too much", (_, text, at) => {
    const parsed = parse(text);
    expect(parsed.ok ? null : parsed.errors[0].at).toBe(at);
  });

  it("the deepest that is read can be written and read again", () => {
    const text = `${"NOT ".repeat(MOST_NESTED)}idle`;
    expect(canonical(text)).toBe(text);
    expect(canonical(`${"(".repeat(MOST_NESTED)}idle${")".repeat(MOST_NESTED)}`)).toBe("idle");
  });
});

describe("properties", () => {
  it("what is printed is read as the same", () => {
    fc.assert(
      fc.property(anyExpression, (expression) => {
        const text = print(expression);
        fc.pre(text.length <= MOST_CHARACTERS);
        const parsed = parse(text);
        if (!parsed.ok) throw new Error(`${text}: ${parsed.errors[0].message}`);
        expect(bare(parsed.expression as Expression)).toEqual(expression);
      }),
      { numRuns: 2000 },
    );
  });

  it("any text is read, or refused at a place within it", () => {
    fc.assert(
      fc.property(fc.oneof(anyScrawl, fc.string({ unit: "binary" })), (text) => {
        const parsed = parse(text);
        for (const { at, length, message } of parsed.ok ? [] : parsed.errors) {
          expect(at).toBeGreaterThanOrEqual(0);
          expect(length).toBeGreaterThanOrEqual(0);
          expect(at + length).toBeLessThanOrEqual(text.length);
          expect(message).not.toBe("");
        }
        if (parsed.ok && parsed.expression !== null) expect(canonical(print(parsed.expression))).toBe(canonical(text));
      }),
      { numRuns: 3000 },
    );
  });
});
