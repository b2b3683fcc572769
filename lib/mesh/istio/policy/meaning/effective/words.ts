/** Rules of AuthorizationPolicies in words, and what the proxy that reads them leaves out. Sources: see ../authorization/action.ts. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { printPath } from "#lib/policy/path.ts";
import type { RuleWords } from "#lib/policy/security.ts";
import { listAt, objectAt, textAt, textsAt } from "../../routing/json.ts";
import { actionOf } from "../authorization/action.ts";
import type { EnforcementPoint } from "../authorization/attached.ts";
import { type Field, OPERATION, SOURCE, whenField } from "../authorization/fields.ts";

const NAMES: Readonly<Record<string, string>> = {
  principals: "identity",
  requestPrincipals: "JWT of",
  namespaces: "namespace",
  serviceAccounts: "service account",
  trustDomains: "trust domain",
  ipBlocks: "peer address",
  remoteIpBlocks: "client address",
  hosts: "host",
  ports: "port",
  methods: "method",
  paths: "path",
};

/** Values of one field that are written out. */
const WRITTEN = 20;

function values(list: readonly string[]): string {
  const shown = list.slice(0, WRITTEN).map((each) => (each === "" ? '""' : each));
  return shown.join(" or ") + (list.length > WRITTEN ? ` or ${list.length - WRITTEN} more` : "");
}

/** Each rule of a policy as it is read at a point. */
export function rulesInWords(policy: Manifest, point: EnforcementPoint["kind"]): readonly RuleWords[] {
  return listAt(policy.spec, "rules").map((rule, index) => ({
    path: printPath(["spec", "rules", index]),
    from: listAt(rule, "from").map((each) => part(objectAt(each, "source"), SOURCE, "anyone")),
    to: listAt(rule, "to").map((each) => part(objectAt(each, "operation"), OPERATION, "anything")),
    when: listAt(rule, "when").map(condition),
    caveat: caveat(rule, actionOf(policy) === "ALLOW", point),
  }));
}

const opposite = (name: string) => `not${name.charAt(0).toUpperCase()}${name.slice(1)}`;

function part(from: JsonObject, fields: Readonly<Record<string, Field>>, all: string): string {
  const said = Object.keys(fields).flatMap((name) => {
    const [wanted, unwanted] = [textsAt(from, name), textsAt(from, opposite(name))];
    return [
      ...(wanted.length > 0 ? [`${NAMES[name] ?? name} ${values(wanted)}`] : []),
      ...(unwanted.length > 0 ? [`${NAMES[name] ?? name} other than ${values(unwanted)}`] : []),
    ];
  });
  return said.length === 0 ? all : said.join(", ");
}

function condition(when: JsonObject): string {
  const key = textAt(when, "key") ?? "";
  const [wanted, unwanted] = [textsAt(when, "values"), textsAt(when, "notValues")];
  const said = [
    ...(wanted.length > 0 ? [`is ${values(wanted)}`] : []),
    ...(unwanted.length > 0 ? [`isn’t ${values(unwanted)}`] : []),
  ];
  return `${key} ${said.join(" and ")}`.trim();
}

function caveat(rule: JsonObject, allows: boolean, point: EnforcementPoint["kind"]): string | null {
  const keys = listAt(rule, "when").map((each) => textAt(each, "key") ?? "");
  const unknown = keys.find((key) => whenField(key) === null);
  if (unknown !== undefined && point !== "ztunnel") return `Istio knows no condition ${unknown}: the rule is left out.`;
  const used = [
    ...listAt(rule, "from").flatMap((each) => fieldsOf(objectAt(each, "source"), SOURCE)),
    ...listAt(rule, "to").flatMap((each) => fieldsOf(objectAt(each, "operation"), OPERATION)),
    ...keys.map((key) => whenField(key)),
  ];
  if (point === "ztunnel") {
    if (used.every((field) => field?.ztunnel)) return null;
    return allows
      ? "ztunnel reads connections alone: this rule asks for more, so it lets nobody in."
      : "ztunnel reads connections alone: it leaves out the rest of this rule, and denies nobody by what is then empty.";
  }
  if (!used.some((field) => field?.http)) return null;
  return allows
    ? "On ports that carry bytes rather than HTTP this rule lets nobody in."
    : "On ports that carry bytes rather than HTTP its fields of HTTP are left out, so it takes more calls there.";
}

const fieldsOf = (from: JsonObject, fields: Readonly<Record<string, Field>>): readonly Field[] =>
  Object.entries(fields).flatMap(([name, field]) =>
    textsAt(from, name).length + textsAt(from, opposite(name)).length > 0 ? [field] : [],
  );
