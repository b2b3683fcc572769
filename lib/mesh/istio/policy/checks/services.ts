/** Services: what their ports are called, and what stands behind them. */
import type { Service, Workload } from "#lib/inventory/model.ts";
import { PROTOCOLS, REQUIREMENTS } from "./docs.ts";
import { type Draft, type Family, rulesOf } from "./family.ts";
import { type Model, push } from "./model.ts";

/** https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/#explicit-protocol-selection */
const NAMES = new Set("grpc grpc-web http http2 http-proxy https hbone mongo mysql redis tcp tls udp".split(" "));
/** Names of https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol that Istio takes too. */
const APP_PROTOCOLS = new Set([...NAMES, ...["h2c", "ws", "wss"].map((each) => `kubernetes.io/${each}`)]);

type Port = Service["ports"][number];
const protocolOf = ({ name }: Port): string => (name ?? "").toLowerCase().split("-")[0] ?? "";
const known = ({ name }: Port): boolean =>
  NAMES.has(protocolOf({ name } as Port)) || /^(grpc-web|http-proxy)(-|$)/.test(name ?? "");

/** Whether the mesh has anything to do with it; unknown counts as yes. */
function meshed(service: Service, model: Model): boolean {
  const workloads = service.workloads.flatMap((name) => model.workload(service.namespace, name) ?? []);
  return workloads.length === 0 || workloads.some(({ mesh }) => mesh !== null);
}

function* names(service: Service, model: Model): Generator<Draft> {
  const at = model.core("Service", service.namespace, service.name);
  for (const [i, port] of service.ports.entries()) {
    const path = ["spec", "ports", i];
    if (port.protocol === "UDP") continue;
    if (port.appProtocol !== null) {
      const plain = port.appProtocol.toLowerCase();
      if (APP_PROTOCOLS.has(plain) || (plain.includes("/") && !plain.startsWith("kubernetes.io/"))) continue;
      yield {
        code: "app-protocol-unknown",
        at,
        path: [...path, "appProtocol"],
        message: `Istio knows no protocol ${port.appProtocol} (port ${port.port}): proxies guess it from the first bytes, or take TCP.`,
        fix: "Write one that Istio knows: http, http2, grpc, https, tls, tcp, mongo, mysql or redis.",
      };
    } else if (!known(port)) {
      yield {
        code: "port-name-without-protocol",
        at,
        path: [...path, "name"],
        message: `Port ${port.port} is called ${port.name ?? "nothing"}, which says no protocol: proxies guess it from the first bytes, which fails where the server speaks first.`,
        fix: "Set appProtocol, or begin the name with the protocol: http-web, tcp-db.",
      };
    }
    if (service.externalName !== undefined && (port.name === null || /^tcp(-|$)/.test(port.name))) {
      yield {
        code: "external-name-as-tcp",
        at,
        path: [...path, "name"],
        message: `An ExternalName service's port ${port.port} is TCP by its name: proxies then take that port of all destinations.`,
        fix: "Say the protocol that is really spoken, or use a ServiceEntry.",
      };
    }
  }
}

function* behind(workload: Workload, model: Model): Generator<Draft> {
  const services = workload.services.flatMap((name) => model.service(workload.namespace, name) ?? []);
  const byPort = new Map<number, { service: Service; protocol: string }[]>();
  const byTarget = new Map<string, { service: Service; port: number }[]>();
  for (const service of services) {
    for (const port of service.ports) {
      const protocol = port.appProtocol?.toLowerCase() ?? (known(port) ? protocolOf(port) : "");
      push(byPort, port.port, { service, protocol });
      push(byTarget, `${port.protocol} ${port.targetPort ?? port.port}`, { service, port: port.port });
    }
  }
  const at = model.workloadRef(workload);
  const named = (list: readonly { readonly service: Service }[]) =>
    list.map(({ service }) => ({
      at: model.core("Service", service.namespace, service.name),
      path: ["spec", "ports"],
      text: "selects it",
    }));
  for (const [port, list] of byPort) {
    if (new Set(list.map(({ service }) => service)).size < 2 || new Set(list.map(({ protocol }) => protocol)).size < 2)
      continue;
    const said = list.map(({ service, protocol }) => `${service.name}: ${protocol || "unsaid"}`);
    yield {
      code: "port-protocols-differ",
      at,
      path: [],
      message: `Several services lead port ${port} to it with different protocols (${said.slice(0, 6).join(", ")}): proxies take one of them.`,
      evidence: named(list.slice(0, 6)),
      fix: "Give the port the same protocol in all of them.",
    };
  }
  for (const [target, list] of byTarget) {
    const ports = new Set(list.map(({ port }) => port));
    if (new Set(list.map(({ service }) => service)).size < 2 || ports.size < 2) continue;
    yield {
      code: "target-port-shared",
      at,
      path: [],
      message: `Services lead different ports (${[...ports].slice(0, 6).join(", ")}) to its one port ${target.split(" ")[1]}.`,
      evidence: named(list.slice(0, 6)),
      fix: "Lead the same port of all services there, or give the workload a port each.",
    };
  }
}

