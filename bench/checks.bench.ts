/**
 * Policy checks over a generated cluster of policies, services and workloads: all of it, beside parsing the same objects from
 * JSON; and after a change of one object (a policy, a Service, a workload, a Namespace), beside checking everything again.
 * Where the project has set itself a limit, that is a `baseline` too.
 */
import { ChecksEngine } from "#lib/mesh/istio/policy/checks/engine.ts";
import { offlineWorld } from "#lib/mesh/istio/policy/checks/offline.ts";
import type { CheckWorld } from "#lib/policy/finding.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type Figure, median, timed } from "./support/scale.ts";

/** Objects of all kinds together. */
export const sizes = [400, 4000, 10_000] as const;

const ROUNDS = 9;
/** In milliseconds by size: all of it after load, and one change. */
const LIMITS: Readonly<Record<number, { readonly whole: number; readonly change: number }>> = {
  4000: { whole: 1000, change: 50 },
};
/** Of each service: itself, two workloads, and these policies. */
const PER_SERVICE = 8;

function object(apiVersion: string, kind: string, namespace: string, name: string, spec: unknown): Manifest {
  return { apiVersion, kind, metadata: { namespace, name }, spec } as Manifest;
}

/** One in seven services is broken in some way, as real clusters are. */
function generated(size: number): Manifest[] {
  const services = Math.ceil(size / PER_SERVICE);
  const made: Manifest[] = [];
  for (let i = 0; i < services; i++) {
    const [ns, app] = [`ns-${Math.floor(i / 20)}`, `svc-${i}`];
    if (i % 20 === 0) {
      const metadata = { name: ns, labels: { "istio-injection": "enabled" } };
      made.push({ apiVersion: "v1", kind: "Namespace", metadata });
    }
    const ports = [{ name: "http", port: 80, targetPort: 8080 }];
    made.push(object("v1", "Service", ns, app, { selector: { app }, ports }));
    for (const version of ["v1", "v2"]) {
      const template = { metadata: { labels: { app, version } }, spec: { containers: [{ name: "app" }] } };
      made.push(object("apps/v1", "Deployment", ns, `${app}-${version}`, { template }));
    }
    const subset = i % 7 === 0 ? "v3" : "v1";
    const routes = [
      { destination: { host: app, subset }, weight: 90 },
      { destination: { host: app, subset: "v2" }, weight: 10 },
    ];
    const subsets = ["v1", "v2"].map((name) => ({ name, labels: { version: name } }));
    const networking = "networking.istio.io/v1";
    const security = "security.istio.io/v1";
    const selector = { matchLabels: { app } };
    const from = [{ source: { principals: [`cluster.local/ns/${ns}/sa/default`], namespaces: [ns] } }];
    made.push(
      object(networking, "VirtualService", ns, app, { hosts: [app], http: [{ route: routes }] }),
      object(networking, "DestinationRule", ns, app, { host: app, subsets }),
      object(security, "AuthorizationPolicy", ns, app, { selector, rules: [{ from }] }),
      object(security, "PeerAuthentication", ns, app, { selector, mtls: { mode: "STRICT" } }),
      object("telemetry.istio.io/v1", "Telemetry", ns, app, { selector, metrics: [{}] }),
    );
  }
  return made;
}

type Json = Readonly<Record<string, unknown>>;

/** What is changed, one object each: policies by a label, what runs by something that checks read. */
const CHANGES: readonly (readonly [kind: string, change: (old: Manifest, round: number) => Manifest])[] = [
  ...["VirtualService", "DestinationRule", "AuthorizationPolicy", "PeerAuthentication"].map(
    (kind) => [kind, (old: Manifest, round: number) => labelled(old, { round: `${round}` })] as const,
  ),
  ["Service", (old, round) => withSpec(old, { ports: [{ name: "http", port: 80, targetPort: 8081 + round }] })],
  [
    "Deployment",
    (old, round) => {
      const labels = { app: old.metadata.name.replace(/-v1$/, ""), version: `v${round + 3}` };
      return withSpec(old, { template: { metadata: { labels }, spec: { containers: [{ name: "app" }] } } });
    },
  ],
  ["Namespace", (old, round) => labelled(old, { "istio.io/rev": `r${round}` })],
];

