/** What a schema lets through and Istio refuses. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { has, type JsonObject, listAt, numberAt, objectAt, specOf, textsAt } from "../routing/json.ts";
import { VIRTUAL_SERVICE } from "./docs.ts";
import { type Draft, type Family, setting } from "./family.ts";
import { mendOr } from "./mend.ts";
import { exportTo, refused } from "./refused-draft.ts";
import { refusedHosts, refusedHttp } from "./refused-http.ts";
import {
  refusedAuthorization,
  refusedJwt,
  refusedPeer,
  refusedSidecar,
  refusedTelemetry,
  refusedWorkload,
  twoWays,
} from "./refused-others.ts";
import { refusedDestinationRule, refusedGateway, refusedServiceEntry } from "./refused-routing.ts";

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

function* enums(model: { objects(kind: string): readonly Manifest[] }): Generator<Draft> {
  for (const { kind, path, values } of ENUMS) {
    for (const object of model.objects(kind)) {
      const parent = path.slice(0, -1).reduce<JsonObject>((here, key) => objectAt(here, key), specOf(object));
      const value = parent[path.at(-1) ?? ""];
      if (value === undefined || value === null || (typeof value === "string" && values.includes(value))) continue;
      yield refused(
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
      yield refused(object, ["spec", key], `${key} is required.`, `Add ${key}.`);
    }
  }
}

function* virtualService(vs: Manifest): Generator<Draft> {
  const protocols = ["http", "tls", "tcp"].filter((each) => listAt(vs.spec, each).length > 0);
  if (protocols.length === 0)
    yield refused(vs, ["spec"], "There is no rule: http, tls or tcp is required.", "Add a rule, or delete the object.");
  if (textsAt(vs.spec, "hosts").length === 0 && protocols.some((each) => each !== "http")) {
    yield refused(
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
        yield refused(
          vs,
          path,
          "The rule says nothing of where calls go.",
          "Add a route, a redirect, a delegate or a direct response.",
        );
      for (const [j, route] of listAt(rule, "route").entries()) {
        const weight = numberAt(route, "weight");
        if (weight !== null && (weight < 0 || !Number.isInteger(weight))) {
          yield refused(
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
        yield refused(
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
            yield refused(
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

export const values: Family = {
  rules: {
    "value-refused": {
      also: ["IST0106"],
      severity: "error",
      when: "A field is missing or has a value that Istio's webhook refuses. A server says so in a dry run; this is for files.",
      docs: VIRTUAL_SERVICE,
    },
  },
  parts: [
    { reads: [...new Set([...ENUMS, ...REQUIRED].map(({ kind }) => kind))], all: enums },
    { of: ["VirtualService"], reads: [], each: virtualService },
    { of: ["VirtualService"], reads: [], each: refusedHosts },
    { of: ["VirtualService"], reads: [], each: refusedHttp },
    { of: ["VirtualService", "DestinationRule", "ServiceEntry"], reads: [], each: exportTo },
    { of: ["DestinationRule"], reads: [], each: refusedDestinationRule },
    { of: ["ServiceEntry"], reads: [], each: refusedServiceEntry },
    { of: ["Gateway.networking.istio.io"], reads: [], each: refusedGateway },
    { of: ["AuthorizationPolicy", "RequestAuthentication", "Telemetry"], reads: [], each: twoWays },
    { of: ["AuthorizationPolicy"], reads: [], each: refusedAuthorization },
    { of: ["PeerAuthentication"], reads: [], each: refusedPeer },
    { of: ["RequestAuthentication"], reads: [], each: refusedJwt },
    { of: ["Telemetry"], reads: [], each: refusedTelemetry },
    { of: ["Sidecar"], reads: [], each: refusedSidecar },
    { of: ["WorkloadEntry", "WorkloadGroup"], reads: [], each: refusedWorkload },
  ],
};
