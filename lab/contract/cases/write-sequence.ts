/** Sequences of writes by several managers to one object, made from a seed. The same seed always makes the same sequence. */

export type Subjects = "ConfigMap" | "Service" | "Deployment" | "VirtualService" | "DestinationRule" | "HTTPRoute";

export interface Request {
  readonly note: string;
  readonly method: string;
  readonly path: string;
  readonly contentType: string;
  readonly body: unknown;
}

type Step = (namespace: string) => Request;
type Body = Record<string, unknown>;

/** Pseudo-random numbers (mulberry32). */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  roll(sides: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * sides);
  }

  pick<T>(first: T, ...rest: readonly T[]): T {
    return rest[this.roll(rest.length + 1) - 1] ?? first;
  }

  /** The members that chance keeps. */
  some(members: Body): Body {
    return Object.fromEntries(Object.entries(members).filter(() => this.roll(2) === 1));
  }
}

interface Kind {
  readonly prefix: string;
  readonly apiVersion: string;
  readonly plural: string;
  readonly custom: boolean;
  readonly status: ((dice: Dice) => Body) | null;
  /** What is always said of an object; without it there is none. */
  readonly needed: (dice: Dice) => Body;
  readonly more: (dice: Dice) => Body;
}

const container = (dice: Dice, name: string): Body => ({
  name,
  image: `example.com/${name}:${dice.roll(2)}`,
  ...dice.some({
    env: [{ name: dice.pick("A", "B"), value: dice.pick("1", "2") }],
    ports: [dice.pick({ containerPort: 80, name: "http" }, { containerPort: 90, name: "web" })],
    args: [dice.pick("a", "b")],
    resources: { limits: { cpu: dice.pick("1", "2") } },
  }),
});

const kinds: Readonly<Record<Subjects, Kind>> = {
  ConfigMap: {
    prefix: "/api/v1",
    apiVersion: "v1",
    plural: "configmaps",
    custom: false,
    status: null,
    needed: () => ({}),
    more: (dice) => ({ data: dice.some({ a: dice.pick("1", "2"), b: dice.pick("1", "2"), c: "3" }) }),
  },
  Service: {
    prefix: "/api/v1",
    apiVersion: "v1",
    plural: "services",
    custom: false,
    status: (dice) => ({ conditions: [{ ...condition(dice), type: dice.pick("A", "B") }] }),
    needed: (dice) => ({
      spec: {
        ports: [
          { port: 80, name: "http" },
          ...(dice.roll(2) === 1 ? [{ port: 90, name: "grpc", appProtocol: dice.pick("x", "y") }] : []),
        ],
        ...dice.some({ selector: { app: dice.pick("a", "b") }, publishNotReadyAddresses: true }),
      },
    }),
    more: () => ({}),
  },
  Deployment: {
    prefix: "/apis/apps/v1",
    apiVersion: "apps/v1",
    plural: "deployments",
    custom: false,
    status: (dice) => ({
      observedGeneration: 1 + dice.roll(3),
      conditions: [{ ...condition(dice), lastUpdateTime: "2026-01-01T00:00:00Z" }],
    }),
    needed: (dice) => ({
      spec: {
        selector: { matchLabels: { app: "x" } },
        template: {
          metadata: { labels: { app: "x", ...dice.some({ v: dice.pick("1", "2") }) } },
          spec: { containers: [container(dice, "main"), ...(dice.roll(2) === 1 ? [container(dice, "side")] : [])] },
        },
        ...dice.some({ replicas: dice.roll(3), paused: true, minReadySeconds: 1 + dice.roll(2) }),
      },
    }),
    more: () => ({}),
  },
  VirtualService: {
    prefix: "/apis/networking.istio.io/v1",
    apiVersion: "networking.istio.io/v1",
    plural: "virtualservices",
    custom: true,
    status: (dice) => ({ observedGeneration: String(dice.roll(3)) }),
    needed: () => ({}),
    more: (dice) => ({
      spec: dice.some({
        hosts: ["reviews", ...(dice.roll(2) === 1 ? ["ratings"] : [])],
        http: [
          { route: [{ destination: { host: "reviews", subset: dice.pick("v1", "v2") }, weight: dice.roll(100) }] },
        ],
        gateways: ["mesh"],
        exportTo: [dice.pick(".", "*")],
      }),
    }),
  },
  DestinationRule: {
    prefix: "/apis/networking.istio.io/v1",
    apiVersion: "networking.istio.io/v1",
    plural: "destinationrules",
    custom: true,
    status: null,
    needed: () => ({ spec: { host: "reviews" } }),
    more: (dice) => ({
      spec: {
        host: "reviews",
        ...dice.some({
          trafficPolicy: dice.some({
            loadBalancer: { simple: dice.pick("RANDOM", "ROUND_ROBIN") },
            tls: { mode: dice.pick("ISTIO_MUTUAL", "DISABLE") },
            connectionPool: { tcp: dice.some({ maxConnections: 1 + dice.roll(3), connectTimeout: "3s" }) },
          }),
          subsets: [{ name: dice.pick("v1", "v2"), labels: { version: "v1" } }],
        }),
      },
    }),
  },
  HTTPRoute: {
    prefix: "/apis/gateway.networking.k8s.io/v1",
    apiVersion: "gateway.networking.k8s.io/v1",
    plural: "httproutes",
    custom: true,
    status: null,
    needed: () => ({}),
    more: (dice) => ({
      spec: dice.some({
        parentRefs: [{ name: dice.pick("gw", "other") }],
        hostnames: [dice.pick("a.example.com", "b.example.com")],
        rules: [{ name: "r", backendRefs: [{ name: dice.pick("v1", "v2"), port: 80, weight: 1 + dice.roll(3) }] }],
      }),
    }),
  },
};

