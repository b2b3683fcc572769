/** VirtualServices: what their destinations name. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { closeness, namespaceOfHost, resolveHost, serviceOfHost } from "../hosts.ts";
import { listAt, namespaceOf, numberAt, objectAt, textAt, visibleTo } from "../routing/json.ts";
import { type Destination, ofEach, PROTOCOLS, spoken } from "./destinations.ts";
import { TRAFFIC, VIRTUAL_SERVICE } from "./docs.ts";
import { type Draft, type Family, removing, setting } from "./family.ts";
import { mendOr } from "./mend.ts";
import { type Model, push } from "./model.ts";
import { subsetAdded } from "./subset-mends.ts";

/** DestinationRules by the full host they name; those with wildcards apart. */
export const rulesByHost = (model: Model) => {
  const exact = new Map<string, Manifest[]>();
  const wild: { readonly host: string; readonly rule: Manifest }[] = [];
  for (const rule of model.objects("DestinationRule")) {
    const host = resolveHost(textAt(rule.spec, "host") ?? "", namespaceOf(rule));
    if (host.startsWith("*")) wild.push({ host, rule });
    else push(exact, host, rule);
  }
  return { exact, wild };
};

function rulesFor(full: string, client: string, model: Model): readonly Manifest[] {
  const { exact, wild } = model.table(rulesByHost);
  const loose = wild.filter(({ host }) => closeness(host, full) > 0).map(({ rule }) => rule);
  return [...(exact.get(full) ?? []), ...loose].filter((rule) => visibleTo(rule, client));
}

function* hostUnknown({ vs, path, full, written }: Destination, model: Model): Generator<Draft> {
  if (model.hasHost(full, namespaceOf(vs)) !== false) return;
  const [name = "", namespace = ""] = written.split(".");
  const meant = model.service(namespace, name);
  const service = serviceOfHost(full);
  yield {
    code: "destination-host-unknown",
    at: vs,
    path: [...path, "host"],
    message: `No service and no ServiceEntry is called ${full}: calls that come here end in an error.`,
    namespaces: [...spoken(full), ...(meant === undefined ? [] : [namespace])],
    fix:
      meant !== undefined && service === null
        ? {
            text: `Write the full name: a name with dots is taken as it is, so ${written} isn't the service ${namespace}/${name}.`,
            edits: [setting([...path, "host"], `${name}.${namespace}.svc.cluster.local`)],
          }
        : `Create ${full}, or send the calls to a service that exists.`,
  };
}

/** Those that clients look at first: of their own namespace (here the route's), of the service's, of the root. */
function nearest(rules: readonly Manifest[], full: string, vs: Manifest, model: Model): readonly Manifest[] {
  const order = [namespaceOf(vs), namespaceOfHost(full), model.root];
  const rank = (rule: Manifest) => {
    const at = order.indexOf(namespaceOf(rule));
    return at < 0 ? order.length : at;
  };
  return rules.toSorted((a, b) => rank(a) - rank(b));
}

function* subsetUnknown({ vs, path, full, value }: Destination, model: Model): Generator<Draft> {
  const subset = textAt(value, "subset");
  if (!subset || !model.knows("DestinationRule", null)) return;
  const rules = rulesFor(full, namespaceOf(vs), model);
  if (rules.some((rule) => listAt(rule.spec, "subsets").some((each) => textAt(each, "name") === subset))) return;
  // The message speaks of no more objects than the evidence names: who may not see one of those isn't shown either.
  const named = nearest(rules, full, vs, model).slice(0, 3);
  const names = named.flatMap((rule) => listAt(rule.spec, "subsets").flatMap((each) => textAt(each, "name") ?? []));
  const [rule] = named;
  yield {
    code: "destination-subset-unknown",
    at: vs,
    path: [...path, "subset"],
    message:
      rule === undefined
        ? `No DestinationRule names ${full}, so there is no subset ${subset}: calls that come here answer 503.`
        : `No DestinationRule of ${full} has a subset ${subset}${names.length > 0 ? ` (there are ${names.slice(0, 5).join(", ")})` : ""}: calls that come here answer 503.`,
    namespaces: spoken(full),
    evidence: named.map((each) =>
      listAt(each.spec, "subsets").length > 0
        ? { at: each, path: ["spec", "subsets"], text: "its subsets" }
        : { at: each, path: ["spec", "host"], text: "has no subsets" },
    ),
    fix: subsetAdded(vs, full, subset, rule, model),
  };
}

