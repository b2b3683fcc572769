import { readFileSync } from "node:fs";
import {
  differenceCiede2000,
  filterDeficiencyDeuter,
  filterDeficiencyProt,
  filterDeficiencyTrit,
  wcagContrast,
} from "culori";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("../../app/tokens.css", import.meta.url), "utf8");

/** Custom properties of the first rule whose selector list ends in `selector`. */
function tokens(selector: string): Readonly<Record<string, string>> {
  const start = css.indexOf(`${selector} {`);
  const body = css.slice(css.indexOf("{", start) + 1, css.indexOf("}", start));
  return Object.fromEntries([...body.matchAll(/--([a-z0-9-]+):\s*([^;]+);/g)].map((m) => [m[1] ?? "", m[2] ?? ""]));
}

const themes = { light: tokens('[data-theme="light"]'), dark: tokens('[data-theme="dark"]') } as const;
const surfaces = ["bg", "bg-raised", "bg-sunken"] as const;
const sights = {
  "full colour": (colour: string) => colour,
  protanopia: filterDeficiencyProt(1),
  deuteranopia: filterDeficiencyDeuter(1),
  tritanopia: filterDeficiencyTrit(1),
} as const;

describe.each(Object.entries(themes))("%s theme", (_, theme) => {
  const colour = (token: string): string => theme[token] ?? `missing --${token}`;

  it.each(["ink", "ink-2", "ink-3", "accent", "degraded", "failing", "good"])(
    "--%s is text: 4.5:1 everywhere",
    (text) => {
      for (const surface of surfaces) expect(wcagContrast(colour(text), colour(surface))).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each([
    ["accent", "accent-bg"],
    ["ink", "accent-bg"],
    ["ink", "failing-bg"],
    ["failing", "failing-bg"],
    ["ink", "degraded-bg"],
    ["degraded", "degraded-bg"],
  ])("--%s can be read on --%s", (text, surface) => {
    expect(wcagContrast(colour(text), colour(surface))).toBeGreaterThanOrEqual(4.5);
  });

  it("--edge is a mark: 3:1", () => {
    for (const surface of surfaces) expect(wcagContrast(colour("edge"), colour(surface))).toBeGreaterThanOrEqual(3);
  });

  const series = [1, 2, 3, 4, 5, 6].map((at) => `series-${at}`);

  it.each(series)("--%s is a mark: 3:1", (mark) => {
    for (const surface of surfaces) expect(wcagContrast(colour(mark), colour(surface))).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.entries(sights))("services look different from each other and from trouble in %s", (_name, see) => {
    const distance = differenceCiede2000();
    const marks = [...series, "degraded", "failing"];
    for (const [index, one] of marks.entries()) {
      for (const other of marks.slice(index + 1)) {
        if (!one.startsWith("series")) continue;
        expect(distance(see(colour(one)), see(colour(other))), `${one} / ${other}`).toBeGreaterThan(9);
      }
    }
  });

  it.each(Object.entries(sights))("marks that mean different things look different in %s", (_name, see) => {
    const distance = differenceCiede2000();
    const marks = ["edge", "degraded", "failing"];
    for (const [index, one] of marks.entries()) {
      for (const other of marks.slice(index + 1)) {
        // Measured, not a standard: under about 8 two thin lines side by side are taken for one colour. Shape and word
        // differ besides, always.
        expect(distance(see(colour(one)), see(colour(other))), `${one} / ${other}`).toBeGreaterThan(9);
      }
    }
  });
});

it("the system's dark is the chosen dark", () => {
  expect(tokens('[data-theme="system"]')).toEqual(themes.dark);
});

it("both themes name the same tokens", () => {
  expect(Object.keys(themes.light).sort()).toEqual(Object.keys(themes.dark).sort());
});