function condition(dice: Dice): Body {
  const lastTransitionTime = "2026-01-01T00:00:00Z";
  return {
    type: dice.pick("Available", "Progressing"),
    status: dice.pick("True", "False"),
    reason: "R",
    message: "m",
    lastTransitionTime,
  };
}

/** The steps of a sequence: first one that creates the object, then others of all kinds. */
export function sequence(name: Subjects, seed: number, length: number): Step[] {
  const dice = new Dice(seed * 7919 + name.length);
  const kind = kinds[name];
  const whole = (): Body => ({
    apiVersion: kind.apiVersion,
    kind: name,
    metadata: {
      name: "x",
      ...dice.some({ labels: dice.some({ l: dice.pick("1", "2"), m: "1" }), annotations: { n: dice.pick("1", "2") } }),
    },
    ...kind.needed(dice),
    ...kind.more(dice),
  });
  return Array.from({ length }, (_, i) => step(dice, kind, i === 0, whole()));
}

const apply = "application/apply-patch+yaml";
const merge = "application/merge-patch+json";

function step(dice: Dice, kind: Kind, first: boolean, body: Body): Step {
  const manager = dice.pick("alice", "bob", "kubectl", "carol");
  const base = (namespace: string): string => `${kind.prefix}/namespaces/${namespace}/${kind.plural}`;
  const one = (note: string, contentType: string, content: unknown, tail = "", query = ""): Step => {
    return (namespace) => ({
      note: `${note} by ${manager}`,
      method: note === "put" ? "PUT" : "PATCH",
      path: `${base(namespace)}/x${tail}?fieldManager=${manager}${query}`,
      contentType,
      body: content,
    });
  };
  if (first && dice.roll(2) === 1)
    return (namespace) => ({
      note: `create by ${manager}`,
      method: "POST",
      path: `${base(namespace)}?fieldManager=${manager}`,
      contentType: "application/json",
      body,
    });
  const chance = first ? 0 : dice.roll(10);
  const { metadata, kind: _, apiVersion: __, ...rest } = body;
  const patch = { ...rest, metadata: { ...(metadata as object), name: "x" } };
  if (chance < 3) return one("apply", apply, body);
  if (chance < 6) return one("apply with force", apply, body, "", "&force=true");
  if (chance === 6 && !kind.custom) return one("put", "application/json", body);
  if (chance === 7 && !kind.custom) return one("strategic", "application/strategic-merge-patch+json", patch);
  if (chance === 8 && kind.status !== null) {
    const status = { status: kind.status(dice) };
    if (dice.roll(2) === 1) return one("status", merge, status, "/status");
    const head = { apiVersion: body["apiVersion"], kind: body["kind"], metadata: { name: "x" } };
    return one("apply status", apply, { ...head, ...status }, "/status", "&force=true");
  }
  return one("merge", merge, patch);
}
