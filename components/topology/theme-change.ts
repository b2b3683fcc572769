"use client";

import { useEffect } from "react";

/** `font-family` quotes a name, a FontFace may; case doesn't count (https://www.w3.org/TR/css-fonts-4/#font-family-casing). */
const nameOf = (family: string): string =>
  family
    .trim()
    .replaceAll(/^["']|["']$/g, "")
    .toLowerCase();

/** Whether any of these typefaces is one of a `font-family`'s. */
export function isOneOf(fontFamily: string, faces: readonly { readonly family: string }[]): boolean {
  const names = new Set(fontFamily.split(",").map(nameOf));
  return faces.some(({ family }) => names.has(nameOf(family)));
}

/** Calls back whenever what a canvas draws with is another: the theme was chosen, the system's changed, or its typeface has arrived. */
export function useThemeChange(changed: () => void): void {
  useEffect(() => {
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", changed);
    // A canvas keeps the fallback's letters and widths until it is drawn again. One that arrives for other texts is none of its
    // business: it would have a first picture drawn twice.
    const arrived = ({ fontfaces }: FontFaceSetLoadEvent) => {
      const font = getComputedStyle(document.documentElement).getPropertyValue("--font");
      if (isOneOf(font, fontfaces)) changed();
    };
    document.fonts.addEventListener("loadingdone", arrived);
    return () => {
      observer.disconnect();
      system.removeEventListener("change", changed);
      document.fonts.removeEventListener("loadingdone", arrived);
    };
  }, [changed]);
}
