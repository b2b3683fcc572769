/** What becomes of calls that were seen, where a Sidecar leaves their host out. */
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import type { EgressBreak, EgressFate } from "#lib/policy/egress.ts";
import { keysOf } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { serviceOfHost } from "../hosts.ts";
import { barePods, proxied } from "../impact/past.ts";
import { pastInbound } from "../meaning/capture.ts";
import { HIDDEN } from "../meaning/effective/sight.ts";
import { inboundMtls, type PeerPolicies } from "../meaning/inbound-mtls.ts";
import { outboundMode } from "../meaning/routing/unknown-host.ts";
import { isKnown } from "../meaning/truth.ts";
import { objectAt } from "../routing/json.ts";
import { ownPolicy } from "../strict/takes.ts";
import type { Called } from "./called.ts";
import { byHost } from "./called.ts";
import type { Client } from "./clients.ts";
import { type Needs, STATES, type State, stateUnder } from "./needs.ts";

export interface Judged {
  readonly called: Called;
  readonly needs: Needs;
  readonly client: Client;
}

export interface Circumstances {
  readonly namespace: string;
  /** This cluster's first. */
  readonly inventories: readonly ClusterInventory[];
  /** null: PeerAuthentications aren't all known. */
  readonly peers: PeerPolicies | null;
  readonly sees: (manifest: Manifest) => boolean;
  /** The mesh's outboundTrafficPolicy is REGISTRY_ONLY; null: not known. */
  readonly registryOnly: boolean | null;
}

const OUTBOUND = "the mesh’s outboundTrafficPolicy";
const NAME = "by which of its names the host is called";
const ADDRESS = "whether it is called by the Service’s name or by a pod’s address";

/** Pairs that go another way than now, by host and what becomes of them; `kept`: how many don't. */
export function breaksOf(
  judged: readonly Judged[],
  about: Circumstances,
): { readonly breaks: readonly EgressBreak[]; readonly kept: number } {
  const found: (EgressBreak & { readonly key: string })[] = [];
  let kept = 0;
  for (const { called, needs, client } of judged) {
    const before = stateUnder(client.today, needs, about.namespace);
    const told = stateUnder(client.then, needs, about.namespace);
    // Of names that weren't followed nobody knows whether they stay.
    const after = needs.more && client.then !== null && told !== "lost" ? "perhaps" : told;
    if (before === "lost") continue;
    if (STATES.indexOf(after) <= STATES.indexOf(before)) kept += 1;
    else found.push(broken(called, client, after, about));
  }
  const groups = Map.groupBy(found, ({ key }) => key);
  const breaks = [...groups.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { key: _, ...rest } = first;
    return byHost(same).map((seen): EgressBreak => ({ ...rest, ...seen }));
  });
  const rate = (each: EgressBreak) => (each.requests ?? 0) + (each.connections ?? 0);
  return { breaks: breaks.toSorted((a, b) => rate(b) - rate(a) || (a.host < b.host ? -1 : 1)), kept };
}

function broken(called: Called, { today, then, workload }: Client, state: State, about: Circumstances) {
  const hides = [today, then].some((each) => each !== null && !about.sees(each));
  const mode = outboundMode(then, about.registryOnly);
  const byMesh = outboundMode(then, null) === null;
  const fate: EgressFate =
    state === "unrouted"
      ? "unrouted"
      : hides
        ? "either"
        : mode === "REGISTRY_ONLY"
          ? "blackhole"
          : mode === "ALLOW_ANY"
            ? "passthrough"
            : "either";
  const strict = fate === "unrouted" ? false : strictAt(called, about);
  // Those of its pods that have no proxy read no Sidecar.
  const bare = workload === null ? [] : barePods(workload);
  const lacks = [
    ...(hides ? [HIDDEN] : []),
    ...bare,
    ...(state === "perhaps" ? [NAME] : []),
    ...(called.sure ? [] : [ADDRESS]),
    ...(fate === "either" && !hides ? [OUTBOUND] : []),
    ...(strict === null && fate !== "blackhole" ? ["whether the server refuses plaintext"] : []),
  ];
  // Which of two it is, or whether there is anything to lose, is no certainty.
  const open = fate === "either" || (fate === "passthrough" && called.mtls === null && strict !== true);
  const certain = state !== "perhaps" && called.sure && !hides && !open && bare.length === 0;
  const found: EgressBreak & { readonly key: string } = {
    ...called.seen,
    ...{
      host: called.host,
      fate,
      certain,
      strict,
      why: `${WHY[fate](called.mtls, strict)}${byMesh ? BY_MESH[fate] : ""}`,
      lacks,
    },
    key: JSON.stringify([called.host, fate, certain, strict, called.mtls, lacks]),
  };
  return found;
}