/** Two routes that say nothing else are one. */
const OF_ROUTE: ReadonlySet<string> = new Set(["destination", "weight"]);

function* weights(vs: Manifest): Generator<Draft> {
  for (const protocol of PROTOCOLS) {
    for (const [i, rule] of listAt(vs.spec, protocol).entries()) {
      const routes = listAt(rule, "route");
      const path = ["spec", protocol, i, "route"];
      const [only] = routes;
      const weight = numberAt(only, "weight");
      if (routes.length === 1 && weight !== null && weight !== 100) {
        yield {
          code: "weight-of-single-route",
          at: vs,
          path: [...path, 0, "weight"],
          message: `The only destination takes all traffic, whatever its weight says (${weight}).`,
          fix: { text: "Leave the weight out.", edits: [removing([...path, 0, "weight"])] },
        };
      }
      const all = routes.map((route) => numberAt(route, "weight"));
      if (routes.length > 1 && all.every((each) => each === null || each === 0)) {
        yield {
          code: "weights-sum-to-nothing",
          at: vs,
          path,
          message: `${routes.length} destinations and no weight above 0: Istio refuses such a rule.`,
          fix: { text: "Give the first all traffic.", edits: [setting([...path, 0, "weight"], 100)] },
        };
      }
      const seen = new Map<string, number>();
      for (const [j, route] of routes.entries()) {
        const to = objectAt(route, "destination");
        const key = JSON.stringify([
          textAt(to, "host"),
          textAt(to, "subset"),
          numberAt(objectAt(to, "port"), "number"),
        ]);
        const before = seen.get(key);
        if (before === undefined || textAt(to, "host") === null) seen.set(key, j);
        else {
          yield {
            code: "destination-repeated",
            at: vs,
            path: [...path, j, "destination"],
            message: `It is the same destination as route[${before}]: their weights add up to one.`,
            evidence: [{ at: vs, path: [...path, before], text: "the same destination" }],
            fix: mendOr(
              [before, j].every((at) => Object.keys(routes[at] ?? {}).every((key) => OF_ROUTE.has(key)))
                ? [removing([...path, j]), setting([...path, before, "weight"], (all[before] ?? 0) + (all[j] ?? 0))]
                : null,
              "Keep one, with the sum of both weights.",
              "Keep one, with the sum of both weights, and what both say beside.",
            ),
          };
        }
      }
    }
  }
}

export const virtualServices: Family = {
  rules: {
    "destination-host-unknown": {
      also: ["KIA1101", "IST0101"],
      severity: "error",
      when: "A route or mirror of a VirtualService names a host that is neither a service nor in a ServiceEntry.",
      docs: VIRTUAL_SERVICE,
    },
    "destination-subset-unknown": {
      also: ["KIA1107", "IST0101"],
      severity: "error",
      when: "A route or mirror names a subset that no DestinationRule of its host declares.",
      docs: TRAFFIC,
    },
    "weight-of-single-route": {
      also: ["KIA1104"],
      severity: "warning",
      when: "The only destination of a rule has a weight other than 100.",
      docs: VIRTUAL_SERVICE,
    },
    "weights-sum-to-nothing": {
      also: ["IST0106"],
      severity: "error",
      when: "A rule has several destinations whose weights sum to 0.",
      docs: VIRTUAL_SERVICE,
    },
    "destination-repeated": {
      also: ["KIA1105"],
      severity: "warning",
      when: "A rule names the same host, subset and port twice.",
      docs: VIRTUAL_SERVICE,
    },
  },
  parts: [
    { of: ["VirtualService"], reads: ["ServiceEntry", "inventory"], each: ofEach(hostUnknown) },
    { of: ["VirtualService"], reads: ["DestinationRule", "inventory"], each: ofEach(subsetUnknown) },
    { of: ["VirtualService"], reads: [], each: weights },
  ],
};
