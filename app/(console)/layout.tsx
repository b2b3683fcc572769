import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { PREFERENCES_COOKIE, readPreferences } from "#components/shell/preferences.ts";
import { PreferencesProvider } from "#components/shell/preferences-context.tsx";
import { Shell } from "#components/shell/shell.tsx";
import { pageSession } from "../session.ts";

/** The frame around every place: rail, top bar, keys. Rendered per request, because the nonce and the cookie are. */
export default async function ConsoleLayout({ children }: { readonly children: ReactNode }) {
  const preferences = readPreferences((await cookies()).get(PREFERENCES_COOKIE)?.value);
  return (
    <PreferencesProvider initial={preferences}>
      <Shell session={await pageSession()}>{children}</Shell>
    </PreferencesProvider>
  );
}
