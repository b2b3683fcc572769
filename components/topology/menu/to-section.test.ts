import { afterEach, describe, expect, it, vi } from "vitest";
import { leadToSection } from "./to-section.ts";

afterEach(() => vi.unstubAllGlobals());

interface Part {
  readonly closest: (selectors: string) => Part | null;
  readonly contains: (other: unknown) => boolean;
}

/** Something that lies in what these selectors name. */
function within(...selectors: readonly string[]): Part {
  const part: Part = {
    closest: (wanted) => (wanted.split(", ").some((one) => selectors.includes(one)) ? part : null),
    contains: (other) => other === part,
  };
  return part;
}

/** A page whose panel comes when `come` is called; what was focused. */
function page() {
  const focused: string[] = [];
  const scrolled: (readonly [number, number])[] = [];
  const section = {
    ...{ tabIndex: 0, querySelector: () => null, getBoundingClientRect: () => ({ top: 700 }) },
    closest: () => ({
      getBoundingClientRect: () => ({ top: 60 }),
      scrollBy: (x: number, y: number) => void scrolled.push([x, y]),
    }),
    focus: () => void focused.push("section"),
  };
  const state = { there: false, watched: false };
  let told = () => {};
  const body = within();
  const document = {
    ...{ body, activeElement: body as Part | null },
    querySelector: () => (state.there ? section : null),
  };
  vi.stubGlobal("document", document);
  vi.stubGlobal("CSS", { escape: (text: string) => text });
  vi.stubGlobal("AbortSignal", { timeout: () => new EventTarget() });
  vi.stubGlobal(
    "MutationObserver",
    class {
      constructor(call: () => void) {
        told = call;
      }
      observe(): void {
        state.watched = true;
      }
      disconnect(): void {
        state.watched = false;
      }
    },
  );
  const come = () => {
    state.there = true;
    if (state.watched) told();
  };
  return { document, state, focused, scrolled, come };
}

describe("the way to a panel's section", () => {
  it("scrolls the panel alone", () => {
    const { state, scrolled } = page();
    state.there = true;
    leadToSection("a", "Last hour");
    expect(scrolled).toEqual([[0, 640]]);
  });

  it.each([
    ["nowhere", null],
    ["on the graph", within("[data-testid=graph]")],
    ["in the panel", within("[data-testid=panel]")],
  ])("is gone as soon as the section is there, with the focus %s", (_name, active) => {
    const { document, focused, state, come } = page();
    leadToSection("a", "Logs");
    expect([focused, state.watched]).toEqual([[], true]);
    document.activeElement = active ?? document.body;
    come();
    expect([focused, state.watched]).toEqual([["section"], false]);
  });

  it("is gone from the menu that it was asked for in, which may hold the focus a moment longer", () => {
    const { document, focused, come } = page();
    document.activeElement = within("[role=menu]");
    leadToSection("a", "Last hour");
    come();
    expect(focused).toEqual(["section"]);
  });

  it("is given up where somebody has gone on to something else meanwhile", () => {
    const { document, focused, state, come } = page();
    leadToSection("a", "Last hour");
    document.activeElement = within("[role=search]");
    come();
    expect([focused, state.watched]).toEqual([[], false]);
  });
});
