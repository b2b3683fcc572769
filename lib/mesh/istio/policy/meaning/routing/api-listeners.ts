/**
 * Listeners of the Gateway API's Gateways as servers of a proxy. The proxy is the one that istiod made for the Gateway, or, where the
 * Gateway names a Service by its address, one behind that. Whether its certificates are there isn't looked at.
 * (pilot/pkg/config/kube/gateway/gateway_collection.go, conversion.go) https://gateway-api.sigs.k8s.io/reference/spec/#listener
 */
import { kindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { GATEWAY_API } from "../../kinds.ts";
import { listAt, namespaceOf, numberAt, objectAt, specOf, textAt } from "../../routing/json.ts";
import { letIn } from "./api-namespaces.ts";
import { type Found, listensOn, unknownPort } from "./server.ts";
import type { GatewayProxy, GatewayWorld } from "./world.ts";

export function apiGateways(proxy: GatewayProxy, world: GatewayWorld): readonly Manifest[] {
  const made = proxy.labels[`${GATEWAY_API}/gateway-name`];
  return world
    .objects(kindKey({ group: GATEWAY_API, kind: "Gateway" }))
    .filter((gateway) => namespaceOf(gateway) === proxy.namespace)
    .filter((gateway) => {
      if (isMade(gateway)) return gateway.metadata.name === made;
      const hosts = listAt(specOf(gateway), "addresses").map((each) => textAt(each, "value") ?? "");
      return hosts.some((host) => proxy.services.includes(host.split(".")[0] ?? ""));
    });
}

/** Whether istiod made a proxy for it: it names no Service by its address. (IsManaged) */
export function isMade(gateway: Manifest): boolean {
  const [address, ...others] = listAt(specOf(gateway), "addresses");
  return others.length === 0 && (address === undefined || (textAt(address, "type") ?? "IPAddress") === "IPAddress");
}

/** Of a Gateway or a ListenerSet. */
export function listenerOf(
  gateway: Manifest,
  index: number,
  listener: JsonObject,
  proxy: GatewayProxy,
  world: GatewayWorld,
): Found {
  const name = `${namespaceOf(gateway)}/${gateway.metadata.name}`;
  const called = `listener ${index} of ${gateway.kind} ${name}`;
  const written = numberAt(listener, "port");
  const port = written ?? 0;
  const listens = listensOn(port, proxy, world);
  const namespaces = letIn(objectAt(listener["allowedRoutes"], "namespaces"), namespaceOf(gateway), world, "Same");
  const protocol = textAt(listener, "protocol");
  const passes = textAt(objectAt(listener, "tls"), "mode") === "Passthrough";
  const server: Found["server"] = {
    ...{ gateway, path: ["spec", "listeners", index], name, port, listens: listens ?? port, redirects: false },
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
    // Of those that it perhaps lets in all are asked for.
    listener: { listener, namespaces: namespaces ?? null },
  };
  const lacks =
    written === null
      ? `the port of ${called}`
      : listens === null
        ? unknownPort(port)
        : namespaces === undefined
          ? `which namespaces ${called} selects`
          : null;
  return { server, lacks };
}