/** Added by the injector, so no template declares it. */
const OF_PROXY = "http-envoy-prom/TCP";

/**
 * Of numbers, who declares none says nothing: they are for information. A name leads nowhere unless a container of that name
 * and protocol declares it. https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports
 * Gateways open what their listeners say, whatever they declare.
 */
function* containers(model: Model): Generator<Draft> {
  for (const workload of model.workloads) {
    const { namespace, template, dataplane } = workload;
    if (template === undefined || dataplane === "gateway" || dataplane === "waypoint") continue;
    for (const name of workload.services) {
      const service = model.service(namespace, name);
      if (service !== undefined) yield* undeclared(service, workload, template.ports ?? [], model);
    }
  }
}

function* undeclared(
  service: Service,
  workload: Workload,
  ports: NonNullable<NonNullable<Workload["template"]>["ports"]>,
  model: Model,
): Generator<Draft> {
  for (const [i, port] of service.ports.entries()) {
    const target = port.targetPort ?? port.port;
    const wanted = typeof target === "number" ? target : `${target}/${port.protocol}`;
    if (ports.includes(wanted) || wanted === OF_PROXY || (typeof target === "number" && ports.length === 0)) continue;
    const protocol = typeof target === "number" ? "" : ` of ${port.protocol}`;
    yield {
      code: "service-port-not-in-pods",
      at: model.core("Service", service.namespace, service.name),
      path: ["spec", "ports", i],
      message: `Port ${port.port} leads to ${target}${protocol}, which no container of ${workload.kind} ${workload.name} declares.`,
      evidence: [
        { at: model.workloadRef(workload), path: ["spec", "template", "spec", "containers"], text: "its ports" },
      ],
      fix: "Correct targetPort, or declare the port in the container.",
    };
  }
}

/** https://istio.io/latest/docs/setup/install/multicluster/ : a service is one over all clusters, so it must be alike. */
function* elsewhere(service: Service, model: Model): Generator<Draft> {
  const shape = ({ ports, headless }: Service) =>
    JSON.stringify([
      headless,
      ports
        .map((each) => [each.port, each.protocol, each.name, each.appProtocol])
        .sort(([a], [b]) => Number(a) - Number(b)),
    ]);
  for (const inventory of model.world.elsewhere) {
    const other = inventory.services.get(`${service.namespace}/${service.name}`);
    if (other === undefined || shape(other) === shape(service)) continue;
    yield {
      code: "service-differs-between-clusters",
      at: model.core("Service", service.namespace, service.name),
      path: ["spec"],
      message: `Its ports, their names or headlessness aren't the same in cluster ${inventory.cluster}: the mesh takes it for one service and follows one of the two.`,
      evidence: [
        {
          at: { ...model.core("Service", service.namespace, service.name), cluster: inventory.cluster },
          path: ["spec"],
          text: "the other one",
        },
      ],
      fix: "Make them alike.",
    };
    return;
  }
}

const rule = rulesOf(PROTOCOLS);

function* all(model: Model): Generator<Draft> {
  for (const service of model.services) {
    yield* elsewhere(service, model);
    if (meshed(service, model)) yield* names(service, model);
  }
  for (const workload of model.workloads) if (workload.services.length > 1) yield* behind(workload, model);
}

export const services: Family = {
  rules: {
    "port-name-without-protocol": rule(
      ["KIA0601", "IST0118"],
      "info",
      "A service's port says its protocol neither by its name nor by appProtocol.",
    ),
    "app-protocol-unknown": rule(["KIA0602"], "warning", "appProtocol is none that Istio knows."),
    "external-name-as-tcp": rule(["IST0150"], "warning", "A port of an ExternalName service is TCP or has no name."),
    "port-protocols-differ": rule(
      ["IST0116"],
      "warning",
      "Services lead one port with different protocols to a workload.",
      REQUIREMENTS,
    ),
    "target-port-shared": rule(
      ["IST0137"],
      "warning",
      "Services lead different ports to one port of a workload.",
      REQUIREMENTS,
    ),
    "service-port-not-in-pods": rule(
      ["KIA0701"],
      "warning",
      "A service's port leads to none that its pods declare. Who declares no ports at all lacks those with a name alone; gateways lack none.",
      REQUIREMENTS,
    ),
    "service-differs-between-clusters": rule(
      ["IST0170"],
      "warning",
      "A service isn't the same in two clusters.",
      REQUIREMENTS,
    ),
  },
  parts: [
    { reads: ["inventory"], all },
    { reads: ["inventory"], all: containers },
  ],
};
