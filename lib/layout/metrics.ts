/** Sizes in world units (CSS pixels at zoom 1). All whole numbers, so that rounded places keep their distances. */

/** Room of one node: its mark and two lines of text under it (a name of about 140 px, its numbers). */
export const CELL = { width: 148, height: 86, /** From the cell's top to the mark's middle. */ middle: 28 } as const;
/** Between columns runs the edges' bend, between rows only air. */
export const NODE_GAP = { x: 44, y: 18 } as const;
/** Between boxes, and between a box and a node outside. */
export const BOX_GAP = { x: 68, y: 36 } as const;
/** Inside a box; the top holds its title. */
export const BOX_PADDING = { top: 40, side: 12, bottom: 10 } as const;
/** Around the whole drawing. */
export const MARGIN = 24;
/** Width to height that a screen offers the drawing, and that a box of nodes aims at. */
export const SCREEN_ASPECT = 1.6;
export const BOX_ASPECT = 1.5;
