import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { PREFERENCES_COOKIE, readPreferences } from "#components/shell/preferences.ts";
import { FirstScript } from "./first-script.tsx";
import { inter, jetbrains } from "./fonts.ts";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Meshscope", template: "%s · Meshscope" },
  description: "Who calls whom in the mesh, how well, and since when.",
};

export const viewport: Viewport = { width: "device-width", initialScale: 1 };

/** The theme comes from a cookie, so that the first byte of HTML already has the right one and no inline script is needed. */
export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  const { theme } = readPreferences((await cookies()).get(PREFERENCES_COOKIE)?.value);
  return (
    <html lang="en" data-theme={theme} className={`${inter.variable} ${jetbrains.variable}`}>
      <head>
        <FirstScript />
      </head>
      <body>{children}</body>
    </html>
  );
}
