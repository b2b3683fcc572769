"use client";

/** Stands in for the root layout itself, so it has neither tokens nor fonts: system colours only. */
export default function GlobalError({ reset }: { readonly error: Error; readonly reset: () => void }) {
  return (
    <html lang="en" style={{ colorScheme: "light dark", fontFamily: "sans-serif" }}>
      <body style={{ margin: 48 }}>
        <h1 style={{ fontSize: 18 }}>The console could not be drawn</h1>
        <p>Its log and the browser’s console have the cause. Nothing in the mesh was changed.</p>
        <button type="button" onClick={reset}>
          Draw it again
        </button>
      </body>
    </html>
  );
}
