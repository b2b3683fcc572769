import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DEFAULT_PREFERENCES,
  PANEL_WIDTH,
  preferencesCookie,
  readPreferences,
  THEMES,
  writePreferences,
} from "./preferences.ts";

describe("preferences", () => {
  it("come back as they were written", () => {
    const preferences = fc.record({
      theme: fc.constantFrom(...THEMES),
      letterKeys: fc.boolean(),
      panelWidth: fc.integer(PANEL_WIDTH),
    });
    fc.assert(
      fc.property(preferences, (wanted) => {
        expect(readPreferences(writePreferences(wanted))).toEqual(wanted);
      }),
    );
  });

  it.each([undefined, "", "..", "neon.maybe.wide", "neon.on.1e999"])("read %j as the defaults", (cookie) => {
    expect(readPreferences(cookie)).toEqual(DEFAULT_PREFERENCES);
  });

  it("hold the panel between its limits", () => {
    expect(readPreferences("dark.off.99999").panelWidth).toBe(PANEL_WIDTH.max);
    expect(readPreferences("dark.off.-3").panelWidth).toBe(PANEL_WIDTH.min);
  });

  it("are Secure exactly where the page is", () => {
    expect(preferencesCookie(DEFAULT_PREFERENCES, true)).toMatch(/; Secure$/);
    expect(preferencesCookie(DEFAULT_PREFERENCES, false)).toBe(
      "meshscope=system.on.376; Path=/; Max-Age=31536000; SameSite=Lax",
    );
  });
});
