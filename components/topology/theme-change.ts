"use client";

import { useEffect } from "react";

/** Calls back whenever what a canvas draws with is another: the theme was chosen, the system's changed, or a typeface has arrived. */
export function useThemeChange(changed: () => void): void {
  useEffect(() => {
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", changed);
    // A canvas keeps the fallback's letters and widths until it is drawn again.
    document.fonts.addEventListener("loadingdone", changed);
    return () => {
      observer.disconnect();
      system.removeEventListener("change", changed);
      document.fonts.removeEventListener("loadingdone", changed);
    };
  }, [changed]);
}
