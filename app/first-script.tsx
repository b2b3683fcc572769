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
    <script
      nonce={(await headers()).get("x-nonce") ?? undefined}
      data-viewer={viewerKey(session)}
      data-worker={early.worker}
    >
      {early.first}
    </script>
  );
}
