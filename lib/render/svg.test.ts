import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BADGE_KINDS, EDGE_BITS } from "#lib/layout/scene.ts";
import { sceneOf } from "./render.test-support.ts";
import { svgOf, xmlText } from "./svg.ts";
import type { RenderTheme } from "./theme.ts";

const theme = new Proxy({}, { get: (_, key) => `#${String(key).length}` }) as RenderTheme;
const picture = { title: "Topology", lines: ["At 14:02:00", "Scope: shop"], font: "Inter" };

describe("the drawing as SVG", () => {
  const scene = sceneOf(
    [
      { id: "a", x: 100, y: 100, state: 2 },
      { id: "b", x: 300, y: 100, state: 3 },
    ],
    [{ from: 0, to: 1, state: 2, lock: 3 }],
    [
      {
        id: "box",
        kind: "namespace",
        label: "shop",
        sublabel: "2 workloads",
        x: 40,
        y: 40,
        width: 400,
        height: 200,
        depth: 0,
      },
    ],
  );
  const text = svgOf(scene, theme, picture);

  it.each([
    ["every name", ">a</text>"],
    ["numbers with units", "1 req/s"],
    ["boxes", "shop  2 workloads"],
    ["a sign beside the colour of failing", "✕"],
    ["dashes for idle", 'stroke-dasharray="3 4"'],
    ["plaintext in words", "no mTLS"],
    ["time and scope", "At 14:02:00"],
    ["a title", "<title>Topology</title>"],
  ])("has %s", (_name, part) => {
    expect(text).toContain(part);
  });

  it("has the signs of calls that never arrived and that a dry run would deny, and of no others", () => {
    const signed = (bits: number) => {
      const own = sceneOf(
        [
          { id: "a", x: 0, y: 0 },
          { id: "b", x: 100, y: 0 },
        ],
        [{ from: 0, to: 1 }],
      );
      own.edges.bits[0] = bits;
      return svgOf(own, theme, picture).match(/translate\(\d+ 0\)|a dry run would deny/g) ?? [];
    };
    expect(signed(EDGE_BITS.lost)).toEqual(["translate(88 0)"]);
    expect(signed(EDGE_BITS.tried)).toEqual(["translate(76 0)", "a dry run would deny"]);
    expect(signed(EDGE_BITS.newborn)).toEqual([]);
  });

  it("hatches what nothing is known of, and only that", () => {
    const nodata = svgOf(
      sceneOf([
        { id: "a", x: 0, y: 0, state: 4 },
        { id: "b", x: 90, y: 0, state: 0 },
      ]),
      theme,
      picture,
    );
    expect(nodata.match(/fill="url\(#hatching\)"/g)).toHaveLength(1);
    expect(nodata.match(/<pattern id="hatching"/g)).toHaveLength(1);
  });

  it("has the badges of the canvas above their marks", () => {
    const plain = sceneOf([
      { id: "a", x: 100, y: 100 },
      { id: "b", x: 300, y: 100 },
    ]);
    const code = (kind: (typeof BADGE_KINDS)[number]) => BADGE_KINDS.indexOf(kind);
    const badges = {
      node: Uint32Array.from([1, 1]),
      kind: Uint8Array.from([code("virtual-service"), code("circuit-breaker")]),
      count: Uint16Array.from([3, 1]),
    };
    const badged = svgOf({ ...plain, badges }, theme, picture);
    expect(badged.match(/data-badges="2"/g)).toHaveLength(1);
    expect(badged).toContain(">VS 3</text>");
    expect(badged).toContain(">CB</text>");
    const [, x, y] = /<text x="([\d.]+)" y="([\d.]+)"[^>]*>VS 3</.exec(badged) ?? [];
    expect(Number(x)).toBeLessThan(300);
    expect(Number(x)).toBeGreaterThan(260);
    expect(Number(y)).toBeLessThan(83);
    expect(svgOf(plain, theme, picture)).not.toContain("data-badges");
  });

  it("runs its edges where the canvas does", () => {
    expect(text).toContain("M100 100C166.67 100 233.33 100 300 100");
  });

  it("draws everything there is, once", () => {
    expect(text.match(/marker-end/g)).toHaveLength(1);
    expect(text.match(/<g[ >]/g)).toHaveLength(2);
  });
});

describe("hostile names", () => {
  it("are text, whatever they hold", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        const text = xmlText(name);
        expect(text).not.toMatch(/[<>"]|&(?!amp;|lt;|gt;|quot;)/);
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });

  it("make no markup of a picture", () => {
    const text = svgOf(sceneOf([{ id: "<img src=x onerror=alert(1)>", x: 0, y: 0 }]), theme, picture);
    expect(text).not.toContain("<img");
    expect(text).toContain("&lt;img src=x");
  });

  it("lose what XML can't carry", () => {
    expect(xmlText("a\u0000b\u0008c\ud800d")).toBe("a\ufffdb\ufffdc\ufffdd");
  });
});
