/** DestinationRules: hosts, subsets, and what clients are told about TLS. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { closeness, namespaceOfHost, resolveHost, serviceOfHost } from "../hosts.ts";
import { labelsAt, labelText } from "../lookup.ts";
import { byAge, has, listAt, namespaceOf, objectAt, textAt } from "../routing/json.ts";
import { routedSubsets } from "./destinations.ts";
import { DESTINATION_RULE, TRAFFIC } from "./docs.ts";
import { type Draft, type Family, removing, setting } from "./family.ts";
import { mendOr, removingWhole } from "./mend.ts";
import { type Model, meet } from "./model.ts";
import { hasVersion } from "./subset-mends.ts";
import { rulesByHost } from "./virtual-services.ts";

const hostOf = (rule: Manifest): string => resolveHost(textAt(rule.spec, "host") ?? "", namespaceOf(rule));

function* host(rule: Manifest, model: Model): Generator<Draft> {
  const full = hostOf(rule);
  if (full === "" || model.hasHost(full, namespaceOf(rule)) !== false) return;
  const written = textAt(rule.spec, "host") ?? "";
  const [name = "", namespace = ""] = written.split(".");
  const service = serviceOfHost(full);
  const meant = service === null && model.service(namespace, name) !== undefined;
  const spoken = namespaceOfHost(full);
  yield {
    code: "rule-host-unknown",
    at: rule,
    path: ["spec", "host"],
    message: `No service and no ServiceEntry is called ${full}: the rule counts for no call.`,
    namespaces: [...(meant ? [namespace] : []), ...(spoken === null ? [] : [spoken])],
    fix: meant
      ? {
          text: "Write the full name: a name with dots is taken as it is.",
          edits: [setting(["spec", "host"], `${name}.${namespace}.svc.cluster.local`)],
        }
      : "Write the name of a service that exists, or delete the rule.",
  };
}

/** Several for one host in a namespace are merged: subsets of the same name, and traffic policies, of the oldest alone. */
function* duplicates(model: Model): Generator<Draft> {
  const { exact, wild } = model.table(rulesByHost);
  const groups = [
    ...exact.values(),
    ...Map.groupBy(wild, (each) => each.host)
      .values()
      .map((list) => list.map(({ rule }) => rule)),
  ];
  for (const group of groups) {
    for (const list of Map.groupBy(group, namespaceOf).values()) {
      const [first, ...others] = list
        .filter((rule) => !has(objectAt(rule, "spec"), "workloadSelector"))
        .toSorted(byAge);
      if (first === undefined) continue;
      const names = new Set(listAt(first.spec, "subsets").map((each) => textAt(each, "name")));
      for (const rule of others) {
        if (!meet(first, rule)) continue;
        const twice = listAt(rule.spec, "subsets").findIndex((each) => names.has(textAt(each, "name")));
        const lost = Object.keys(objectAt(rule.spec, "trafficPolicy")).length > 0;
        for (const each of listAt(rule.spec, "subsets")) names.add(textAt(each, "name"));
        yield {
          code: "rule-host-twice",
          at: rule,
          path: twice >= 0 ? ["spec", "subsets", twice] : ["spec", "host"],
          message: `${first.metadata.name} of the same namespace names the host too. They are merged${twice >= 0 ? "; a subset of the same name counts as the older says" : ""}${lost ? "; this one's trafficPolicy may be ignored" : ""}.`,
          evidence: [{ at: first, path: ["spec", "host"], text: "the older one" }],
          fix: "Put both into one DestinationRule.",
        };
      }
    }
  }
}

function* subsets(rule: Manifest, model: Model): Generator<Draft> {
  const full = hostOf(rule);
  const named = serviceOfHost(full);
  const service = named && model.service(named.namespace, named.name);
  for (const [i, subset] of listAt(rule.spec, "subsets").entries()) {
    const labels = labelsAt(subset, "labels") ?? {};
    const name = textAt(subset, "name") ?? "";
    const path = ["spec", "subsets", i];
    if (Object.keys(labels).length === 0) {
      yield {
        code: "subset-without-labels",
        at: rule,
        path,
        message: `Subset ${name} has no labels: it is the whole service.`,
        fix: mendOr(
          service && hasVersion(service, name, model) ? [setting([...path, "labels"], { version: name })] : null,
          `Say which pods it is; this takes version=${name}, which some carry.`,
          "Say by labels which pods it is.",
        ),
      };
      continue;
    }
    if (!service || !model.knows("Workload", service.namespace) || Object.keys(service.selector).length === 0) continue;
    const fits = service.workloads.some((each) => {
      const own = model.workload(service.namespace, each)?.labels ?? {};
      return Object.entries(labels).every(([key, value]) => own[key] === value);
    });
    if (fits) continue;
    yield {
      code: "subset-without-pods",
      at: rule,
      path: [...path, "labels"],
      message: `No workload of ${service.namespace}/${service.name} carries ${labelText(labels)}: calls sent to subset ${name} answer 503.`,
      evidence: [
        {
          at: model.core("Service", service.namespace, service.name),
          path: ["spec", "selector"],
          text: "selects its pods",
        },
      ],
      fix: mendOr(
        model.knows("VirtualService", null) && !model.table(routedSubsets).has(`${full} ${name}`)
          ? [removingWhole(rule, path)]
          : null,
        "Correct the labels, or take the subset away, as no route names it.",
        "Correct the labels, or take the subset away once no route names it.",
      ),
    };
  }
}