const BY_MESH: Readonly<Record<EgressFate, string>> = {
  ...{ passthrough: " The mesh’s outboundTrafficPolicy says so.", either: "", unrouted: "" },
  blackhole: " The mesh’s outboundTrafficPolicy says so.",
};

const plain = (mtls: boolean | null, strict: boolean | null): string =>
  strict === true
    ? "The server takes mutual TLS alone (STRICT), so it is refused there."
    : mtls === false
      ? "It is plaintext now as well."
      : `${mtls === null ? "If it is mutual TLS now, it" : "It"} loses mutual TLS, and with it the caller’s identity.`;

const WHY: Readonly<Record<EgressFate, (mtls: boolean | null, strict: boolean | null) => string>> = {
  passthrough: (mtls, strict) => `The proxy passes it on as it is (PassthroughCluster). ${plain(mtls, strict)}`,
  blackhole: () =>
    "The client’s proxy refuses it (BlackHoleCluster), for hosts that it doesn’t know are (REGISTRY_ONLY).",
  either: (mtls, strict) =>
    `The Sidecar says no mode: by the mesh’s setting the client’s proxy refuses it, or passes it on as it is. ${plain(mtls, strict)}`,
  unrouted: () => "It arrives, but the routes written for it don’t count for this client any more.",
};

/** By the workloads behind the Service, on all ports that it leads to; null: they differ, or it isn't known. */
function strictAt({ to }: Called, { inventories, peers }: Circumstances): boolean | null {
  const name = serviceOfHost(to.host);
  if (to.kind === "outside" || name === null) return false;
  if (peers === null) return null;
  const modes = new Set<boolean | null>();
  for (const [at, { services, workloads }] of inventories.entries()) {
    const service = services.get(`${name.namespace}/${name.name}`);
    for (const each of service?.workloads ?? []) {
      const behind = workloads.get(`${name.namespace}/${each}`);
      if (behind === undefined) continue;
      // Another cluster may have PeerAuthentications of its own.
      if (at > 0) modes.add(null);
      for (const { port, targetPort = port } of service?.ports ?? [])
        modes.add(strictOn(proxied(behind), typeof targetPort === "number" ? targetPort : null, peers));
      // Those pods of it take anything.
      if (behind.pods.some(({ unmeshed }) => unmeshed === true)) modes.add(false);
    }
  }
  const [only = null] = modes;
  return modes.size === 1 ? only : null;
}

/** `port`: of the pod; null: known by its name alone, whose number may have a mode of its own. */
function strictOn(workload: Workload, port: number | null, peers: PeerPolicies): boolean | null {
  const { dataplane, namespace, labels } = workload;
  if (dataplane !== "sidecar" && dataplane !== "ambient") return false;
  const { past } = pastInbound(workload, port);
  if (!isKnown(past)) return null;
  if (past) return false;
  const own = port === null ? ownPolicy(peers, workload) : undefined;
  if (own !== undefined && keysOf(objectAt(own.spec, "portLevelMtls")).length > 0) return null;
  return inboundMtls(peers, namespace, labels, port).mode === "STRICT";
}
