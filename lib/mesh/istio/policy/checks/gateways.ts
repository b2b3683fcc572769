/** Istio's Gateways: servers that stand in each other's way, and what they need to be reached. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { labelsAt, labelText } from "../lookup.ts";
import { byAge, listAt, namespaceOf, numberAt, objectAt, textAt, textsAt } from "../routing/json.ts";
import { GATEWAY } from "./docs.ts";
import { type Draft, type Family } from "./family.ts";
import { type Model, push } from "./model.ts";

const KIND = "Gateway.networking.istio.io";

interface Server {
  readonly gateway: Manifest;
  readonly index: number;
  readonly port: number;
  readonly selector: string;
  readonly hosts: readonly string[];
  readonly credential: string | null;
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
        hosts: textsAt(server, "hosts").map((each) => each.slice(each.indexOf("/") + 1).toLowerCase()),
        credential: textAt(objectAt(server, "tls"), "credentialName"),
      }));
    });

function* conflicts(model: Model): Generator<Draft> {
  const claimed = new Map<string, Server>();
  for (const server of model.table(servers)) {
    for (const host of new Set(server.hosts)) {
      const key = [server.selector, server.port, host].join("\n");
      const before = claimed.get(key);
      if (before === undefined) {
        claimed.set(key, server);
        continue;
      }
      if (before.gateway === server.gateway && before.index === server.index) continue;
      yield {
        code: "gateway-host-twice",
        at: server.gateway,
        path: ["spec", "servers", server.index, "hosts"],
        message: `${namespaceOf(before.gateway)}/${before.gateway.metadata.name} opens port ${server.port} for ${host} on the same pods (${server.selector || "all"}): only one of the two servers counts.`,
        evidence: [{ at: before.gateway, path: ["spec", "servers", before.index], text: "the same port and host" }],
        fix: "Give each its own hosts, or keep one.",
      };
      break;
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
        fix: "Open one of those ports, or add it to the service.",
      };
    }
    const credential = textAt(objectAt(server, "tls"), "credentialName");
    const homes = [...new Set(pods.map(({ namespace }) => namespace))].filter((each) => model.knows("Secret", each));
    const home = homes.find((each) => credential !== null && !model.find("Secret", each, credential));
    if (credential !== null && home !== undefined) {
      yield {
        code: "gateway-credential-unknown",
        at: gateway,
        path: ["spec", "servers", i, "tls", "credentialName"],
        message: `Secret ${credential} isn't in ${home}, where the gateway's pods are: TLS fails there.`,
        namespaces: [home],
        fix: "Create the Secret in the namespace of the gateway's pods.",
      };
    }
  }
}

export const gateways: Family = {
  rules: {
    "gateway-host-twice": {
      also: ["KIA0301", "IST0145"],
      severity: "error",
      when: "Two servers open one port for one host on the same pods.",
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
    "gateway-credential-unknown": {
      also: ["IST0161", "IST0101"],
      severity: "error",
      when: "A server's Secret isn't in the namespace of the gateway's pods. Only where Secrets are read: in files.",
      docs: GATEWAY,
    },
  },
  parts: [
    { reads: [KIND], all: conflicts },
    { reads: [KIND], all: certificates },
    { of: [KIND], reads: ["Secret", "inventory"], each: reach },
  ],
};
