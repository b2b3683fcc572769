import localFont from "next/font/local";

/*
 * Self-hosted, latin alone: names in a mesh are DNS labels. What the subset lacks falls back to the system's font.
 * Preloaded and with a fallback of the same metrics, so that the first paint doesn't jump.
 */
export const inter = localFont({
  src: "../node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  weight: "100 900",
  style: "normal",
  display: "swap",
  variable: "--font-inter",
  fallback: ["Helvetica Neue", "Arial", "sans-serif"],
});

export const jetbrains = localFont({
  src: "../node_modules/@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
  weight: "100 800",
  style: "normal",
  display: "swap",
  preload: false,
  variable: "--font-jetbrains",
  fallback: ["DejaVu Sans Mono", "monospace"],
});
