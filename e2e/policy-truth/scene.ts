/** One workload with the policies that its requests meet; a batch has many, each in a namespace of its own. */
import { PROVIDER } from "./authorizer.ts";
import type { Chance } from "./chance.ts";
import { authorizationPolicy, peerAuthentication, requestAuthentication, type Wanted } from "./policies.ts";
import { PROVIDERS } from "./settings.ts";
import type { Signer } from "./tokens.ts";
import { PORTS, ROOT } from "./vocabulary.ts";

export interface Scene {
  readonly namespace: string;
  /** The pod's address on loopback. */
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly policies: readonly Wanted[];
}

/** `index`: up to 16,000 of them. */
export function scene(from: Chance, index: number, keys: Signer): Scene {
  const namespace = `n${index}`;
  const group = `g${index % GROUPS}`;
  const some = (least: number, most: number, make: (name: string) => Wanted): readonly Wanted[] =>
    Array.from({ length: from.number(least, most) }, (_, at) => make(`p${at}`));
  return {
    ...{ namespace, ip: `127.64.${index >> 7}.${(index & 127) + 1}`, labels: { app: "w", group } },
    policies: [
      ...some(0, 3, (name) => authorizationPolicy(from, namespace, group, name)),
      ...some(0, from.is(0.6) ? 1 : 0, (name) => requestAuthentication(from, namespace, group, name, keys)),
      ...(from.is(0.4) ? [peerAuthentication(from, namespace, false, "default")] : []),
      ...(from.is(0.4) ? [peerAuthentication(from, namespace, true, "own")] : []),
    ],
  };
}

const GROUPS = 8;

/** What the root namespace says to some groups, and to the whole mesh. */
export function rootPolicies(from: Chance, keys: Signer): readonly Wanted[] {
  return [
    ...(from.is(0.7) ? [peerAuthentication(from, ROOT, false, "mesh")] : []),
    authorizationPolicy(from, ROOT, "g1", "one"),
    authorizationPolicy(from, ROOT, "g2", "two"),
    requestAuthentication(from, ROOT, "g3", "three", keys),
  ];
}

/** Some ask external authorizers: one that is there, one that isn't, or several. */
export function customPolicies(from: Chance, { namespace, labels }: Scene): readonly Wanted[] {
  const asked = (): readonly string[] =>
    from.is(0.6) ? [PROVIDER] : from.some([...PROVIDERS.known, ...PROVIDERS.unknown], 1, 2);
  const names = from.is(0.6) ? asked() : [];
  return names.map((name, at) => {
    const { spec, ...rest } = authorizationPolicy(from, namespace, labels["group"] ?? "", `c${at}`);
    return { ...rest, spec: { ...spec, action: "CUSTOM", provider: { name } } };
  });
}

/** The Service that names three of the workload's ports, for its own namespace alone: pushes stay small. */
export const service = (namespace: string): object => ({
  ...{ apiVersion: "v1", kind: "Service" },
  metadata: { name: "w", namespace, annotations: { "networking.istio.io/exportTo": "." } },
  spec: {
    selector: { app: "w" },
    ports: [
      { name: "http-first", port: PORTS.first },
      { name: "http-second", port: PORTS.second },
      { name: "tcp-bytes", port: PORTS.bytes },
    ],
  },
});
