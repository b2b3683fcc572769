import { useMemo } from "react";
import { useLiveStatus } from "#components/shell/live-context.tsx";
import type { UrlState } from "#components/shell/url-state.ts";
import type { Aid } from "#lib/graph/find/aids.ts";
import { withExtras } from "./aids.ts";

const NONE: readonly Aid[] = [];

/** Labels and look as they are drawn now. The same objects as long as nothing of them changes. */
export function useExtras({ labels, look, aids, find }: UrlState) {
  const status = useLiveStatus();
  // The worker says it anew with every refresh, and for a while of what was looked for before.
  const key = find === "" ? "" : status.find.aids.join();
  return useMemo(
    () => withExtras({ labels, look, aids }, key === "" ? NONE : (key.split(",") as readonly Aid[])),
    [labels, look, aids, key],
  );
}
