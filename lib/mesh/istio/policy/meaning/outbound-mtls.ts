/**
 * What a client's sidecar sends to a destination: mutual TLS of the mesh, TLS of the user's own, or plaintext, and which object
 * says so. A DestinationRule's `tls` decides; without one automatic mutual TLS does, endpoint by endpoint.
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings
 * https://istio.io/latest/docs/tasks/security/authentication/authn-policy/#auto-mutual-tls
 */
import type { Dataplane } from "#lib/graph/model.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { destinationRules } from "../routing/destination-rules.ts";
import { has, isObject, listAt, numberAt, objectAt, specOf, textAt } from "../routing/json.ts";
import { type InboundMtls, inboundMtls, type PeerPolicies, type Say } from "./inbound-mtls.ts";
import { isKnown, type Lacking, lacking, type Truth } from "./truth.ts";

type Labels = Readonly<Record<string, string>>;

export interface Client {
  readonly namespace: string;
  readonly labels: Labels;
  /** A gateway, which reads the Secret that `credentialName` names; absent: a sidecar. */
  readonly gateway?: true;
}

export const clientOf = ({
  namespace,
  labels,
  dataplane,
}: Pick<Workload, "namespace" | "labels" | "dataplane">): Client => ({
  ...{ namespace, labels },
  ...(dataplane === "gateway" && { gateway: true }),
});

export interface Destination {
  /** The full name that is called. */
  readonly host: string;
  /** Of the Service or ServiceEntry. */
  readonly namespace: string;
  /** Of the service. */
  readonly port: number;
  /** null: not one of the route's subsets. */
  readonly subset: string | null;
  /** A ServiceEntry of location MESH_EXTERNAL. */
  readonly external: boolean;
  /** It goes to the address that was called: whether all of its endpoints take mutual TLS. Absent: endpoint by endpoint. */
  readonly all?: boolean | Lacking;
}

/** An endpoint of it. */
export interface Endpoint {
  readonly namespace: string;
  readonly labels: Labels;
  readonly dataplane: Dataplane;
  /** Of the workload; null: not known. */
  readonly port: number | null;
  /** Whether connections to the port come past its proxy; absent: they don't. */
  readonly past?: Truth;
}

export interface MtlsWorld extends Pick<PolicyWorld, "objects" | "rootNamespace"> {
  readonly peers: PeerPolicies;
  /** enableAutoMtls of the mesh's configuration; null: not read. Istio's default is true. */
  readonly autoMtls: boolean | null;
}

/** What is lacking where the setting isn't known. */
export const AUTO = "enableAutoMtls of the mesh";

const HBONE = "whether the client's proxy speaks HBONE";
const SERVERS = "what the gateway's own servers take";
/** Of a pod that takes mutual TLS: put there with a sidecar. (GetTLSModeFromEndpointLabels in pilot/pkg/model/service.go) */
const TLS_MODE = "security.istio.io/tlsMode";
/** PeerAuthentications aren't for these: their own objects say what each port takes. */
const isGateway = ({ dataplane }: Endpoint): boolean => dataplane === "gateway" || dataplane === "waypoint";

export type Sends = "mutual TLS" | "own TLS" | "plaintext";

/** Where in an object it is said: a DestinationRule’s whole, its port, its subset or the subset’s port; or a PeerAuthentication’s level. */
type RuleLevel = "rule" | "port" | "subset" | "subset port";

/** Who says it, from the outside in: the last one decides. */
export interface ClientSay {
  readonly object: Manifest;
  readonly path: Segments;
  readonly says: string;
  /** `gateway`: of a Gateway, which says the ports that it opens. */
  readonly level: RuleLevel | Say["level"] | "gateway";
}

/**
 * What made the client’s proxy send that. `rule`: the DestinationRule’s block; `passed over`: the block names a Secret that isn’t read
 * there. Without a block: `external`, a ServiceEntry outside the mesh; `off`, the mesh’s setting; `around`, mesh or namespace of the
 * service are DISABLE; `all` and `not all`, the endpoints together; `marked` and `not marked`, the endpoint by the rule’s block, which the
 * port’s entry takes away otherwise; `no sidecar` at the endpoint; `disabled`, the endpoint’s port; else `automatic`.
 */
export type Because =
  | "rule"
  | "passed over"
  | "external"
  | "off"
  | "around"
  | "all"
  | "not all"
  | "marked"
  | "not marked"
  | "no sidecar"
  | "disabled"
  | "automatic";

export interface OutboundMtls {
  readonly sends: Sends | Lacking;
  readonly chain: readonly ClientSay[];
  /** Absent: it isn’t known what is sent, or no object was asked. */
  readonly because?: Because;
  /** The port’s entry that says nothing of TLS and so takes away what its DestinationRule says otherwise. */
  readonly emptied?: ClientSay;
}

