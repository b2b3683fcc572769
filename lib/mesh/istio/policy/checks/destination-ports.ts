/** Ports of destinations, by what the service or the ServiceEntries of the host have. */
import type { Evidence } from "#lib/policy/finding.ts";
import { serviceOfHost } from "../hosts.ts";
import { has, listAt, namespaceOf, numberAt, objectAt } from "../routing/json.ts";
import { type Destination, ofEach, spoken } from "./destinations.ts";
import { VIRTUAL_SERVICE } from "./docs.ts";
import { type Draft, type Family, rulesOf, setting } from "./family.ts";
import type { Model } from "./model.ts";

const SHOWN = 8;

interface Ports {
  readonly numbers: readonly number[];
  readonly from: NonNullable<Draft["evidence"]>;
}

/** All ports that the host has, in order; null: it isn't known whether there are more. */
function portsOf({ vs, full }: Destination, model: Model): Ports | null {
  const named = serviceOfHost(full);
  const service = named && model.service(named.namespace, named.name);
  if (named && !service && !model.knows("Service", named.namespace)) return null;
  if (!model.knows("ServiceEntry", null)) return null;
  const entries = model.entries(full, namespaceOf(vs));
  const numbers = new Set([
    ...(service?.ports.map(({ port }) => port) ?? []),
    ...entries.flatMap(({ spec }) => listAt(spec, "ports").flatMap((port) => numberAt(port, "number") ?? [])),
  ]);
  const at: Evidence["text"] = "its ports";
  return {
    numbers: [...numbers],
    from: [
      ...(service
        ? [{ at: model.core("Service", service.namespace, service.name), path: ["spec", "ports"], text: at }]
        : []),
      ...entries.slice(0, SHOWN).map((entry) => ({ at: entry, path: ["spec", "ports"], text: at })),
    ],
  };
}

/**
 * Without a port calls take the listener's, or the only one that there is (GetDestinationCluster in pilot/pkg/networking/core/route): so
 * naming another one moves calls that pass now. (checkServiceEntryPorts in Istio's pkg/config/analysis/analyzers/virtualservice)
 */
function* ports(to: Destination, model: Model): Generator<Draft> {
  const { vs, path, full, value } = to;
  const known = portsOf(to, model);
  const [first, second] = known?.numbers ?? [];
  if (known === null || first === undefined) return;
  const list = `${known.numbers.slice(0, SHOWN).join(", ")}${known.numbers.length > SHOWN ? ", …" : ""}`;
  const shared = { at: vs, evidence: known.from, namespaces: spoken(full) };
  const port = numberAt(objectAt(value, "port"), "number");
  if (!has(value, "port")) {
    if (second === undefined) return;
    yield {
      ...{ ...shared, code: "destination-port-needed", path: [...path, "host"] },
      message: `${full} has the ports ${list} and the destination names none of them: a call keeps the port by which it came, and fails where the host has no such port.`,
      fix: `Name the port that is meant: one of ${list}.`,
    };
  } else if (port !== null && !known.numbers.includes(port)) {
    const place = [...path, "port", "number"];
    yield {
      ...{ ...shared, code: "destination-port-unknown", path: place },
      message: `${full} has no port ${port} (it has ${list}): calls that come here end in an error.`,
      fix:
        second === undefined ? { text: `Write ${first}.`, edits: [setting(place, first)] } : "Write one of its ports.",
    };
  }
}

const rule = rulesOf(VIRTUAL_SERVICE);

export const destinationPorts: Family = {
  rules: {
    "destination-port-needed": rule(
      ["IST0112"],
      "error",
      "A destination names no port of a service or ServiceEntry that has several.",
    ),
    "destination-port-unknown": rule(
      ["IST0101"],
      "error",
      "A destination names a port that neither the service nor a ServiceEntry of its host has.",
    ),
  },
  parts: [{ of: ["VirtualService"], reads: ["ServiceEntry", "inventory"], each: ofEach(ports) }],
};
