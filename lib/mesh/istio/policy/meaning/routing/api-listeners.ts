/**
 * Listeners of the Gateway API's Gateways as servers of a proxy. The proxy is the one that istiod made for the Gateway, or, where the
 * Gateway names a Service by its address, one behind that. Whether its certificates are there isn't looked at.
 * (pilot/pkg/config/kube/gateway/gateway_collection.go, conversion.go) https://gateway-api.sigs.k8s.io/reference/spec/#listener
 */
import { kindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { GATEWAY_API } from "../../kinds.ts";
import { named } from "../../lookup.ts";
import { listAt, mapAt, namespaceOf, numberAt, objectAt, specOf, textAt, textsAt } from "../../routing/json.ts";
import { listensOn, type Server } from "./server.ts";
import type { GatewayProxy, GatewayWorld } from "./world.ts";

export function apiGateways(proxy: GatewayProxy, world: GatewayWorld): readonly Manifest[] {
  const made = proxy.labels[`${GATEWAY_API}/gateway-name`];
  return world
    .objects(kindKey({ group: GATEWAY_API, kind: "Gateway" }))
    .filter((gateway) => namespaceOf(gateway) === proxy.namespace)
    .filter((gateway) => {
      const [address] = listAt(specOf(gateway), "addresses");
      if (address === undefined || (textAt(address, "type") ?? "IPAddress") === "IPAddress")
        return gateway.metadata.name === made;
      const hosts = listAt(specOf(gateway), "addresses").map((each) => textAt(each, "value") ?? "");
      return hosts.some((host) => proxy.services.includes(host.split(".")[0] ?? ""));
    });
}

/** A text: what isn't known of it. */
export function listenerOf(
  gateway: Manifest,
  index: number,
  listener: JsonObject,
  proxy: GatewayProxy,
  world: GatewayWorld,
): Server | string {
  const name = `${namespaceOf(gateway)}/${gateway.metadata.name}`;
  const port = numberAt(listener, "port");
  if (port === null) return `the port of listener ${index} of Gateway ${name}`;
  const listens = listensOn(port, proxy, world);
  if (listens === null) return `which port of the pods stands behind port ${port} of the gateway’s Services`;
  const allowed = allowedBy(gateway, listener, world);
  if (typeof allowed === "string") return allowed;
  const protocol = textAt(listener, "protocol");
  const passes = textAt(objectAt(listener, "tls"), "mode") === "Passthrough";
  return {
    ...{ gateway, path: ["spec", "listeners", index], name, port, listens, redirects: false },
    reads: protocol === "HTTP" ? "http" : protocol === "HTTPS" && !passes ? "https" : "bytes",
    tls:
      protocol === "HTTP" || (protocol === "HTTPS" && !passes)
        ? null
        : passes
          ? "passes"
          : protocol === "TLS"
            ? "ends"
            : "none",
    hosts: [{ namespace: null, host: (textAt(listener, "hostname") || "*").toLowerCase() }],
    listener: { listener, namespaces: allowed },
  };
}

/** Namespaces whose routes it takes; null: all; a text: what isn't known. */
function allowedBy(
  gateway: Manifest,
  listener: JsonObject,
  { inventory }: GatewayWorld,
): readonly string[] | null | string {
  const namespaces = objectAt(listener["allowedRoutes"], "namespaces");
  const from = textAt(namespaces, "from") ?? "Same";
  if (from === "All") return null;
  if (from !== "Selector") return [namespaceOf(gateway)];
  const selector = objectAt(namespaces, "selector");
  const expressions = listAt(selector, "matchExpressions");
  const known = expressions.every((each) =>
    ["In", "NotIn", "Exists", "DoesNotExist"].includes(textAt(each, "operator") ?? ""),
  );
  if (!known) return `which namespaces a listener of Gateway ${namespaceOf(gateway)}/${gateway.metadata.name} selects`;
  return [...inventory.namespaces.values()]
    .filter(({ name, labels }) => selects(selector, { "kubernetes.io/metadata.name": name, ...labels }))
    .map(({ name }) => name);
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements */
function selects(selector: JsonObject, labels: Readonly<Record<string, string>>): boolean {
  const plain = Object.entries(mapAt(selector, "matchLabels")).every(([key, value]) => labels[key] === value);
  return (
    plain &&
    listAt(selector, "matchExpressions").every((each) => {
      const value = labels[textAt(each, "key") ?? ""];
      const among = value !== undefined && textsAt(each, "values").includes(value);
      const operator = textAt(each, "operator");
      if (operator === "In") return among;
      if (operator === "NotIn") return !among;
      return (value !== undefined) === (operator === "Exists");
    })
  );
}

/** Listeners that other objects add to one of these. */
export const listenerSetsOf = (gateways: readonly Manifest[], world: GatewayWorld): readonly string[] =>
  world
    .objects("ListenerSet")
    .filter((set) => {
      const to = named(objectAt(specOf(set), "parentRef"), {
        group: GATEWAY_API,
        kind: "Gateway",
        namespace: namespaceOf(set),
      });
      return gateways.some((each) => each.metadata.name === to.name && namespaceOf(each) === to.namespace);
    })
    .slice(0, 1)
    .map(() => "what ListenerSets of the Gateway open: they aren’t worked out yet");
