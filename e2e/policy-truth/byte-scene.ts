/** One client with the rules for connections to two services, one with TCP and one with TLS, by chance; each in namespaces of its own. */
import type { JsonObject } from "#lib/policy/manifest.ts";
import type { Chance } from "./chance.ts";
import type { Wanted } from "./policies.ts";

/** The ports of the services, and of the client's listeners. */
export const PORTS = { tcp: 19_081, tls: 19_082 } as const;
export type Spoken = keyof typeof PORTS;

export interface ByteScene {
  /** Of the services, and of the client. */
  readonly owner: string;
  readonly client: string;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Istio's. */
  readonly policies: readonly Wanted[];
  /** The Gateway API's. */
  readonly routes: readonly Wanted[];
}

export const NAMES = ["a.test", "b.test", "w.a.test", "v.w.a.test", "c.example"] as const;
const PATTERNS = ["*.a.test", "*.test", "*.w.a.test"] as const;
/** Of addresses that clients have here, and of others. */
const BLOCKS = ["127.0.0.0/8", "127.32.0.0/24", "127.32.0.0/28", "127.32.0.16/28", "10.0.0.0/8", "0.0.0.0/0"] as const;

const hostOf = (owner: string, spoken: Spoken): string => `${spoken}.${owner}.svc.cluster.local`;

function route(from: Chance, owner: string, spoken: Spoken): JsonObject[] {
  const targets = from.is(0.3) ? 2 : 1;
  const destinations = Array.from({ length: targets }, (_, index): JsonObject => {
    const own = from.is(0.75);
    const host = own ? hostOf(owner, spoken) : `other.${owner}.svc.cluster.local`;
    const subset = own && from.is(0.6) ? { subset: from.of(["v1", "v2", "v3"]) } : {};
    const port = from.is(0.3) ? { port: { number: PORTS[spoken] } } : {};
    // Istio refuses rules whose weights sum to nothing.
    const weight = targets > 1 ? { weight: index === 0 ? from.of([10, 50]) : from.of([0, 40, 50]) } : {};
    return { destination: { host, ...subset, ...port }, ...weight };
  });
  return destinations;
}

function match(from: Chance, { client }: Pick<ByteScene, "client">, spoken: Spoken): JsonObject {
  const conditions: readonly (() => JsonObject)[] = [
    () => ({ port: from.is(0.75) ? PORTS[spoken] : 81 }),
    () => ({ sourceLabels: { version: from.of(["v1", "v2"]) } }),
    () => ({ sourceNamespace: from.is(0.7) ? client : "elsewhere" }),
    () => ({ gateways: [from.is(0.7) ? "mesh" : "edge/public"] }),
    () => ({ destinationSubnets: from.some(BLOCKS, 1, 2) }),
  ];
  const sni = spoken === "tls" ? { sniHosts: from.some([...NAMES, ...PATTERNS, "*"], 1, 2) } : {};
  return Object.assign(sni, ...from.some(conditions, 0, 2).map((make) => make())) as JsonObject;
}

function rules(from: Chance, scene: Pick<ByteScene, "client" | "owner">, spoken: Spoken): JsonObject[] {
  return Array.from({ length: from.number(1, 3) }, () => {
    const asks = spoken === "tls" || from.is(0.75);
    const matches = asks ? { match: Array.from({ length: from.number(1, 2) }, () => match(from, scene, spoken)) } : {};
    return { ...matches, route: route(from, scene.owner, spoken) };
  });
}

function virtualService(
  from: Chance,
  scene: Pick<ByteScene, "client" | "owner">,
  namespace: string,
  name: string,
  spoken: Spoken,
): Wanted {
  // Istio refuses a wildcard of other names than those that its rules for TLS ask for.
  const wide = spoken === "tls" || from.is(0.2);
  const host = wide && from.is(0.3) ? `*.${scene.owner}.svc.cluster.local` : hostOf(scene.owner, spoken);
  const gateways = from.is(0.1) ? { gateways: from.of([["edge/public"], ["mesh", "edge/public"]]) } : {};
  const exportTo = from.is(0.7) ? {} : { exportTo: [from.of(["*", ".", scene.client, "elsewhere"])] };
  return {
    ...{ kind: "VirtualService", namespace, name },
    spec: { hosts: [host], ...gateways, ...exportTo, [spoken]: rules(from, scene, spoken) },
  };
}

function byteRoute(from: Chance, owner: string, namespace: string, name: string, spoken: Spoken): Wanted {
  const backend = (): JsonObject => ({
    ...{ name: from.of([spoken, "other"]), namespace: owner, port: PORTS[spoken] },
    ...(from.is(0.4) && { weight: from.of([0, 1, 9]) }),
  });
  const port = from.is(0.3) ? { port: from.is(0.7) ? PORTS[spoken] : 81 } : {};
  return {
    ...{ kind: spoken === "tcp" ? "TCPRoute" : "TLSRoute", namespace, name },
    spec: {
      parentRefs: [{ group: "", kind: "Service", name: spoken, namespace: owner, ...port }],
      ...(spoken === "tls" && { hostnames: from.some([...NAMES, hostOf(owner, spoken), "*.svc.cluster.local"], 1, 2) }),
      rules: [{ backendRefs: Array.from({ length: from.number(1, 2) }, backend) }],
    },
  };
}

export function byteScene(from: Chance, index: number): ByteScene {
  const scene = { owner: `r${index}`, client: `c${index}` };
  const some = <T>(share: number, make: () => T): readonly T[] => (from.is(share) ? [make()] : []);
  const subsets = from.some(["v1", "v2", "v3"], 1, 3).map((version) => ({ name: version, labels: { version } }));
  const both = (["tcp", "tls"] as const).flatMap((spoken) => [
    ...some(0.75, () => virtualService(from, scene, scene.owner, `m-${spoken}`, spoken)),
    ...some(0.25, () => virtualService(from, scene, scene.owner, `${from.of(["l", "n"])}-${spoken}`, spoken)),
    ...some(0.2, () => virtualService(from, scene, scene.client, `k-${spoken}`, spoken)),
  ]);
  const destinationRules = (["tcp", "tls"] as const).map((spoken) => ({
    ...{ kind: "DestinationRule", namespace: scene.owner, name: spoken },
    spec: { host: hostOf(scene.owner, spoken), subsets },
  }));
  const sidecar = some(0.2, () => ({
    ...{ kind: "Sidecar", namespace: scene.client, name: "default" },
    spec: {
      egress: [{ hosts: from.of([["./*", `${scene.owner}/*`], ["./*", `*/${hostOf(scene.owner, "tcp")}`], ["*/*"]]) }],
    },
  }));
  return {
    ...{
      ...scene,
      ip: `127.32.${index >> 7}.${(index & 127) + 1}`,
      labels: { app: "web", version: from.of(["v1", "v2"]) },
    },
    policies: [...both, ...destinationRules, ...sidecar],
    routes: (["tcp", "tls"] as const).flatMap((spoken) => [
      ...some(0.25, () => byteRoute(from, scene.owner, scene.owner, `s-${spoken}`, spoken)),
      ...some(0.15, () => byteRoute(from, scene.owner, scene.client, `q-${spoken}`, spoken)),
    ]),
  };
}
