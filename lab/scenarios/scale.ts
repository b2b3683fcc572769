/**
 * A mesh of any size, the same for the same seed: about three edges a workload, a few services that many call, most of
 * it inside namespaces, a little across them, a few that fail. One pod each, size histograms off by Telemetry (as large
 * meshes run them), which makes about fifty series an edge.
 */
import type { KubeObject } from "../kube/object.ts";
import type { Flow, Trouble } from "../sim/behaviour.ts";
import type { Random } from "../sim/random.ts";
import { createRandom } from "../sim/random.ts";
import { access } from "./access.ts";
import { deployment, INJECTED, istio, istiod, namespace, SCRAPED, service } from "./manifests.ts";
import type { Scenario } from "./model.ts";

export interface ScaleOptions {
  readonly workloads: number;
  readonly namespaces: number;
  readonly seed: number;
}

interface Member {
  readonly name: string;
  readonly namespace: string;
  readonly protocol: "http" | "grpc" | "tcp";
}

/** From so many workloads on they call less, and less is kept and scraped: it must leave a small machine room for who looks at it. */
const LARGE = 2000;
const CROSS_NAMESPACE = 0.15;
const FAILING = 0.03;
/** The member through which users come in. */
const GATEWAY = 0;

export function scale(options: ScaleOptions): Scenario {
  const random = createRandom(options.seed, "scale");
  const members = cast(options, random);
  const flows = edges(members, random);
  const namespaces = [...new Set(members.map((m) => m.namespace))];
  const manifests: KubeObject[] = [
    ...access(namespaces[0] ?? null),
    ...istiod(),
    istio("telemetry", "Telemetry", "istio-system", "sizes", {
      metrics: [
        {
          providers: [{ name: "prometheus" }],
          overrides: ["REQUEST_SIZE", "RESPONSE_SIZE"].map((metric) => ({ match: { metric }, disabled: true })),
        },
      ],
    }),
    ...namespaces.map((n) => namespace(n, INJECTED)),
    ...members.map((m) => service(m.namespace, m.name, { protocol: m.protocol })),
    ...members.map((m, i) =>
      deployment({
        namespace: m.namespace,
        name: m.name,
        version: "v1",
        account: "default",
        ...(i === GATEWAY && {
          container: "istio-proxy",
          labels: { istio: "ingress" },
          annotations: { ...SCRAPED, "inject.istio.io/templates": "gateway" },
        }),
        behaviour: {
          latency: { p50: 2 + 30 * random.next() ** 2, p99: 60 + 400 * random.next() ** 2 },
          flows: flows[i] ?? [],
          trouble: troubles(random),
        },
      }),
    ),
  ];
  manifests.push(...ingress(members, flows[GATEWAY] ?? []));
  return {
    name: "scale",
    tickMs: 250,
    scrapeSeconds: options.workloads > LARGE ? 30 : 15,
    ledgerSeconds: options.workloads > LARGE ? 300 : 900,
    clusters: [{ name: "west-1", nodes: Math.max(3, Math.ceil(options.workloads / 50)), manifests }],
    events: [],
  };
}

const publicHost = (member: Member): string => `${member.name}.${member.namespace}.example`;

/** A Gateway, and a VirtualService for each member that users reach. */
function ingress(members: readonly Member[], flows: readonly Flow[]): readonly KubeObject[] {
  const home = members[GATEWAY]?.namespace ?? "default";
  const called = new Set(flows.map((f) => f.host));
  return [
    istio("networking", "Gateway", home, "ingress", {
      selector: { istio: "ingress" },
      servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
    }),
    ...members
      .filter((m) => called.has(publicHost(m)))
      .map((m) =>
        istio("networking", "VirtualService", m.namespace, m.name, {
          hosts: [publicHost(m)],
          gateways: [`${home}/ingress`],
          http: [{ route: [{ destination: { host: m.name } }] }],
        }),
      ),
  ];
}

function cast({ workloads, namespaces }: ScaleOptions, random: Random): readonly Member[] {
  const protocols = ["http", "http", "http", "http", "http", "http", "http", "grpc", "grpc", "tcp"] as const;
  return Array.from({ length: workloads }, (_, i) => ({
    name: `svc-${String(i).padStart(4, "0")}`,
    // Namespaces differ in size: a few are twice the median.
    namespace: `team-${String(Math.floor(namespaces * random.next() ** 1.4)).padStart(2, "0")}`,
    protocol: random.pick(protocols) ?? "http",
  }));
}

/** Who calls whom: everyone is called by someone, popular targets by many (a discrete power law over ranks). */
function edges(members: readonly Member[], random: Random): readonly Flow[][] {
  const wanted = members.length * 3;
  const pace = members.length > LARGE ? 1 / 3 : 1;
  const flows: Flow[][] = members.map(() => []);
  const taken = new Set<string>();
  const byNamespace = new Map<string, number[]>();
  members.forEach((m, i) => {
    byNamespace.set(m.namespace, [...(byNamespace.get(m.namespace) ?? []), i]);
  });
  const add = (from: number, to: number): boolean => {
    const target = members[to];
    const caller = members[from];
    if (from === to || target === undefined || caller === undefined || taken.has(`${from}>${to}`)) return false;
    if (to === GATEWAY || (from === GATEWAY && target.protocol === "tcp")) return false;
    const inside = target.namespace === caller.namespace ? target.name : `${target.name}.${target.namespace}`;
    taken.add(`${from}>${to}`);
    flows[from]?.push({
      host: from === GATEWAY ? publicHost(target) : inside,
      protocol: target.protocol,
      path: "/",
      rate: pace * (target.protocol === "tcp" ? 0.2 : Math.min(12, 0.8 * Math.exp(0.7 * random.normal()))),
      ...(target.protocol === "tcp" && { connection: { seconds: 15, sent: 800, received: 3000 } }),
    });
    return true;
  };
  const ranked = (list: readonly number[]): number => list[Math.floor(list.length * random.next() ** 2.5)] ?? 0;
  const everyone = members.map((_, i) => i);
  const candidates = (from: number): readonly number[] =>
    random.chance(CROSS_NAMESPACE) ? everyone : (byNamespace.get(members[from]?.namespace ?? "") ?? everyone);
  for (let to = 1; to < members.length; to += 1) {
    const callers = candidates(to).filter((i) => i < to);
    if (!add(random.pick(callers) ?? GATEWAY, to)) add(1, to);
  }
  for (let tries = 0; taken.size < wanted && tries < wanted * 20; tries += 1) {
    // Callers are heavy-tailed as well: a few call dozens.
    const from = Math.floor(members.length * random.next() ** 1.6);
    add(from, ranked(candidates(from)));
  }
  return flows;
}

function troubles(random: Random): Trouble[] {
  // Clients' own mistakes are everywhere, and each code is a series family of its own.
  const mistakes: Trouble[] = random.chance(0.15) ? [{ kind: "error", code: 404, status: 5, share: 0.01 }] : [];
  if (!random.chance(FAILING)) return mistakes;
  return random.chance(0.5)
    ? [{ kind: "error", code: 503, status: 14, share: 0.02 + 0.2 * random.next() }]
    : [{ kind: "refuse", share: 0.5, during: { every: 180, for: 40, offset: 180 * random.next() } }];
}
