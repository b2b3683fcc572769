/** EnvoyFilters, Telemetries and WorkloadGroups. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { labelsAt, labelText } from "../lookup.ts";
import { byAge, has, listAt, namespaceOf, numberAt, objectAt, specOf, textAt } from "../routing/json.ts";
import { ENVOY_FILTER, TELEMETRY, WORKLOAD_GROUP } from "./docs.ts";
import { type Draft, type Family, removing, rulesOf, setting } from "./family.ts";
import type { Model } from "./model.ts";

const RELATIVE = new Set(["INSERT_BEFORE", "INSERT_AFTER", "REPLACE", "MERGE", "REMOVE"]);
const REPLACEABLE = new Set(["HTTP_FILTER", "NETWORK_FILTER"]);
const WHOLE = new Set(["ROUTE_CONFIGURATION", "HTTP_ROUTE"]);

function* patches(filter: Manifest): Generator<Draft> {
  const unordered = (numberAt(filter.spec, "priority") ?? 0) === 0;
  for (const [i, patch] of listAt(filter.spec, "configPatches").entries()) {
    const operation = textAt(objectAt(patch, "patch"), "operation") ?? "";
    const applyTo = textAt(patch, "applyTo") ?? "";
    const path = ["spec", "configPatches", i, "patch", "operation"];
    const version = textAt(objectAt(objectAt(patch, "match"), "proxy"), "proxyVersion");
    const first = {
      text: "Give it a priority; higher ones are applied later.",
      edits: [setting(["spec", "priority"], 10)],
    };
    if (unordered && RELATIVE.has(operation) && version !== null) {
      yield {
        code: "patch-order-by-version",
        at: filter,
        path,
        message: `${operation} for proxies ${version}, without a priority: during an upgrade it may come before what it refers to, and is then dropped.`,
        fix: first,
      };
    } else if (unordered && (operation === "INSERT_BEFORE" || operation === "INSERT_AFTER")) {
      yield {
        code: "patch-order",
        at: filter,
        path,
        message: `${operation} without a priority: if what it refers to is put there by another EnvoyFilter, it may come first, and is then dropped.`,
        fix: first,
      };
    }
    if (operation === "REPLACE" && !REPLACEABLE.has(applyTo)) {
      yield {
        code: "patch-replace-ignored",
        at: filter,
        path,
        message: `REPLACE is for HTTP_FILTER and NETWORK_FILTER; on ${applyTo} it is ignored.`,
        fix: "MERGE is what can change it; it keeps what the patch doesn't name.",
      };
    }
    if (operation === "ADD" && WHOLE.has(applyTo)) {
      yield {
        code: "patch-add-ignored",
        at: filter,
        path,
        message: `ADD on ${applyTo} is ignored.`,
        fix: "Insert routes by INSERT_FIRST, or change what is there by MERGE.",
      };
    }
    if (operation === "REMOVE" && WHOLE.has(applyTo)) {
      yield {
        code: "patch-remove-ignored",
        at: filter,
        path,
        message: `REMOVE on ${applyTo} is ignored.`,
        fix: "Remove the virtual host, or change the route by MERGE.",
      };
    }
  }
}

function* providers(telemetry: Manifest): Generator<Draft> {
  for (const part of ["tracing", "metrics", "accessLogging"]) {
    for (const [i, entry] of listAt(telemetry.spec, part).entries()) {
      const named = listAt(entry, "providers");
      const nobody = has(entry, "providers") && (named.length === 0 || named.every((each) => !textAt(each, "name")));
      if (!nobody) continue;
      const path = ["spec", part, i, "providers"];
      yield {
        code: "telemetry-without-provider",
        at: telemetry,
        path,
        message: `${part} lists providers and names none: the entry is ignored.`,
        fix: { text: "Leave the list out: the mesh's default provider counts.", edits: [removing(path)] },
      };
    }
  }
}

function* groups(model: Model): Generator<Draft> {
  const byLabels = new Map<string, Manifest>();
  for (const group of model.objects("WorkloadGroup").toSorted(byAge)) {
    const namespace = namespaceOf(group);
    const account = textAt(objectAt(group.spec, "template"), "serviceAccount");
    const known =
      model.find("ServiceAccount", namespace, account ?? "") !== undefined ||
      model.workloadsWith({}, namespace).some(({ serviceAccounts }) => serviceAccounts.includes(account ?? ""));
    if (account !== null && account !== "" && !known && model.knows("ServiceAccount", namespace)) {
      yield {
        code: "group-account-unknown",
        at: group,
        path: ["spec", "template", "serviceAccount"],
        message: `There is no service account ${namespace}/${account}: machines of the group get no identity.`,
        evidence: [{ at: model.core("ServiceAccount", namespace, account), path: [], text: "isn't there" }],
        fix: "Create the account, or name one that exists.",
      };
    }
    const labels = labelsAt(specOf(group), "metadata", "labels") ?? {};
    const text = labelText(Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))));
    const key = `${namespace} ${text}`;
    const before = byLabels.get(key);
    if (text === "") continue;
    if (before === undefined) byLabels.set(key, group);
    else {
      yield {
        code: "group-labels-twice",
        at: group,
        path: ["spec", "metadata", "labels"],
        message: `${before.metadata.name} of the same namespace gives its machines the same labels (${text}): selectors can't tell them apart.`,
        evidence: [{ at: before, path: ["spec", "metadata", "labels"], text: "the same labels" }],
        fix: "Give each group a label of its own.",
      };
    }
  }
}

const rule = rulesOf(ENVOY_FILTER);

export const extensions: Family = {
  rules: {
    "patch-order": rule(
      ["IST0151"],
      "warning",
      "An EnvoyFilter without a priority inserts before or after something.",
      ENVOY_FILTER,
    ),
    "patch-order-by-version": rule(
      ["IST0155"],
      "warning",
      "An EnvoyFilter without a priority refers to something in proxies of one version.",
      ENVOY_FILTER,
    ),
    "patch-replace-ignored": rule(
      ["IST0152"],
      "error",
      "REPLACE stands on something else than HTTP_FILTER and NETWORK_FILTER.",
      ENVOY_FILTER,
    ),
    "patch-add-ignored": rule(["IST0153"], "error", "ADD stands on ROUTE_CONFIGURATION or HTTP_ROUTE.", ENVOY_FILTER),
    "patch-remove-ignored": rule(
      ["IST0154"],
      "error",
      "REMOVE stands on ROUTE_CONFIGURATION or HTTP_ROUTE.",
      ENVOY_FILTER,
    ),
    "telemetry-without-provider": rule(
      ["IST0157"],
      "warning",
      "A Telemetry lists providers and names none.",
      TELEMETRY,
    ),
    "group-account-unknown": rule(
      ["KIA1701"],
      "warning",
      "A WorkloadGroup's service account isn't there. In the console only where ServiceAccounts may be read.",
      WORKLOAD_GROUP,
    ),
    "group-labels-twice": rule(
      ["KIA1702"],
      "warning",
      "Two WorkloadGroups of a namespace give the same labels.",
      WORKLOAD_GROUP,
    ),
  },
  parts: [
    { of: ["EnvoyFilter"], reads: [], each: patches },
    { of: ["Telemetry"], reads: [], each: providers },
    { reads: ["WorkloadGroup", "ServiceAccount", "inventory"], all: groups },
  ],
};
