import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { PREFERENCES_COOKIE, readPreferences } from "#components/shell/preferences.ts";
import { PreferencesProvider } from "#components/shell/preferences-context.tsx";
import { Shell } from "#components/shell/shell.tsx";
import { VIEWER_META, viewerKey } from "#lib/query/viewer.ts";
import { viewer } from "#lib/server/index.ts";

/** The frame around every place: rail, top bar, keys. Rendered per request, because the nonce and the cookie are. */
export default async function ConsoleLayout({ children }: { readonly children: ReactNode }) {
  const preferences = readPreferences((await cookies()).get(PREFERENCES_COOKIE)?.value);
  const session = await viewer((await headers()).get("cookie"));
  return (
    <PreferencesProvider initial={preferences}>
      {session.role !== null && <meta name={VIEWER_META} content={viewerKey(session)} />}
      <Shell session={session}>{children}</Shell>
    </PreferencesProvider>
  );
}
