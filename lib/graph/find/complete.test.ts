import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { perSecond } from "#lib/units.ts";
import { complete } from "./complete.ts";
import { anyScrawl, edgeOf, graphOf, nodeOf } from "./find.test-support.ts";
import { GraphIndex } from "./graph-index.ts";
import { parse } from "./parse.ts";

const cart = nodeOf("shop/workload/cart", { app: "cart" });
const odd = nodeOf("pay day/workload/or");
const INDEX = new GraphIndex(
  graphOf(
    [cart, odd],
    [edgeOf(cart, odd, { codes: { "503": perSecond(1), "200": perSecond(1), "404": perSecond(0) } })],
  ),
);

/** Completions at the bar, as the texts that they lead to. */
function texts(marked: string, index: GraphIndex | null = INDEX): readonly string[] {
  const cursor = marked.indexOf("|");
  const text = marked.replace("|", "");
  return complete(text, cursor, index).map(({ insert, from, to }) => text.slice(0, from) + insert + text.slice(to));
}

describe("completion", () => {
  it.each([
    ["|", "name"],
    ["la|", "latency.p95"],
    ["idle AND la|", "idle AND latency.p95"],
    ["idle OR (!he|", "idle OR (!healthy"],
    ["cb|", "circuitbreaker"],
    ["lat|xyz > 5", "latency.mean > 5"],
    ["|", "NOT "],
    ["source.na|", "source.namespace"],
    ["sou|", "source."],
    ["latency.p95 |", "latency.p95 > "],
    ["latency.p95 |", "latency.p95 AND "],
    ["name |", "name *= "],
    ["name cont|", "name *= "],
    ["latency.p95 > |", "latency.p95 > 250ms"],
    ["latency.p95 > 25|", "latency.p95 > 25ms"],
    ["error > 0.5|", "error > 0.5/s"],
    ["error > 1|", "error > 1%"],
    ["health = |", "health = failing"],
    ["health = f|", "health = failing"],
    ["kind = wl|", "kind = workload"],
    ["ns = |", "ns = shop"],
    ["ns = |", 'ns = "pay day"'],
    ["ns = 'pa|'", 'ns = "pay day"'],
    ["name = o|", 'name = "or"'],
    ["code = 5|", "code = 503"],
    ["version = |", "version = nodata"],
    ["httpin = |", "httpin = NaN"],
    ["idle |", "idle OR "],
    ["idle a|", "idle AND "],
    ["(idle |", "(idle )"],
    ["(error > 1% |", "(error > 1% )"],
    ["error > 1% AND |", "error > 1% AND name"],
    ["car|", "name *= car"],
    ["car|", "name = cart"],
    ["helthy AND idl|", "helthy AND idle"],
    ["error > AND rat|", "error > AND rate"],
  ])("%s offers %s", (marked, expected) => expect(texts(marked)).toContain(expected));

  it.each([
    ["idle |", "idle > "],
    ["health = f|", "health = healthy"],
    ["idle |", "idle )"],
    ["code = 4|", "code = 404"],
    ["source.la|", "source.latency.p95"],
    ["latency.p95 |", "latency.p95 *= "],
    ["idle|", "name *= idle"],
  ])("%s doesn't offer %s", (marked, never) => expect(texts(marked)).not.toContain(never));

  it("offers first what begins with what is typed", () => {
    expect(texts("rat|", null).slice(0, 1)).toEqual(["rate"]);
    expect(texts("tcp|", null)[0]).toMatch(/^tcp/);
  });

  it("offers last what the graph can't answer, and says why", () => {
    const offered = texts("o|", null);
    expect(offered.indexOf("operation")).toBeLessThan(offered.indexOf("observer"));
    const items = complete("o", 1, INDEX);
    const place = (name: string) => items.findIndex(({ label }) => label === name);
    expect(place("operation")).toBeGreaterThan(place("observer"));
    expect(items[place("operation")]?.help).toMatch(/No request here is classified/);
    // What the server answers when it is asked isn't out of reach.
    expect(complete("la", 2, INDEX)[0]?.label).toBe("label:");
  });

  it("offers the values of a label's key", () => {
    const labelled = new GraphIndex(graphOf([nodeOf("shop/workload/a", { labels: { zone: "b", app: "x" } })], []));
    expect(complete("label:zone = ", 13, labelled).map(({ label }) => label)).toEqual(["b", "nodata"]);
  });

  it("offers nothing of a graph where there is none", () => {
    expect(texts("ns = |", null)).toEqual(["ns = nodata"]);
    expect(texts("cart|", null)).toEqual(["name *= cart"]);
  });

  it("offers few, also of a large graph", () => {
    const many = Array.from({ length: 3000 }, (_, i) => nodeOf(`n${i}/workload/w${i}`));
    expect(complete("ns = ", 5, new GraphIndex(graphOf(many, []))).length).toBeLessThanOrEqual(100);
    expect(complete("", 0, null).length).toBeLessThanOrEqual(100);
  });

  it("replaces something that is there, in any text, at any place", () => {
    fc.assert(
      fc.property(anyScrawl, fc.nat(), (text, place) => {
        const cursor = place % (text.length + 1);
        for (const { from, to, insert, label } of complete(text, cursor, INDEX)) {
          expect(from).toBeGreaterThanOrEqual(0);
          expect(from).toBeLessThanOrEqual(cursor);
          expect(to).toBeGreaterThanOrEqual(cursor);
          expect(to).toBeLessThanOrEqual(text.length);
          expect(insert.length * label.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it("leads, step by step, to expressions that are read", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 8 }), (choices) => {
        let text = "";
        for (const choice of choices) {
          const items = complete(text, text.length, INDEX).filter(({ label }) => !["(", "label:"].includes(label));
          const item = items[choice % items.length];
          if (item === undefined) break;
          text = `${text.slice(0, item.from)}${item.insert} `;
        }
        // What is missing at most is at the end.
        const parsed = parse(text);
        const errors = parsed.ok ? [] : parsed.errors;
        const early = errors.filter(({ at, length }) => at + length < text.trimEnd().length);
        expect(early).toEqual([]);
      }),
    );
  });
});
