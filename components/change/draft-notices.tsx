import { Notice } from "#components/policies/notice.tsx";
import type { ManifestDraft } from "./use-manifest-draft.ts";

/** Why the form shows less than what was written, or refuses a wish. */
export function DraftNotices({ draft: { whole, refused } }: { readonly draft: ManifestDraft }) {
  return (
    <>
      {!whole && (
        <Notice tone="failing" role="alert">
          The YAML has a fault. The form shows the last text that could be read, and waits.
        </Notice>
      )}
      {refused !== null && (
        <Notice tone="failing" role="alert" title="Not possible:">
          {refused}
        </Notice>
      )}
    </>
  );
}
