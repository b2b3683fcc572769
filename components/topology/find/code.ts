/** How expressions look: characters as they were typed, which the font would join to signs of its own. */
export const CODE = "font-mono text-[12px] [font-variant-ligatures:none]";
