/** What a schema lets through and Istio refuses or warns of, and fields that are deprecated; what objects' own status says. */
import { kindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { kinds } from "../kinds.ts";
import {
  has,
  isObject,
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  specOf,
  textAt,
  textsAt,
} from "../routing/json.ts";
import { STATUS, VIRTUAL_SERVICE } from "./docs.ts";
import { type Draft, type Family, removing, setting } from "./family.ts";
import { mendOr } from "./mend.ts";

const ENUMS: readonly {
  readonly kind: string;
  readonly path: readonly string[];
  readonly values: readonly string[];
}[] = [
  { kind: "PeerAuthentication", path: ["mtls", "mode"], values: ["UNSET", "DISABLE", "PERMISSIVE", "STRICT"] },
  { kind: "AuthorizationPolicy", path: ["action"], values: ["ALLOW", "DENY", "AUDIT", "CUSTOM"] },
  { kind: "ServiceEntry", path: ["resolution"], values: ["NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"] },
  { kind: "ServiceEntry", path: ["location"], values: ["MESH_EXTERNAL", "MESH_INTERNAL"] },
  {
    kind: "DestinationRule",
    path: ["trafficPolicy", "tls", "mode"],
    values: ["DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"],
  },
];
const REQUIRED: readonly { readonly kind: string; readonly key: string }[] = [
  { kind: "DestinationRule", key: "host" },
  { kind: "ServiceEntry", key: "hosts" },
  { kind: "Gateway.networking.istio.io", key: "servers" },
];
/** Go's durations, as protobuf's JSON takes them. */
const DURATION = /^(?:\d{1,12}(?:\.\d{1,9})?(?:h|ms|m|s|us|ns))+$/;
const SHOWN = 60;

const bad = (at: Manifest, path: Segments, message: string, fix: Draft["fix"]): Draft => ({
  code: "value-refused",
  at,
  path,
  message,
  fix,
});

function* enums(model: { objects(kind: string): readonly Manifest[] }): Generator<Draft> {
  for (const { kind, path, values } of ENUMS) {
    for (const object of model.objects(kind)) {
      const parent = path.slice(0, -1).reduce<JsonObject>((here, key) => objectAt(here, key), specOf(object));
      const value = parent[path.at(-1) ?? ""];
      if (value === undefined || value === null || (typeof value === "string" && values.includes(value))) continue;
      yield bad(
        object,
        ["spec", ...path],
        `${JSON.stringify(value).slice(0, SHOWN)} isn't among ${values.join(", ")}.`,
        "Write one of these.",
      );
    }
  }
  for (const { kind, key } of REQUIRED) {
    for (const object of model.objects(kind)) {
      const value = specOf(object)[key];
      if (typeof value === "string" ? value !== "" : Array.isArray(value) && value.length > 0) continue;
      yield bad(object, ["spec", key], `${key} is required.`, `Add ${key}.`);
    }
  }
}

function* virtualService(vs: Manifest): Generator<Draft> {
  const protocols = ["http", "tls", "tcp"].filter((each) => listAt(vs.spec, each).length > 0);
  if (protocols.length === 0)
    yield bad(vs, ["spec"], "There is no rule: http, tls or tcp is required.", "Add a rule, or delete the object.");
  if (textsAt(vs.spec, "hosts").length === 0 && protocols.some((each) => each !== "http")) {
    yield bad(
      vs,
      ["spec", "hosts"],
      "Without hosts it is a delegate, which may hold http rules alone.",
      "Add hosts, or take the tls and tcp rules away.",
    );
  }
  for (const protocol of protocols) {
    for (const [i, rule] of listAt(vs.spec, protocol).entries()) {
      const path = ["spec", protocol, i];
      const goes = ["route", "redirect", "delegate", "directResponse"].some((key) => has(rule, key));
      if (!goes)
        yield bad(
          vs,
          path,
          "The rule says nothing of where calls go.",
          "Add a route, a redirect, a delegate or a direct response.",
        );
      for (const [j, route] of listAt(rule, "route").entries()) {
        const weight = numberAt(route, "weight");
        if (weight !== null && (weight < 0 || !Number.isInteger(weight))) {
          yield bad(
            vs,
            [...path, "route", j, "weight"],
            `A weight is a whole number from 0 on, not ${weight}.`,
            mendOr(
              weight < 0 && listAt(rule, "route").some((each) => (numberAt(each, "weight") ?? 0) > 0)
                ? [setting([...path, "route", j, "weight"], 0)]
                : null,
              "Take 0.",
              "Write a whole number.",
            ),
          );
        }
      }
      for (const [at, value] of [
        [[...path, "timeout"], rule["timeout"]],
        [[...path, "retries", "perTryTimeout"], objectAt(rule, "retries")["perTryTimeout"]],
      ] as const) {
        if (value === undefined || value === null || (typeof value === "string" && DURATION.test(value))) continue;
        yield bad(
          vs,
          at,
          `${JSON.stringify(value).slice(0, SHOWN)} is no duration like 500ms or 1.5s.`,
          "Write a number with its unit.",
        );
      }
      for (const [j, match] of listAt(rule, "match").entries()) {
        for (const key of ["uri", "method", "authority", "scheme"]) {
          const ways = Object.keys(objectAt(match, key));
          if (ways.length > 1)
            yield bad(
              vs,
              [...path, "match", j, key],
              `Only one of ${ways.join(", ")} can be said.`,
              "Keep one of them.",
            );
        }
      }
    }
  }
}

/** Fields that Istio's reference marks as deprecated. */
function* deprecated(model: { objects(kind: string): readonly Manifest[] }): Generator<Draft> {
  const old = (
    at: Manifest,
    path: Segments,
    instead: string,
    edits: readonly ReturnType<typeof setting>[] = [],
  ): Draft => ({
    ...{
      code: "field-deprecated",
      at,
      path,
      message: `${String(path.at(-1))} is deprecated: ${instead} takes its place.`,
    },
    fix: { text: `Use ${instead}.`, edits },
  });
  for (const vs of model.objects("VirtualService")) {
    for (const [i, rule] of listAt(vs.spec, "http").entries()) {
      for (const key of ["mirrorPercent", "mirror_percent"]) {
        const value = numberAt(rule, key);
        if (value === null) continue;
        const path = ["spec", "http", i];
        yield old(vs, [...path, key], "mirrorPercentage", [
          ...(has(rule, "mirrorPercentage") ? [] : [setting([...path, "mirrorPercentage"], { value })]),
          removing([...path, key]),
        ]);
      }
      if (has(objectAt(rule, "corsPolicy"), "allowOrigin"))
        yield old(vs, ["spec", "http", i, "corsPolicy", "allowOrigin"], "allowOrigins");
      const delay = objectAt(objectAt(rule, "fault"), "delay");
      if (has(delay, "percent")) {
        const path = ["spec", "http", i, "fault", "delay"];
        yield old(vs, [...path, "percent"], "percentage", [
          ...(has(delay, "percentage")
            ? []
            : [setting([...path, "percentage"], { value: numberAt(delay, "percent") ?? 0 })]),
          removing([...path, "percent"]),
        ]);
      }
    }
  }
  for (const dr of model.objects("DestinationRule")) {
    const outlier = objectAt(objectAt(dr.spec, "trafficPolicy"), "outlierDetection");
    const path = ["spec", "trafficPolicy", "outlierDetection"];
    const value = numberAt(outlier, "consecutiveErrors");
    if (value !== null)
      yield old(dr, [...path, "consecutiveErrors"], "consecutive5xxErrors", [
        ...(has(outlier, "consecutive5xxErrors") ? [] : [setting([...path, "consecutive5xxErrors"], value)]),
        removing([...path, "consecutiveErrors"]),
      ]);
  }
}

/** Lists that hold something twice, odd but taken. */
function* odd(model: { objects(kind: string): readonly Manifest[] }): Generator<Draft> {
  for (const kind of ["VirtualService", "ServiceEntry"]) {
    for (const object of model.objects(kind)) {
      const hosts = textsAt(object.spec, "hosts");
      const twice = hosts.findIndex((host, at) => at !== hosts.indexOf(host));
      if (twice >= 0) {
        yield {
          code: "value-odd",
          at: object,
          path: ["spec", "hosts", twice],
          message: `${hosts[twice]?.slice(0, SHOWN)} is listed twice.`,
          fix: { text: "Keep one.", edits: [removing(["spec", "hosts", twice])] },
        };
      }
    }
  }
  for (const vs of model.objects("VirtualService")) {
    for (const [i, rule] of listAt(vs.spec, "http").entries()) {
      const attempts = numberAt(objectAt(rule, "retries"), "attempts");
      const timeout = textAt(rule, "timeout");
      if (attempts !== 0 || textAt(objectAt(rule, "retries"), "perTryTimeout") === null || timeout === null) continue;
      const path = ["spec", "http", i, "retries", "perTryTimeout"];
      yield {
        code: "value-odd",
        at: vs,
        path,
        message: "Without attempts there is no retry, and perTryTimeout counts for nothing.",
        fix: { text: "Take it away.", edits: [removing(path)] },
      };
    }
  }
}

const GOOD = new Set(["Accepted", "Programmed", "ResolvedRefs", "Ready", "Reconciled", "PassedAnalysis", "Valid"]);

function* status(object: Manifest): Generator<Draft> {
  const lists: readonly (readonly [Segments, readonly JsonObject[]])[] = [
    [["status", "conditions"], listAt(object.status, "conditions")],
    ...listAt(object.status, "parents").map(
      (parent, i) => [["status", "parents", i, "conditions"], listAt(parent, "conditions")] as const,
    ),
  ];
  for (const [path, list] of lists) {
    for (const [i, condition] of list.entries()) {
      const type = textAt(condition, "type");
      if (!isObject(condition) || type === null || !GOOD.has(type) || condition["status"] !== "False") continue;
      const why = textAt(condition, "message") ?? textAt(condition, "reason") ?? "no reason is given";
      yield {
        code: "status-negative",
        at: object,
        path: [...path, i],
        message: `Its controller says ${type} is False: ${why.slice(0, 300)}`,
        fix: "The condition's message says what to change.",
      };
    }
  }
}

const KINDS = kinds.map(kindKey);
export const values: Family = {
  rules: {
    "value-refused": {
      also: ["IST0106"],
      severity: "error",
      when: "A field is missing or has a value that Istio's webhook refuses. A server says so in a dry run; this is for files.",
      docs: VIRTUAL_SERVICE,
    },
    "value-odd": {
      also: ["IST0133"],
      severity: "warning",
      when: "A value is taken, and likely not meant.",
      docs: VIRTUAL_SERVICE,
    },
    "field-deprecated": {
      also: ["IST0002"],
      severity: "warning",
      when: "A field is deprecated.",
      docs: VIRTUAL_SERVICE,
    },
    "status-negative": {
      also: ["IST0171"],
      severity: "warning",
      when: "An object's own status has a condition that is False.",
      docs: STATUS,
    },
  },
  parts: [
    { reads: [...new Set([...ENUMS, ...REQUIRED].map(({ kind }) => kind))], all: enums },
    { of: ["VirtualService"], reads: [], each: virtualService },
    { reads: ["VirtualService", "DestinationRule"], all: deprecated },
    { reads: ["VirtualService", "ServiceEntry"], all: odd },
    { of: KINDS, reads: [], each: status },
  ],
};