/** A TLS block that counts, and where it stands. */
interface Block {
  readonly object: Manifest;
  readonly path: Segments;
  readonly tls: JsonObject;
  readonly level: RuleLevel;
}

/** To one endpoint: with automatic mutual TLS each is told apart. */
export function outboundMtls(client: Client, to: Destination, endpoint: Endpoint, world: MtlsWorld): OutboundMtls {
  const { block, marks, emptied } = blocksFor(client, to, world);
  if (block !== null) return told(block, client);
  const out = untold(to, endpoint, marks && told(marks, client), world);
  return emptied === null ? out : { ...out, emptied };
}

/** Where no block of a DestinationRule counts. */
function untold(to: Destination, endpoint: Endpoint, marks: OutboundMtls | null, world: MtlsWorld): OutboundMtls {
  if (to.external || world.autoMtls === false)
    return { sends: "plaintext", chain: [], because: to.external ? "external" : "off" };
  // The service's mode is guessed from mesh and namespace, without workloads' own policies: where that is DISABLE there is no TLS.
  const around = inboundMtls(world.peers, to.namespace, null, null);
  const ownPort = inboundMtls(world.peers, endpoint.namespace, endpoint.labels, endpoint.port);
  if (around.mode === "DISABLE") return { sends: "plaintext", chain: says(around), because: "around" };
  const mutual = world.autoMtls === null ? lacking(AUTO) : "mutual TLS";
  if (to.all !== undefined) {
    if (to.all === true) return { sends: mutual, chain: says(around), because: "all" };
    return to.all === false ? { sends: "plaintext", chain: [], because: "not all" } : { sends: to.all, chain: [] };
  }
  if (endpoint.dataplane === "ambient") return { sends: lacking(HBONE), chain: [] };
  if (
    endpoint.dataplane === "waypoint" ||
    (endpoint.labels[TLS_MODE] !== undefined && endpoint.dataplane === "gateway")
  )
    return { sends: lacking(SERVERS), chain: [] };
  if (marks !== null) {
    const { chain, sends } = marks;
    if (sends !== "mutual TLS") return { sends: "plaintext", chain, because: "not marked" };
    return { sends: mutual, chain, because: "marked" };
  }
  // Of gateways' pods nothing says that they take it. (files/gateway-injection-template.yaml, kube-gateway.yaml in istiod's chart)
  if (endpoint.dataplane !== "sidecar") return { sends: "plaintext", chain: [], because: "no sidecar" };
  const chain = says(ownPort);
  if (ownPort.mode === "DISABLE") return { sends: "plaintext", chain, because: "disabled" };
  const portDecides = endpoint.port === null && portsDiffer(world.peers, endpoint);
  if (portDecides) return { sends: lacking("the workload's port"), chain };
  return { sends: mutual, chain, because: "automatic" };
}

const says = ({ chain }: InboundMtls): readonly ClientSay[] =>
  chain.map(({ object, path, mode, level }) => ({ object, path, says: mode, level }));

/** Whether ports of the endpoint's workload may take something else than the workload. */
export function portsDiffer(peers: PeerPolicies, endpoint: Endpoint): boolean {
  const fits = (wanted: Labels) => Object.entries(wanted).every(([key, value]) => endpoint.labels[key] === value);
  const own = peers.workloads.get(endpoint.namespace)?.find(({ labels }) => fits(labels))?.object;
  return Object.keys(objectAt(own?.spec, "portLevelMtls")).length > 0;
}

interface Blocks {
  readonly block: Block | null;
  /** Where automatic mutual TLS is left to decide: what marks endpoints for it, instead of what they take. */
  readonly marks: Block | null;
  /** The port's entry that takes the rule's away. */
  readonly emptied: ClientSay | null;
}

/**
 * The rule's own block, replaced whole by that of its port (a port without `tls` has none, whatever the rule says), then a
 * subset's over both, and that of the subset's port. (MergeTrafficPolicy in pilot/pkg/networking/core) Endpoints are marked by the
 * subset's, else the rule's, each by its port's only where that has one. (tlsModeForDestinationRule in pilot/pkg/xds/endpoints)
 */
function blocksFor(client: Client, to: Destination, world: MtlsWorld): Blocks {
  const applied = destinationRules(to.host, to.namespace, client.namespace, world, client.labels);
  const subset = to.subset === null ? undefined : applied.subsets.find(({ name }) => name === to.subset);
  let [block, marks]: [Block | null, Block | null] = [null, null];
  let emptied: ClientSay | null = null;
  const read = (object: Manifest, path: Segments, policy: JsonObject, [whole, port]: Levels): void => {
    if (isObject(policy["tls"])) block = marks = { object, path: [...path, "tls"], tls: policy["tls"], level: whole };
    const ports = listAt(policy, "portLevelSettings");
    const at = ports.findIndex((each) => numberAt(objectAt(each, "port"), "number") === to.port);
    const found = ports[at];
    if (found === undefined) return;
    const own = found["tls"];
    const there = [...path, "portLevelSettings", at];
    if (block !== null && !isObject(own)) emptied = { object, path: there, says: "no tls", level: port };
    block = isObject(own) ? { object, path: [...there, "tls"], tls: own, level: port } : null;
    marks = block ?? marks;
  };
  if (applied.policy !== null) {
    read(applied.policy, ["spec", "trafficPolicy"], objectAt(specOf(applied.policy), "trafficPolicy"), OF_RULE);
  }
  if (subset !== undefined) {
    const at = listAt(specOf(subset.owner), "subsets").findIndex((each) => textAt(each, "name") === subset.name);
    read(subset.owner, ["spec", "subsets", at, "trafficPolicy"], objectAt(subset.value, "trafficPolicy"), OF_SUBSET);
  }
  return { block, marks, emptied };
}

