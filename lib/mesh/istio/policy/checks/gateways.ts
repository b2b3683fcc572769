/** Istio's Gateways: servers that stand in each other's way, and what they need to be reached. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { labelsAt, labelText } from "../lookup.ts";
import { byAge, isObject, listAt, namespaceOf, numberAt, objectAt, textAt, textsAt } from "../routing/json.ts";
import { GATEWAY } from "./docs.ts";
import { type Draft, type Family } from "./family.ts";
import { type Model, push } from "./model.ts";

const KIND = "Gateway.networking.istio.io";

interface Server {
  readonly gateway: Manifest;
  readonly index: number;
  readonly port: number;
  readonly bind: string;
  readonly selector: string;
  /** As they count: `namespace/host` for one namespace's routes, else the host alone. */
  readonly hosts: readonly string[];
  /** HTTP, HTTP2, gRPC without TLS of the port's own. */
  readonly plain: boolean;
  /** `tls` is said, be it for the redirect to HTTPS alone. */
  readonly tls: boolean;
  readonly credential: string | null;
}

/** Compared with at most so many others of one host and port. */
const COMPARED = 20;
const PLAIN = new Set("HTTP HTTP2 HTTP_PROXY GRPC GRPC-WEB".split(" "));

/** A server's host as it counts; `./host` is for the Gateway's own namespace. */
function placed(host: string, gateway: Manifest): string {
  const plain = host.toLowerCase();
  if (plain.startsWith("./")) return `${namespaceOf(gateway)}/${plain.slice(2)}`;
  return plain.startsWith("*/") ? plain.slice(2) : plain;
}

const sortedText = (labels: Readonly<Record<string, string>>): string =>
  labelText(Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))));

const servers = (model: Model): readonly Server[] =>
  model
    .objects(KIND)
    .toSorted(byAge)
    .flatMap((gateway) => {
      const selector = sortedText(labelsAt(gateway.spec, "selector") ?? {});
      return listAt(gateway.spec, "servers").map((server, index) => ({
        gateway,
        index,
        selector,
        port: numberAt(objectAt(server, "port"), "number") ?? 0,
        bind: textAt(server, "bind") ?? "",
        hosts: textsAt(server, "hosts").map((each) => placed(each, gateway)),
        plain: PLAIN.has((textAt(objectAt(server, "port"), "protocol") ?? "").toUpperCase()),
        tls: isObject(server["tls"]),
        credential: textAt(objectAt(server, "tls"), "credentialName"),
      }));
    });

/**
 * What happens to the second of two servers of one port and name. istiod merges plaintext HTTP servers of a port; where both
 * say `tls` it drops the second for a host written alike (MergeGateways in pilot/pkg/model/gateway.go), and names that differ
 * by their namespace alone reach the proxy as one server name twice, so that it refuses the listener:
 * https://github.com/istio/istio/issues/17079. The host's namespace says whose routes bind, not who is answered.
 */
function outcome(before: Server, server: Server, alike: boolean): string | null {
  if (before.plain && server.plain && !(before.tls && server.tls)) return null;
  if (alike || !(before.tls && server.tls)) return "the older one counts, and this one is dropped whole";
  return "TLS knows no namespaces, so the proxy refuses the port's whole configuration";
}

function* conflicts(model: Model): Generator<Draft> {
  const claimed = new Map<string, { readonly server: Server; readonly host: string }[]>();
  for (const server of model.table(servers)) {
    let said = false;
    for (const host of new Set(server.hosts)) {
      const name = host.slice(host.indexOf("/") + 1);
      const key = [server.selector, server.port, server.bind, name].join("\n");
      const others = claimed.get(key)?.filter((each) => each.server !== server) ?? [];
      push(claimed, key, { server, host });
      for (const before of said ? [] : others.slice(0, COMPARED)) {
        const what = outcome(before.server, server, before.host === host);
        if (what === null) continue;
        said = true;
        const { gateway, index } = before.server;
        yield {
          code: "gateway-host-twice",
          at: server.gateway,
          path: ["spec", "servers", server.index, "hosts"],
          message: `${namespaceOf(gateway)}/${gateway.metadata.name} opens port ${server.port} for ${name} on the same pods (${server.selector || "all"}): ${what}.`,
          evidence: [{ at: gateway, path: ["spec", "servers", index], text: "the same port and host" }],
          fix: "Give each its own hosts, or keep one.",
        };
        break;
      }
    }
  }
}

