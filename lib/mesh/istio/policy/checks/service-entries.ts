/** ServiceEntries: hosts that several declare, and what TCP needs. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { byAge, listAt, namespaceOf, numberAt, textAt, textsAt } from "../routing/json.ts";
import { SERVICE_ENTRY } from "./docs.ts";
import { type Draft, type Family, setting } from "./family.ts";
import { type Model, meet, push } from "./model.ts";

interface Declared {
  readonly entry: Manifest;
  readonly at: number;
  readonly protocol: string;
}
/** Compared with at most so many others of one host and port. */
const COMPARED = 20;

function* twice(model: Model): Generator<Draft> {
  const found = new Map<string, Declared[]>();
  for (const entry of model.objects("ServiceEntry").toSorted(byAge)) {
    for (const host of new Set(textsAt(entry.spec, "hosts"))) {
      for (const [at, port] of listAt(entry.spec, "ports").entries()) {
        const protocol = (textAt(port, "protocol") ?? "TCP").toUpperCase();
        push(found, `${host.toLowerCase()} on port ${numberAt(port, "number") ?? 0}`, { entry, at, protocol });
      }
    }
  }
  for (const [what, list] of found) {
    for (const [i, here] of list.entries()) {
      const before = list
        .slice(0, Math.min(i, COMPARED))
        .find(({ entry }) => entry !== here.entry && meet(entry, here.entry));
      if (before === undefined) continue;
      const differ = before.protocol !== here.protocol;
      const name = `${namespaceOf(before.entry)}/${before.entry.metadata.name}`;
      yield {
        code: differ ? "entry-protocols-differ" : "entry-declared-twice",
        at: here.entry,
        path: ["spec", "ports", here.at, ...(differ ? ["protocol"] : [])],
        message: differ
          ? `${what} is ${here.protocol} here and ${before.protocol} in ${name}: proxies take one of them.`
          : `${what} is declared in ${name} too: their endpoints are merged, and other settings are one's of the two.`,
        evidence: [{ at: before.entry, path: ["spec", "ports", before.at], text: `declares it as ${before.protocol}` }],
        fix: differ
          ? {
              text: `Say ${before.protocol} in both.`,
              edits: [setting(["spec", "ports", here.at, "protocol"], before.protocol)],
            }
          : "Keep one, or let exportTo show each to other namespaces.",
      };
    }
  }
}

/** Without an address a TCP listener takes the port of every address. Istio gives addresses by itself where DNS capture is on. */
function* addresses(entry: Manifest): Generator<Draft> {
  if (textsAt(entry.spec, "addresses").length > 0) return;
  const at = listAt(entry.spec, "ports").findIndex((port) =>
    ["TCP", ""].includes((textAt(port, "protocol") ?? "").toUpperCase()),
  );
  if (at < 0) return;
  yield {
    code: "entry-without-addresses",
    at: entry,
    path: ["spec", "ports", at],
    message:
      "A TCP port without addresses takes that port of all destinations, unless proxies are set to give addresses by themselves.",
    fix: "Add addresses, or write the protocol that is really spoken (HTTP, TLS, …).",
  };
}

export const serviceEntries: Family = {
  rules: {
    "entry-declared-twice": {
      also: ["KIA1211"],
      severity: "warning",
      when: "Two ServiceEntries that some namespace sees both of declare one host and port.",
      docs: SERVICE_ENTRY,
    },
    "entry-protocols-differ": {
      also: ["KIA1212", "IST0177"],
      severity: "warning",
      when: "The same with different protocols.",
      docs: SERVICE_ENTRY,
    },
    "entry-without-addresses": {
      also: ["IST0134"],
      severity: "warning",
      when: "A ServiceEntry has a port of protocol TCP, or of none, and no addresses.",
      docs: SERVICE_ENTRY,
    },
  },
  parts: [
    { reads: ["ServiceEntry"], all: twice },
    { of: ["ServiceEntry"], reads: [], each: addresses },
  ],
};
