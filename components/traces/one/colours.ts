/** Colours of bars: a service has one wherever it is drawn; depth is a ramp of lightness. Pure; the tokens are in app/tokens.css. */

/** Colours that can be told apart, also from those of trouble (components/theme/tokens.test.ts). */
export const SERIES = 6;

export interface BarColour {
  readonly colour: string;
  /** From the seventh service on colours come again, striped. */
  readonly striped: boolean;
}

/** `index`: as the picture ranks services. */
export function serviceColour(index: number): BarColour {
  return { colour: `var(--series-${(index % SERIES) + 1})`, striped: Math.floor(index / SERIES) % 2 === 1 };
}

const STEPS = 5;

/** From the accent's to the edges' lightness in five steps, and again. */
export function depthColour(depth: number): BarColour {
  const share = 100 - (100 / (STEPS - 1)) * (depth % STEPS);
  return { colour: `color-mix(in oklab, var(--accent) ${share}%, var(--edge))`, striped: false };
}
