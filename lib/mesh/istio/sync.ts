/**
 * What istiod says of its proxies: which were sent something, took it or refused it. Read from its debug page /debug/syncz
 * (https://istio.io/latest/docs/ops/diagnostic-tools/proxy-cmd/ shows the same), whose form is no API: what isn't
 * recognised counts as not said.
 */
import type { UnixSeconds } from "#lib/units.ts";

export interface ProxySync {
  /** `pod.namespace`. */
  readonly proxy: string;
  readonly namespace: string;
  /** When anything was last sent; null: nothing, or an istiod that doesn't say. */
  readonly sentAt: UnixSeconds | null;
  /** All that was sent was acknowledged. */
  readonly acknowledged: boolean;
  /** Why it refused something; null: it didn't. */
  readonly error: string | null;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Endpoints change with every pod, and a policy never goes out as one. */
const IGNORED = "ClusterLoadAssignment";

/** null for an answer that isn't a list of proxies. Entries that can't be read are left out. */
export function readSync(body: unknown): readonly ProxySync[] | null {
  if (!Array.isArray(body)) return null;
  return body.flatMap((entry: unknown) => {
    if (!isObject(entry) || typeof entry["proxy"] !== "string") return [];
    const proxy = entry["proxy"];
    const resources = isObject(entry["resources"]) ? entry["resources"] : null;
    const kinds = Object.entries(resources ?? {}).flatMap(([type, status]) =>
      isObject(status) && !type.endsWith(IGNORED) ? [status] : [],
    );
    const times = kinds.flatMap(({ sentTime }) => instant(sentTime) ?? []);
    const pairs =
      resources === null
        ? ["cluster", "listener", "route"].map((kind) => [entry[`${kind}_sent`], entry[`${kind}_acked`]] as const)
        : kinds.map(({ sent, acked }) => [sent, acked] as const);
    const error = kinds.map(({ lastError }) => lastError).find((text) => typeof text === "string" && text !== "");
    return [
      {
        proxy,
        // sidecar~IP~POD.NAMESPACE~DOMAIN in some versions, POD.NAMESPACE in others.
        namespace: (proxy.split("~")[2] ?? proxy).split(".").at(-1) ?? "",
        sentAt: times.length === 0 ? null : (Math.max(...times) as UnixSeconds),
        acknowledged: pairs.every(([sent, acked]) => sent === undefined || sent === "" || sent === acked),
        error: typeof error === "string" ? error : null,
      },
    ];
  });
}

/** Go's zero time stands for never. */
function instant(value: unknown): number | null {
  const ms = typeof value === "string" && !value.startsWith("0001-") ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ms / 1000;
}

export interface SyncVerdict {
  /**
   * `quiet`: nothing was sent since, so no connected proxy needs it (or istiod ignores the object); `pending`: sent and not
   * yet acknowledged; `in-effect`: all that it was sent to have it; `rejected`: a proxy refused.
   */
  readonly state: "quiet" | "pending" | "in-effect" | "rejected";
  readonly proxies: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly rejected: readonly { readonly proxy: string; readonly namespace: string; readonly error: string }[];
}

/** How a change made at `since` has spread. Istiod keeps one time for all it sent: what else it sent since counts, too. */
export function syncVerdict(proxies: readonly ProxySync[], since: UnixSeconds): SyncVerdict {
  const told = proxies.filter(({ sentAt }) => sentAt !== null && sentAt >= since);
  const rejected = told.flatMap(({ proxy, namespace, error }) => (error === null ? [] : [{ proxy, namespace, error }]));
  const acknowledged = told.filter((each) => each.acknowledged && each.error === null).length;
  const state =
    rejected.length > 0
      ? "rejected"
      : told.length === 0
        ? "quiet"
        : acknowledged < told.length
          ? "pending"
          : "in-effect";
  return { state, proxies: proxies.length, sent: told.length, acknowledged, rejected };
}