/** Where a TLS block is, each with what it is about. */
function tlsOf(rule: Manifest) {
  const policy = ["spec", "trafficPolicy"];
  const top = objectAt(rule.spec, "trafficPolicy");
  const blocks = [{ path: [...policy, "tls"], tls: objectAt(top, "tls"), port: null as number | null }];
  for (const [i, each] of listAt(top, "portLevelSettings").entries()) {
    const number = objectAt(each, "port")["number"];
    blocks.push({
      path: [...policy, "portLevelSettings", i, "tls"] as string[],
      tls: objectAt(each, "tls"),
      port: typeof number === "number" ? number : 0,
    });
  }
  for (const [i, subset] of listAt(rule.spec, "subsets").entries()) {
    const path = ["spec", "subsets", i, "trafficPolicy", "tls"] as string[];
    blocks.push({ path, tls: objectAt(objectAt(subset, "trafficPolicy"), "tls"), port: null });
  }
  return blocks;
}

/**
 * Whose certificates clients take. Without caCertificates the system's authorities are trusted, since Istio 1.20 (before, and
 * where istiod is told VERIFY_CERTIFICATE_AT_CLIENT=false, anybody's); insecureSkipVerify takes anybody's whatever else is said.
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings
 */
function* unverified(rule: Manifest): Generator<Draft> {
  for (const { path, tls, port } of tlsOf(rule)) {
    const mode = textAt(tls, "mode");
    if (mode !== "SIMPLE" && mode !== "MUTUAL") continue;
    const skips = tls["insecureSkipVerify"] === true;
    const named = has(tls, "caCertificates") || has(tls, "credentialName");
    if (!skips && named) continue;
    const where = port === null ? "" : ` for port ${port}`;
    yield {
      code: port === null ? "server-not-verified" : "server-not-verified-on-port",
      at: rule,
      path: skips ? [...path, "insecureSkipVerify"] : path,
      message: skips
        ? `TLS mode ${mode} with insecureSkipVerify${where}: nothing is verified, anybody's certificate is accepted.`
        : `TLS mode ${mode} without caCertificates${where}: whatever the system's authorities signed for the host is accepted; anything at all before Istio 1.20.`,
      fix: {
        text: `${skips ? "Verify the server" : "Name the authorities to trust"}${named ? "" : "; this says the system's"}.`,
        edits: [
          ...(skips ? [removing([...path, "insecureSkipVerify"])] : []),
          ...(named ? [] : [setting([...path, "caCertificates"], "system")]),
        ],
      },
    };
  }
}

/** A closer rule replaces a wider one whole: TLS that the wider one asks for is gone for this host. */
function* overrides(rule: Manifest, model: Model): Generator<Draft> {
  const full = hostOf(rule);
  if (full.startsWith("*") || tlsOf(rule).some(({ tls }) => has(tls, "mode"))) return;
  const wide = model
    .table(rulesByHost)
    .wild.find(
      ({ host: pattern, rule: other }) =>
        closeness(pattern, full) > 0 &&
        meet(other, rule) &&
        (namespaceOf(other) === namespaceOf(rule) || namespaceOf(other) === model.root) &&
        has(objectAt(objectAt(other.spec, "trafficPolicy"), "tls"), "mode"),
    );
  if (wide === undefined) return;
  const tls = objectAt(objectAt(wide.rule.spec, "trafficPolicy"), "tls");
  const mode = textAt(tls, "mode") ?? "";
  yield {
    code: "wider-tls-lost",
    at: rule,
    path: ["spec", "trafficPolicy"],
    message: `${namespaceOf(wide.rule)}/${wide.rule.metadata.name} asks for TLS mode ${mode} for ${wide.host}; this closer rule replaces it whole and says nothing of TLS.`,
    evidence: [{ at: wide.rule, path: ["spec", "trafficPolicy", "tls"], text: "what no longer counts" }],
    fix: {
      text: `Say ${mode} here too, as it does.`,
      edits: [
        setting(["spec", "trafficPolicy", "tls"], { ...tls, ...objectAt(objectAt(rule.spec, "trafficPolicy"), "tls") }),
      ],
    },
  };
}

export const destinationRules: Family = {
  rules: {
    "rule-host-unknown": {
      also: ["KIA0202", "IST0174"],
      severity: "warning",
      when: "A DestinationRule's host is neither a service nor in a ServiceEntry.",
      docs: DESTINATION_RULE,
    },
    "rule-host-twice": {
      also: ["KIA0201"],
      severity: "warning",
      when: "Two DestinationRules of one namespace name the same host.",
      docs: TRAFFIC,
    },
    "subset-without-labels": {
      also: ["KIA0209"],
      severity: "warning",
      when: "A subset has no labels.",
      docs: DESTINATION_RULE,
    },
    "subset-without-pods": {
      also: ["KIA0203", "IST0173"],
      severity: "error",
      when: "No workload of the service carries a subset's labels.",
      docs: DESTINATION_RULE,
    },
    "server-not-verified": {
      also: ["IST0128"],
      severity: "warning",
      when: "TLS to a destination is SIMPLE or MUTUAL without caCertificates, or with insecureSkipVerify.",
      docs: DESTINATION_RULE,
    },
    "server-not-verified-on-port": {
      also: ["IST0129"],
      severity: "warning",
      when: "The same for one port.",
      docs: DESTINATION_RULE,
    },
    "wider-tls-lost": {
      also: ["KIA0204"],
      severity: "warning",
      when: "A rule for one host replaces a wider one that asks for TLS, and says nothing of it.",
      docs: TRAFFIC,
    },
  },
  parts: [
    { reads: ["DestinationRule"], all: duplicates },
    { of: ["DestinationRule"], reads: ["ServiceEntry", "inventory"], each: host },
    { of: ["DestinationRule"], reads: ["VirtualService", "inventory"], each: subsets },
    { of: ["DestinationRule"], reads: [], each: unverified },
    { of: ["DestinationRule"], reads: ["DestinationRule"], each: overrides },
  ],
};
