/** What Istio's webhook refuses of ServiceEntries and of workloads that are no pods: functions of Istio's pkg/config/validation. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, numberAt, objectAt, specOf, textAt, textsAt } from "../routing/json.ts";
import { type Draft, removing } from "./family.ts";
import { isAddress, isHost, isLabel, isName, isSocket, isSubnet, UNIX } from "./forms.ts";
import { short } from "./odd-draft.ts";
import { HTTP, isProtocol, protocolOf, TLS } from "./protocols.ts";
import { labelled, numbered, refused, said } from "./refused-draft.ts";

/** What carries names that DYNAMIC_DNS looks up. */
const DYNAMIC = new Set("HTTP TLS GRPC HTTP2".split(" "));

/** (ValidateServiceEntry) */
export function* refusedServiceEntry(entry: Manifest): Generator<Draft> {
  const spec = specOf(entry);
  const hosts = textsAt(spec, "hosts");
  const resolution = textAt(spec, "resolution") || "NONE";
  const endpoints = listAt(spec, "endpoints");
  const ports = listAt(spec, "ports");
  if (has(spec, "workloadSelector") && endpoints.length > 0)
    yield refused(entry, ["spec", "endpoints"], "Only one of workloadSelector and endpoints can be said.", "Keep one.");
  for (const [i, host] of hosts.entries()) {
    if (host === "*")
      yield refused(entry, ["spec", "hosts", i], "* is no host that an entry can be for.", "Write a domain.");
    else if (!isHost(host)) yield refused(entry, ["spec", "hosts", i], `${short(host)} is no host.`, "Write a domain.");
  }
  for (const [i, address] of textsAt(spec, "addresses").entries()) {
    const place = ["spec", "addresses", i];
    if (!isSubnet(address))
      yield refused(
        entry,
        place,
        `${short(address)} is neither an address nor a range of them.`,
        "Write 10.0.0.1, say.",
      );
    else if (address.includes("/") && resolution.includes("DNS") && resolution !== "DYNAMIC_DNS")
      yield refused(entry, place, `With resolution ${resolution} an address is one, no range.`, "Write one.");
  }
  yield* ofResolution(entry, resolution, hosts, endpoints);
  const plain = ports.findIndex((port) => !HTTP.has(protocolOf(port)) && !TLS.has(protocolOf(port)));
  if (resolution !== "NONE" && hosts.length > 1 && plain >= 0)
    yield refused(
      entry,
      ["spec", "hosts"],
      `${hosts.length} hosts can’t be told apart on port ${numberAt(ports[plain], "number")}, whose protocol carries no name.`,
      "Make an entry for each host.",
    );
  for (const key of ["name", "number"]) {
    const values = ports.map((port) => port[key]);
    const twice = values.findIndex((each, at) => each !== undefined && at !== values.indexOf(each));
    if (twice < 0) continue;
    yield refused(entry, ["spec", "ports", twice, key], `Two ports have the ${key} ${values[twice]}.`, "Change one.");
  }
  for (const [i, port] of ports.entries()) yield* servicePort(entry, port, resolution, ["spec", "ports", i]);
  if (resolution === "NONE" || resolution === "DYNAMIC_DNS") return;
  const names = new Set(ports.map((port) => textAt(port, "name") ?? ""));
  for (const [i, endpoint] of endpoints.entries())
    yield* workload(entry, endpoint, ["spec", "endpoints", i], { names, resolution });
}

function* servicePort(entry: Manifest, port: JsonObject, resolution: string, path: Segments): Generator<Draft> {
  yield* numbered(entry, port, "number", path);
  yield* numbered(entry, port, "targetPort", path, true);
  if (!isLabel(textAt(port, "name") ?? ""))
    yield refused(entry, [...path, "name"], "A port’s name is letters, digits and hyphens.", "Name it so.");
  if (!isProtocol(port))
    yield refused(entry, [...path, "protocol"], "It is no protocol that Istio knows.", "Write HTTP, TLS or TCP, say.");
  else if (resolution === "DYNAMIC_DNS" && !DYNAMIC.has(protocolOf(port)))
    yield refused(
      entry,
      [...path, "protocol"],
      "With resolution DYNAMIC_DNS a call carries the name that is looked up: by HTTP, HTTP2, GRPC or TLS.",
      "Write one of these.",
    );
}

/** What a resolution asks for. */
function* ofResolution(
  entry: Manifest,
  resolution: string,
  hosts: readonly string[],
  endpoints: readonly JsonObject[],
): Generator<Draft> {
  const place = ["spec", "endpoints"];
  if (resolution === "NONE" && endpoints.length > 0)
    yield refused(
      entry,
      place,
      "With resolution NONE calls go where the client says, and there are no endpoints.",
      "Take STATIC for addresses or DNS for names, or take endpoints away.",
    );
  if (resolution === "DNS_ROUND_ROBIN" && endpoints.length > 1)
    yield refused(entry, place, "With resolution DNS_ROUND_ROBIN there is one endpoint at most.", "Take DNS.");
  if ((resolution === "DNS" || resolution === "DNS_ROUND_ROBIN") && endpoints.length === 0) {
    const wild = hosts.findIndex((each) => isHost(each) && !isName(each));
    if (wild >= 0)
      yield refused(
        entry,
        ["spec", "hosts", wild],
        `${short(hosts[wild] ?? "")} can’t be looked up: without endpoints a host is a name.`,
        "Write names, or endpoints.",
      );
  }
  if (resolution !== "DYNAMIC_DNS") return;
  for (const [i, host] of hosts.entries()) {
    if (!host.startsWith("*"))
      yield refused(
        entry,
        ["spec", "hosts", i],
        "With resolution DYNAMIC_DNS hosts are wildcards.",
        "Take DNS for a name.",
      );
  }
  for (const list of ["addresses", "endpoints"]) {
    if (listAt(entry.spec, list).length > 0)
      yield refused(entry, ["spec", list], `With resolution DYNAMIC_DNS there are no ${list}.`, `Take ${list} away.`);
  }
  const through = textAt(objectAt(entry.metadata, "labels"), "istio.io/use-waypoint") ?? "";
  if (textAt(entry.spec, "location") === "MESH_INTERNAL" && through !== "" && through.toLowerCase() !== "none")
    yield refused(
      entry,
      ["spec", "location"],
      "Behind a waypoint, hosts that are looked up lie outside the mesh.",
      "Write MESH_EXTERNAL, or take the label istio.io/use-waypoint away.",
    );
}

