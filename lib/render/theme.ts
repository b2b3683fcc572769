/** The tokens of the page as plain values for the canvas. */

const TOKENS = {
  font: "--font",
  background: "--bg",
  raised: "--bg-raised",
  ink: "--ink",
  ink2: "--ink-2",
  ink3: "--ink-3",
  line: "--line",
  lineStrong: "--line-strong",
  accent: "--accent",
  degraded: "--degraded",
  degradedBackground: "--degraded-bg",
  failing: "--failing",
  failingBackground: "--failing-bg",
  box: "--box",
  boxLine: "--box-line",
  edge: "--edge",
} as const;

export type RenderTheme = Readonly<Record<keyof typeof TOKENS, string>>;

/** Reads the tokens that hold at an element; call again when the theme changes. */
export function readTheme(element: Element): RenderTheme {
  const style = getComputedStyle(element);
  const entries = Object.entries(TOKENS).map(([key, name]) => [key, style.getPropertyValue(name).trim()]);
  return Object.fromEntries(entries) as RenderTheme;
}