const labelled = (old: Manifest, labels: Readonly<Record<string, string>>): Manifest => ({
  ...old,
  metadata: { ...old.metadata, labels },
});
const withSpec = (old: Manifest, spec: Json): Manifest => ({
  ...old,
  spec: { ...old.spec, ...spec } as NonNullable<Manifest["spec"]>,
});

/** Kinds that the inventory is made of: a change of one makes another inventory. */
const RUNNING: ReadonlySet<string> = new Set(["Service", "Deployment", "Namespace"]);

const worldOf = (objects: readonly Manifest[]): CheckWorld =>
  offlineWorld(objects, { rootNamespace: "istio-system", complete: true });

/** The world with other lists, its inventory as it was unless that is what changed: what a watch gives after one object changed. */
function changed(world: CheckWorld, objects: readonly Manifest[], kind: string): CheckWorld {
  if (RUNNING.has(kind)) return worldOf(objects);
  const lists = Map.groupBy(objects, manifestKindKey);
  return { ...world, objects: (key) => lists.get(key) ?? [] };
}

/** Processor time of work, in milliseconds: a busy machine doesn't stretch it. */
async function worked(work: () => void): Promise<{ readonly wall: number; readonly processor: number }> {
  const before = process.cpuUsage();
  const wall = await timed(async () => work());
  const { user, system } = process.cpuUsage(before);
  return { wall, processor: (user + system) / 1000 };
}

export async function* run(size: number): AsyncGenerator<Figure> {
  const objects = generated(size);
  const text = JSON.stringify(objects);
  const world = worldOf(objects);
  const [whole, parsed]: [number[], number[]] = [[], []];
  const changes = CHANGES.map(([kind, change]) => ({
    kind,
    change,
    took: [] as number[],
    again: [] as number[],
    busy: [] as number[],
  }));
  const engine = new ChecksEngine();
  const found = engine.check(world).length;
  for (let round = 0; round < ROUNDS; round++) {
    parsed.push(await timed(async () => JSON.parse(text)));
    whole.push(await timed(async () => new ChecksEngine().check(world)));
    for (const { kind, change, took, again, busy } of changes) {
      const at = objects.findIndex((each) => each.kind === kind);
      const [old] = objects.slice(at, at + 1);
      if (old === undefined) throw new Error(`There is no ${kind}.`);
      const now = changed(world, objects.with(at, change(old, round)), kind);
      const once = await worked(() => engine.check(now));
      took.push(once.wall);
      busy.push(once.processor);
      again.push(await timed(async () => new ChecksEngine().check(now)));
      // Back, so that each change is one of one object.
      engine.check(world);
    }
  }
  const figure = (metric: string, value: number, unit: string, baseline?: number): Figure => ({
    ...{ name: "checks", size: objects.length, metric, value, unit },
    ...(baseline === undefined ? {} : { baseline }),
  });
  const [all, anew] = [changes.flatMap(({ took }) => took), changes.flatMap(({ again }) => again)];
  const limit = LIMITS[size];
  yield figure("whole, beside parsing", median(whole), "ms", median(parsed));
  yield figure("whole, beside the limit", median(whole), "ms", limit?.whole);
  yield figure("one change, beside checking anew", median(all), "ms", median(anew));
  for (const { kind, took, busy } of changes) {
    yield figure(`one ${kind} changed`, median(took), "ms", limit?.change);
    yield figure(`one ${kind} changed, processor`, median(busy), "ms", limit?.change);
  }
  yield figure("one change, slowest", Math.max(...all), "ms", limit?.change);
  yield figure("findings", found, "1");
}
