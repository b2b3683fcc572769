import { headers } from "next/headers";
import { viewerKey } from "#lib/query/viewer.ts";
import { earlyScripts } from "#lib/server/index.ts";
import { pageSession } from "./session.ts";

/** What a page runs before anything else (docs/adr/0018-first-script.md); nothing for nobody, and in development. */
export async function FirstScript() {
  const early = earlyScripts();
  const session = await pageSession();
  if (early === null || session.role === null) return null;
  return (
    // A module that isn't waited for: other inline scripts run after the styles that stand before them are there.
    <script
      type="module"
      async
      nonce={(await headers()).get("x-nonce") ?? undefined}
      data-viewer={viewerKey(session)}
      data-worker={early.worker}
    >
      {early.first}
    </script>
  );
}
