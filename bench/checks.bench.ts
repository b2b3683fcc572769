/**
 * Policy checks over a generated cluster of policies, services and workloads: all of it, beside parsing the same objects from
 * JSON; and after a change of one object, beside checking everything again.
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

/** The world with other lists, its inventory as it was: what a watch gives after one object changed. */
function withObjects(world: CheckWorld, objects: readonly Manifest[]): CheckWorld {
  const lists = Map.groupBy(objects, manifestKindKey);
  return { ...world, objects: (kind) => lists.get(kind) ?? [] };
}

export async function* run(size: number): AsyncGenerator<Figure> {
  const name = "checks";
  const objects = generated(size);
  const text = JSON.stringify(objects);
  const world = offlineWorld(objects, { rootNamespace: "istio-system", complete: true });
  const [whole, parsed, change, again]: [number[], number[], number[], number[]] = [[], [], [], []];
  const worked: number[] = [];
  const engine = new ChecksEngine();
  const found = engine.check(world).length;
  for (let round = 0; round < ROUNDS; round++) {
    parsed.push(await timed(async () => JSON.parse(text)));
    whole.push(await timed(async () => new ChecksEngine().check(world)));
    for (const kind of ["VirtualService", "DestinationRule", "AuthorizationPolicy", "PeerAuthentication"]) {
      const at = objects.findIndex((each) => each.kind === kind);
      const [old] = objects.slice(at, at + 1);
      if (old === undefined) continue;
      const now = withObjects(
        world,
        objects.with(at, { ...old, metadata: { ...old.metadata, labels: { round: `${round}` } } }),
      );
      const before = process.cpuUsage();
      change.push(await timed(async () => engine.check(now)));
      const { user, system } = process.cpuUsage(before);
      worked.push((user + system) / 1000);
      again.push(await timed(async () => new ChecksEngine().check(now)));
    }
  }
  yield { name, size: objects.length, metric: "whole", value: median(whole), unit: "ms", baseline: median(parsed) };
  yield {
    name,
    size: objects.length,
    metric: "one change",
    value: median(change),
    unit: "ms",
    baseline: median(again),
  };
  yield {
    name,
    size: objects.length,
    metric: "one change, slowest",
    value: Math.max(...change),
    unit: "ms",
    baseline: Math.max(...again),
  };
  yield { name, size: objects.length, metric: "one change, processor", value: median(worked), unit: "ms" };
  yield { name, size: objects.length, metric: "findings", value: found, unit: "1" };
}
