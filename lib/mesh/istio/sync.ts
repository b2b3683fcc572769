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
  /** What was last sent of each kind of resource. */
  readonly sent: readonly Sent[];
}

export interface Sent {
  /** `addresses`: workloads and Services as ztunnels know them. */
  readonly carries: "policies" | "addresses" | "endpoints";
  /** null: never, or an istiod that doesn't say. */
  readonly at: UnixSeconds | null;
  readonly acknowledged: boolean;
  /** Why it refused it; null: it didn't. */
  readonly error: string | null;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Names change with every Service, secrets with every certificate, and no object goes out as one of these alone. (NameTableType and
 * SecretType in istio's pkg/model/xds.go)
 */
const IGNORED = [".NameTable", ".Secret"];
/** EndpointType: they go out with every pod. (`EDSUpdate`, pilot/pkg/xds/eds.go) */
const ENDPOINTS = [".ClusterLoadAssignment"];
/** AddressType and WorkloadType: they go out with every pod. (`PushXdsAddress`, pilot/pkg/serviceregistry/ambient/ambientindex.go) */
const ADDRESSES = [".workload.Address", ".workload.Workload"];
const OLD_KINDS = ["cluster", "listener", "route"];

/** null for an answer that isn't a list of proxies. Entries that can't be read are left out. */
export function readSync(body: unknown): readonly ProxySync[] | null {
  if (!Array.isArray(body)) return null;
  return body.flatMap((entry: unknown) => {
    if (!isObject(entry) || typeof entry["proxy"] !== "string") return [];
    const proxy = entry["proxy"];
    // sidecar~IP~POD.NAMESPACE~DOMAIN in some versions, POD.NAMESPACE in others.
    const namespace = (proxy.split("~")[2] ?? proxy).split(".").at(-1) ?? "";
    return [{ proxy, namespace, sent: sentOf(entry) }];
  });
}

function sentOf(entry: Readonly<Record<string, unknown>>): readonly Sent[] {
  const resources = entry["resources"];
  if (!isObject(resources))
    return OLD_KINDS.map((kind) => sentAs({ sent: entry[`${kind}_sent`], acked: entry[`${kind}_acked`] }, "policies"));
  return Object.entries(resources).flatMap(([type, status]) => {
    const is = (ends: readonly string[]) => ends.some((end) => type.endsWith(end));
    return isObject(status) && !is(IGNORED)
      ? [sentAs(status, is(ADDRESSES) ? "addresses" : is(ENDPOINTS) ? "endpoints" : "policies")]
      : [];
  });
}

/** An error stays until something of the kind is acknowledged. (`WatchedResource` in istio's pkg/xds/server.go) */
function sentAs(status: Readonly<Record<string, unknown>>, carries: Sent["carries"]): Sent {
  const { sent, acked, sentTime, lastError } = status;
  return {
    carries,
    at: instant(sentTime),
    acknowledged: sent === undefined || sent === "" || sent === acked,
    error: typeof lastError === "string" && lastError !== "" ? lastError : null,
  };
}

/** Go's zero time stands for never. */
function instant(value: unknown): UnixSeconds | null {
  const ms = typeof value === "string" && !value.startsWith("0001-") ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ((ms / 1000) as UnixSeconds);
}

export interface SyncVerdict {
  /**
   * `quiet`: nothing was sent since that carries it, so no connected proxy needs it (or istiod ignores the object); `perhaps`: nothing
   * but addresses or endpoints was; `pending`: sent and not yet acknowledged; `in-effect`: all that it was sent to have it; `rejected`: a proxy refused.
   */
  readonly state: "quiet" | "perhaps" | "pending" | "in-effect" | "rejected";
  readonly proxies: number;
  /** To which addresses or endpoints alone were sent, as far as they may carry such an object. */
  readonly perhaps: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly rejected: readonly { readonly proxy: string; readonly namespace: string; readonly error: string }[];
}

/**
 * Kinds that decide what a ztunnel is told of workloads and Services: STRICT without ports names a policy there that it has already.
 * (WorkloadsCollection, ServicesCollection and PolicyCollections in pilot/pkg/serviceregistry/ambient) An AuthorizationPolicy isn't one:
 * whatever changes of it goes out as a policy, by a type of its own. (`istio.security.Authorization`, WorkloadRBACGenerator)
 */
const IN_ADDRESSES: ReadonlySet<string> = new Set([
  ...["PeerAuthentication", "ServiceEntry", "WorkloadEntry", "Namespace", "Service"],
  ...["Gateway.gateway.networking.k8s.io", "GatewayClass"],
]);

/**
 * Kinds that may go out as endpoints alone: a WorkloadEntry's address, a ServiceEntry's endpoints where its resolution is STATIC. Of a
 * DestinationRule or PeerAuthentication clusters are sent, too. (pushServiceEndpointUpdates and pushServiceUpdates in
 * pilot/pkg/serviceregistry/serviceentry/controller.go; before, workloadEntryHandler and serviceEntryHandler there)
 */
const IN_ENDPOINTS: ReadonlySet<string> = new Set(["ServiceEntry", "WorkloadEntry"]);

/**
 * How a change of an object of that kind (`kindKey`), made at `since`, has spread, by what was sent since: what was refused before isn't
 * about it. Istiod keeps one time for each kind of resource, and not what it sent: other changes since count, too. So with addresses or
 * endpoints alone nothing is known of kinds that they may carry, and of others they tell nothing.
 */
export function syncVerdict(proxies: readonly ProxySync[], since: UnixSeconds, kind: string): SyncVerdict {
  const counts = ({ carries }: Sent) => carries !== "endpoints" || IN_ENDPOINTS.has(kind);
  const newer = proxies
    .map((each) => ({ ...each, sent: each.sent.filter((one) => one.at !== null && one.at >= since && counts(one)) }))
    .filter(({ sent }) => sent.length > 0);
  const told = newer.filter(({ sent }) => sent.some(({ carries }) => carries === "policies"));
  const unsure = IN_ADDRESSES.has(kind) ? newer.filter((each) => !told.includes(each)) : [];
  const rejected = [...told, ...unsure].flatMap(({ proxy, namespace, sent }) => {
    const error = sent.find((each) => each.error !== null)?.error ?? null;
    return error === null ? [] : [{ proxy, namespace, error }];
  });
  const acknowledged = told.filter(({ sent }) => sent.every((each) => each.acknowledged && each.error === null)).length;
  const state =
    rejected.length > 0
      ? "rejected"
      : told.length === 0
        ? unsure.length === 0
          ? "quiet"
          : "perhaps"
        : acknowledged < told.length
          ? "pending"
          : "in-effect";
  return { state, proxies: proxies.length, perhaps: unsure.length, sent: told.length, acknowledged, rejected };
}
