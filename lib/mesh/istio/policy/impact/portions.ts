/** A pair's calls, told apart by what the metrics know of who called. */

import type { ObservedCall } from "./calls.ts";
import type { Measured } from "./connection.ts";

export interface Portion {
  /** 0…1 of the pair's calls. */
  readonly share: number;
  readonly measured: Measured;
  /** As policies have it: without `spiffe://`. null: none. undefined: not known, though there may be one. */
  readonly principal: string | null | undefined;
}

/**
 * An identity counts where the server's side reported it with mutual TLS. A client that saw the server's certificate proves
 * mutual TLS and tells nobody who it was itself.
 */
export function portionsOf({
  mtls,
  callers,
  source,
}: Pick<ObservedCall, "mtls" | "callers" | "source">): readonly Portion[] {
  const { share, basis } = mtls;
  if (share === null || (basis !== "server" && basis !== "peer")) {
    // Nobody can prove an identity without a proxy; telemetry that doesn't know the caller may just have lost its labels.
    return [{ share: 1, measured: "unknown", principal: undefined }];
  }
  const rest = Math.max(0, 1 - share);
  const sum = [...callers.values()].reduce((total, weight) => total + weight, 0);
  const named = basis === "server" && sum > 0 ? [...callers] : [];
  const identified: readonly Portion[] =
    named.length > 0
      ? named.map(([name, weight]) => ({
          share: (share * weight) / sum,
          measured: "mutual TLS",
          principal: name.replace(/^spiffe:\/\//, ""),
        }))
      : [{ share, measured: "mutual TLS", principal: undefined }];
  const others: Portion =
    basis === "server" || source.kind === "unknown"
      ? { share: rest, measured: "plaintext", principal: null }
      : { share: rest, measured: "unknown", principal: undefined };
  return [...identified, others].filter((each) => each.share > 0);
}
