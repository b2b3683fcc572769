/**
 * What Playwright switches off by itself (playwright-core, `chromiumSwitches`): Chromium listens to the last such list alone,
 * so ours repeats what matters here.
 */
const KEPT_OFF = [
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsUpgrades",
  "HttpsFirstBalancedModeAutoEnable",
  "MediaRouter",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "OptimizationHints",
  "NetworkTimeServiceQuerying",
  "AimEnabled",
  "PreconnectToSearch",
];

/** Pages of the browser's own that each new window loads: a second of CPU just when the page under test begins. */
const OWN_PAGES = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup"];

/**
 * Switches that keep a browser quiet which nobody looks at: no GPU, no updates, no talk with its maker, nothing loaded but the
 * pages that are asked for. Root can't use the sandbox.
 */
export const quietBrowser: readonly string[] = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  `--disable-features=${[...KEPT_OFF, ...OWN_PAGES].join(",")}`,
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];
