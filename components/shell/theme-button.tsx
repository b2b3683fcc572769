"use client";

import { Chip } from "#components/ui/chip.tsx";
import { Icon, type IconName } from "#components/ui/icon.tsx";
import { THEMES, type ThemeChoice } from "./preferences.ts";
import { usePreferences } from "./preferences-context.tsx";

const ICONS: Readonly<Record<ThemeChoice, IconName>> = { system: "system", light: "sun", dark: "moon" };
const NAMES: Readonly<Record<ThemeChoice, string>> = {
  system: "Theme: as the system",
  light: "Theme: light",
  dark: "Theme: dark",
};

/** The choice after this one. */
export function nextTheme(theme: ThemeChoice): ThemeChoice {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
}

export function ThemeButton() {
  const { preferences, change } = usePreferences();
  return (
    <Chip
      tone="quiet"
      className="w-7 justify-center px-0! max-sm:hidden"
      onClick={() => change({ theme: nextTheme(preferences.theme) })}
      aria-label={NAMES[preferences.theme]}
      title={NAMES[preferences.theme]}
    >
      <Icon name={ICONS[preferences.theme]} size={15} />
    </Chip>
  );
}
