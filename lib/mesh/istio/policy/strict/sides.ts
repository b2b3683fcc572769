/** The objects as they are, and as they would be once every namespace of the scope demands mutual TLS. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { type ImpactWorld, Side, type Sides } from "../impact/sides.ts";
import { peerPolicies } from "../meaning/inbound-mtls.ts";
import { specOf } from "../routing/json.ts";

/** The end of the path, in one step: so that each pair is decided once, whatever the number of namespaces. */
export function strictSides(world: ImpactWorld, namespaces: ReadonlySet<string>): Sides {
  const objects = world.objects("PeerAuthentication");
  const { mesh, namespaces: own } = peerPolicies(objects, world.rootNamespace);
  const turned = new Map<Manifest, Manifest>();
  const added: Manifest[] = [];
  for (const namespace of namespaces) {
    const there = namespace === world.rootNamespace ? mesh : own.get(namespace);
    if (there) turned.set(there, { ...there, spec: { ...specOf(there), mtls: { mode: "STRICT" } } });
    else added.push(demanding(namespace));
  }
  const ours = new Set([...turned.values(), ...added]);
  const told = { ...world, sees: (manifest: Manifest) => ours.has(manifest) || world.sees(manifest) };
  const after = [...objects.map((each) => turned.get(each) ?? each), ...added];
  return { before: new Side(told, new Map()), after: new Side(told, new Map([["PeerAuthentication", after]])) };
}

const demanding = (namespace: string): Manifest => ({
  apiVersion: "security.istio.io/v1",
  kind: "PeerAuthentication",
  metadata: { namespace, name: "default" },
  spec: { mtls: { mode: "STRICT" } },
});