/** https://istio.io/latest/docs/ops/common-problems/network-issues/#404-errors-occur-when-multiple-gateways-configured-with-same-tls-certificate */
function* certificates(model: Model): Generator<Draft> {
  const byCredential = new Map<string, Server[]>();
  for (const server of model.table(servers)) {
    if (server.credential !== null) push(byCredential, `${server.selector}\n${server.credential}`, server);
  }
  for (const list of byCredential.values()) {
    const [first, ...others] = list;
    for (const server of new Map(others.map((each) => [each.gateway, each])).values()) {
      if (first === undefined || server.gateway === first.gateway) continue;
      yield {
        code: "certificate-in-several-gateways",
        at: server.gateway,
        path: ["spec", "servers", server.index, "tls", "credentialName"],
        message: `${namespaceOf(first.gateway)}/${first.gateway.metadata.name} uses certificate ${server.credential} on the same pods: browsers reuse one HTTP/2 connection for both hosts and get 404.`,
        evidence: [{ at: first.gateway, path: ["spec", "servers", first.index, "tls"], text: "the same certificate" }],
        fix: "Put the hosts of one certificate into one Gateway.",
      };
    }
  }
}

function* reach(gateway: Manifest, model: Model): Generator<Draft> {
  const labels = labelsAt(gateway.spec, "selector") ?? {};
  if (Object.keys(labels).length === 0) return;
  const pods = model.workloadsWith(labels, null);
  if (pods.length === 0) {
    if (!model.knows("Workload", null)) return;
    yield {
      code: "gateway-without-pods",
      at: gateway,
      path: ["spec", "selector"],
      message: `No workload carries ${labelText(labels)}: the ports are opened nowhere.`,
      fix: "Write the labels of the gateway's pods.",
    };
    return;
  }
  const services = pods.flatMap((pod) => pod.services.flatMap((name) => model.service(pod.namespace, name) ?? []));
  const targets = new Set(
    services.flatMap(({ ports }) => ports.flatMap((each) => [each.port, each.targetPort ?? each.port])),
  );
  // A named port may be any number: then it can't be told.
  const told = services.length > 0 && ![...targets].some((each) => typeof each === "string");
  for (const [i, server] of listAt(gateway.spec, "servers").entries()) {
    const port = numberAt(objectAt(server, "port"), "number");
    if (told && port !== null && !targets.has(port)) {
      const [service] = services;
      yield {
        code: "gateway-port-not-on-service",
        at: gateway,
        path: ["spec", "servers", i, "port", "number"],
        message: `No service of the gateway's pods has or leads to port ${port} (there are ${[...targets].slice(0, 6).join(", ")}).`,
        evidence: service
          ? [{ at: model.core("Service", service.namespace, service.name), path: ["spec", "ports"], text: "its ports" }]
          : [],
        namespaces: services.map((each) => each.namespace),
        fix: "Open one of those ports, or add it to the service.",
      };
    }
  }
}

export const gateways: Family = {
  rules: {
    "gateway-host-twice": {
      also: ["KIA0301", "IST0145"],
      severity: "error",
      when: "Two servers open one port for one host on the same pods, and aren't merged. Plaintext HTTP servers are, and nothing is reported.",
      docs: GATEWAY,
    },
    "gateway-without-pods": {
      also: ["KIA0302", "IST0101"],
      severity: "warning",
      when: "A Gateway's selector takes no workload.",
      docs: GATEWAY,
    },
    "certificate-in-several-gateways": {
      also: ["IST0138"],
      severity: "warning",
      when: "Two Gateways of the same pods use one certificate.",
      docs: GATEWAY,
    },
    "gateway-port-not-on-service": {
      also: ["IST0162"],
      severity: "warning",
      when: "No service of the gateway's pods has, or leads to, a server's port.",
      docs: GATEWAY,
    },
  },
  parts: [
    { reads: [KIND], all: conflicts },
    { reads: [KIND], all: certificates },
    { of: [KIND], reads: ["inventory"], each: reach },
  ],
};