type Levels = readonly [whole: RuleLevel, port: RuleLevel];
const OF_RULE: Levels = ["rule", "port"];
const OF_SUBSET: Levels = ["subset", "subset port"];

/**
 * A block without a mode is DISABLE, the first of the enumeration. A credentialName counts for gateways, and for sidecars in rules with a
 * workloadSelector alone; elsewhere the block is passed over and plaintext is sent (buildUpstreamClusterTLSContext).
 */
function told({ object, path, tls, level }: Block, { gateway }: Client): OutboundMtls {
  const mode = textAt(tls, "mode") ?? "DISABLE";
  const chain = [{ object, path: [...path, "mode"], says: mode, level }];
  if (mode === "ISTIO_MUTUAL") return { sends: "mutual TLS", chain, because: "rule" };
  if (mode !== "SIMPLE" && mode !== "MUTUAL") return { sends: "plaintext", chain, because: "rule" };
  const passedOver = gateway !== true && has(tls, "credentialName") && !has(specOf(object), "workloadSelector");
  return { sends: passedOver ? "plaintext" : "own TLS", chain, because: passedOver ? "passed over" : "rule" };
}

export interface Meeting {
  readonly out: OutboundMtls;
  readonly in: InboundMtls;
  /** Whether the connection comes about. */
  readonly connects: boolean | Lacking;
  /** Whether it is mutual TLS of the mesh, so that the server knows who calls. */
  readonly identified: boolean | Lacking;
}

/**
 * Client and server together. STRICT refuses what isn't the mesh's mutual TLS; DISABLE and pods without a proxy can't take it;
 * ztunnel takes plaintext too unless STRICT, DISABLE or not. `client` null: outside the mesh, which sends plaintext.
 * https://istio.io/latest/docs/reference/config/security/peer_authentication/#PeerAuthentication-MutualTLS-Mode
 */
export function meet(client: Client | null, to: Destination, endpoint: Endpoint, world: MtlsWorld): Meeting {
  return received(sentBy(client, to, endpoint, world), endpoint, world);
}

/** The client's half of it. */
export const sentBy = (client: Client | null, to: Destination, endpoint: Endpoint, world: MtlsWorld): OutboundMtls =>
  client === null ? { sends: "plaintext", chain: [] } : outboundMtls(client, to, endpoint, world);

/** The server's half of it. */
export function received(out: OutboundMtls, endpoint: Endpoint, world: Pick<MtlsWorld, "peers">): Meeting {
  const inbound = inboundMtls(world.peers, endpoint.namespace, endpoint.labels, endpoint.port);
  const base = { out, in: inbound };
  if (typeof out.sends !== "string") return { ...base, connects: out.sends, identified: out.sends };
  if (isGateway(endpoint)) return { ...base, connects: lacking(SERVERS), identified: lacking(SERVERS) };
  const { past = false } = endpoint;
  if (!isKnown(past)) {
    const [inside, outside] = [false, true].map((each) => received(out, { ...endpoint, past: each }, world));
    const alike = inside?.connects === outside?.connects && inside?.identified === outside?.identified;
    return { ...base, ...(alike && inside !== undefined ? inside : { connects: past, identified: past }) };
  }
  const proxied = !past && (endpoint.dataplane === "sidecar" || endpoint.dataplane === "ambient");
  const strict = proxied && inbound.mode === "STRICT";
  if (proxied && endpoint.port === null && portsDiffer(world.peers, endpoint)) {
    const port = lacking("the workload's port");
    return { ...base, connects: port, identified: port };
  }
  if (out.sends === "plaintext") return { ...base, connects: !strict, identified: false };
  if (out.sends === "own TLS") {
    // The server's proxy passes it on as it comes; whether the workload speaks TLS is its own matter.
    return { ...base, connects: strict ? false : lacking("whether the workload itself speaks TLS"), identified: false };
  }
  if (endpoint.dataplane === "ambient") {
    const hbone = lacking(HBONE);
    return { ...base, connects: hbone, identified: hbone };
  }
  const takes = proxied && inbound.mode !== "DISABLE";
  return { ...base, connects: takes, identified: takes };
}
