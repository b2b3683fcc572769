/**
 * What one person prefers on one browser: kept in a cookie, because the server has to know theme and panel width
 * before it renders. Nothing in it says who they are. Pure; components/shell/preferences-context.tsx writes it.
 */

export const THEMES = ["system", "light", "dark"] as const;
export type ThemeChoice = (typeof THEMES)[number];

export interface Preferences {
  readonly theme: ThemeChoice;
  /** Single-letter keys act (WCAG 2.1.4 asks for a way to turn them off). */
  readonly letterKeys: boolean;
  /** CSS pixels. */
  readonly panelWidth: number;
}

export const PANEL_WIDTH = { min: 320, max: 720, initial: 376 } as const;
export const DEFAULT_PREFERENCES: Preferences = { theme: "system", letterKeys: true, panelWidth: PANEL_WIDTH.initial };

export const PREFERENCES_COOKIE = "meshscope";
const YEAR = 365 * 24 * 3600;

/** Panel width held between its limits; what isn't a number is the initial one. */
export function clampPanel(width: number): number {
  if (!Number.isFinite(width)) return PANEL_WIDTH.initial;
  return Math.round(Math.min(PANEL_WIDTH.max, Math.max(PANEL_WIDTH.min, width)));
}

/** Reads the cookie's value (`theme.keys.width`); whatever is malformed falls back field by field. */
export function readPreferences(cookie: string | undefined): Preferences {
  const [theme, keys, width] = (cookie ?? "").split(".");
  return {
    theme: THEMES.find((choice) => choice === theme) ?? DEFAULT_PREFERENCES.theme,
    letterKeys: keys !== "off",
    panelWidth: width === undefined || width === "" ? PANEL_WIDTH.initial : clampPanel(Number(width)),
  };
}

/** The cookie's value; `readPreferences` is its inverse. */
export function writePreferences(preferences: Preferences): string {
  return `${preferences.theme}.${preferences.letterKeys ? "on" : "off"}.${clampPanel(preferences.panelWidth)}`;
}

/** The whole cookie line for `document.cookie`. */
export function preferencesCookie(preferences: Preferences, secure: boolean): string {
  const value = writePreferences(preferences);
  return `${PREFERENCES_COOKIE}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure ? "; Secure" : ""}`;
}