interface Entry {
  /** Ports of the ServiceEntry. */
  readonly names: ReadonlySet<string>;
  readonly resolution: string;
}

/** (validateWorkloadEntry) A workload by itself, or as an endpoint. */
function* workload(at: Manifest, value: JsonObject, path: Segments, entry?: Entry): Generator<Draft> {
  const address = textAt(value, "address") ?? "";
  const place = [...path, "address"];
  const byName = entry?.resolution.startsWith("DNS") === true;
  if (address === "" && (byName || (textAt(value, "network") ?? "") === "")) {
    yield refused(at, path, "Where the workload is isn’t said.", "Add address.");
    if (!byName) return;
  } else if (address.startsWith(UNIX) && !byName) {
    if (!isSocket(address.slice(UNIX.length)))
      yield refused(at, place, "It is no path of a socket.", "Write an absolute path.");
    if (Object.keys(objectAt(value, "ports")).length > 0)
      yield refused(at, [...path, "ports"], "A socket has no ports.", {
        text: "Take them away.",
        edits: [removing([...path, "ports"])],
      });
    if (entry !== undefined && entry.names.size !== 1)
      yield refused(at, place, "A socket is behind one port, and the entry has more or none.", "Leave one.");
  } else if (address !== "" && !isAddress(address) && (entry?.resolution === "STATIC" || !isName(address))) {
    yield refused(
      at,
      place,
      `${short(address)} is ${entry?.resolution === "STATIC" ? "no address" : "neither an address nor a name"}.`,
      entry?.resolution === "STATIC" ? "Write one, or take resolution DNS." : "Write one.",
    );
  }
  const ports = objectAt(value, "ports");
  for (const name of Object.keys(ports)) {
    const here = [...path, "ports", name];
    if (entry !== undefined && !entry.names.has(name))
      yield refused(at, here, "The entry has no port of this name.", "Name one of its ports.");
    else if (!isLabel(name)) yield refused(at, here, "A port’s name is letters, digits and hyphens.", "Name it so.");
    yield* numbered(at, ports, name, [...path, "ports"]);
  }
  yield* labelled(at, value, "labels", path);
}

/** (ValidateWorkloadEntry, ValidateWorkloadGroup) */
export function* refusedWorkload(object: Manifest): Generator<Draft> {
  const { kind } = object;
  const spec = specOf(object);
  if (kind === "WorkloadEntry") {
    yield* workload(object, spec, ["spec"]);
    return;
  }
  if (!has(spec, "template")) {
    yield refused(object, ["spec"], "What its workloads are like isn’t said.", "Add template.");
    return;
  }
  yield* labelled(object, objectAt(spec, "metadata"), "labels", ["spec", "metadata"]);
  if (has(spec, "probe")) yield* probe(object, objectAt(spec, "probe"), ["spec", "probe"]);
}

const COUNTS = ["periodSeconds", "initialDelaySeconds", "timeoutSeconds", "successThreshold", "failureThreshold"];

/** (validateReadinessProbe) */
function* probe(group: Manifest, value: JsonObject, path: Segments): Generator<Draft> {
  for (const key of COUNTS) {
    const number = numberAt(value, key) ?? 0;
    if (number < 0) yield refused(group, [...path, key], `${number} is less than none.`, "Write 0 or more.");
  }
  const [way] = said(value, ["httpGet", "tcpSocket", "exec", "grpc"]);
  if (way === undefined || way === "grpc") {
    yield refused(group, path, "It doesn’t say what is asked.", "Add httpGet, tcpSocket or exec.");
    return;
  }
  const place = [...path, way];
  const asked = objectAt(value, way);
  if (way === "exec") {
    if (textsAt(asked, "command").length === 0) yield refused(group, place, "It has no command.", "Add command.");
    return;
  }
  yield* numbered(group, asked, "port", place);
  if (!["", "HTTP", "HTTPS"].includes(textAt(asked, "scheme") ?? ""))
    yield refused(group, [...place, "scheme"], "A scheme is HTTP or HTTPS.", "Write one of them.");
  for (const [i, header] of listAt(asked, "httpHeaders").entries()) {
    if (!/^[-A-Za-z0-9]+$/.test(textAt(header, "name") ?? ""))
      yield refused(group, [...place, "httpHeaders", i], "The header has no name that a probe can say.", "Name it.");
  }
}
