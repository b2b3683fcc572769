/**
 * What objects' own status says. A controller reads what the console doesn't: that a listener's certificate can't be used it
 * says of Secrets that nobody shows the console (docs/adr/0021-no-secrets.md).
 */
import { kindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { kinds } from "../kinds.ts";
import { listAt, namespaceOf, numberAt, objectAt, textAt } from "../routing/json.ts";
import { GATEWAY_API, STATUS } from "./docs.ts";
import { type Draft, type Family, rulesOf } from "./family.ts";
import type { Model } from "./model.ts";

const GROUP = "gateway.networking.k8s.io";
const GATEWAY = `Gateway.${GROUP}`;

const GOOD = new Set(["Accepted", "Programmed", "ResolvedRefs", "Ready", "Reconciled", "PassedAnalysis", "Valid"]);
/** Kinds of which every condition is good when it is true: ConditionAnalyzer in Istio's pkg/config/analysis/analyzers/conditions. */
const ALL_GOOD = new Set(["ServiceEntry", "AuthorizationPolicy"]);
/** Lists of a status whose entries have conditions of their own. */
const PARTS = ["parents", "ancestors", "listeners"];
const SHOWN = 300;

type Place = readonly [Segments, readonly JsonObject[]];

const reasonOf = (condition: JsonObject): string =>
  (textAt(condition, "message") || textAt(condition, "reason") || "no reason is given").slice(0, SHOWN);

/** What was said of an older version of the object may not be true of this one. */
function isCurrent(condition: JsonObject, { metadata }: Manifest): boolean {
  const seen = numberAt(condition, "observedGeneration");
  return seen === null || metadata.generation === undefined || seen >= metadata.generation;
}

function* status(object: Manifest): Generator<Draft> {
  const places: readonly Place[] = [
    [["status", "conditions"], listAt(object.status, "conditions")],
    ...PARTS.flatMap((part) =>
      listAt(object.status, part).map(
        (each, i): Place => [
          ["status", part, i, "conditions"],
          refused(each, object) ? [] : listAt(each, "conditions"),
        ],
      ),
    ),
  ];
  for (const [path, list] of places) {
    for (const [i, condition] of list.entries()) {
      const type = textAt(condition, "type");
      if (type === null || condition["status"] !== "False" || !isCurrent(condition, object)) continue;
      if (!GOOD.has(type) && !ALL_GOOD.has(object.kind)) continue;
      yield {
        code: "status-negative",
        at: object,
        path: [...path, i],
        message: `Its controller says ${type} is False: ${reasonOf(condition)}`,
        fix: "The condition's message says what to change.",
      };
    }
  }
}

/** Services aren't kept whole: the inventory has what is False of them. */
function* services(model: Model): Generator<Draft> {
  for (const { namespace, name, negative = [] } of model.services) {
    for (const { type, text } of negative) {
      yield {
        code: "status-negative",
        at: model.core("Service", namespace, name),
        path: ["status", "conditions"],
        message: `Its controller says ${type} is False: ${text}`,
        fix: "The condition's message says what to change.",
      };
    }
  }
}

/** https://gateway-api.sigs.k8s.io/reference/spec/#listenerconditionreason */
const OF_CERTIFICATES = new Set(["InvalidCertificateRef", "InvalidCACertificateRef", "InvalidCACertificateKind"]);
const NOT_PERMITTED = "RefNotPermitted";

/** What says that a listener's certificates can't be used: ResolvedRefs is of these alone, as listeners name nothing else. */
function refused(entry: JsonObject, object: Manifest): JsonObject | null {
  const said = listAt(entry, "conditions").find(
    (each) => textAt(each, "type") === "ResolvedRefs" && each["status"] === "False" && isCurrent(each, object),
  );
  const reason = textAt(said, "reason") ?? "";
  return said !== undefined && (OF_CERTIFICATES.has(reason) || reason === NOT_PERMITTED) ? said : null;
}

function* certificates(object: Manifest): Generator<Draft> {
  const listeners = listAt(object.spec, "listeners");
  for (const entry of listAt(object.status, "listeners")) {
    const condition = refused(entry, object);
    const at = listeners.findIndex((each) => textAt(each, "name") === textAt(entry, "name"));
    // A listener that was taken out leaves its status behind until the controller comes by.
    if (condition === null || at < 0) continue;
    const reason = textAt(condition, "reason");
    const path = ["spec", "listeners", at, "tls"];
    const foreign = reason === NOT_PERMITTED ? secretsElsewhere(object, listeners[at]) : [];
    yield {
      code: "listener-certificate-refused",
      at: object,
      path: reason === "InvalidCertificateRef" ? [...path, "certificateRefs"] : path,
      message: `Its controller can't use the certificates of listener ${textAt(entry, "name")}, so TLS fails there: ${reasonOf(condition)}`,
      namespaces: foreign.map(({ namespace }) => namespace),
      fix: foreign.length === 0 ? ADVICE : toGrant(object, foreign),
    };
  }
}

const ADVICE =
  "Create the Secret, of type kubernetes.io/tls with tls.crt and tls.key, where the listener looks for it, or name one that is there.";

interface SecretPlace {
  readonly namespace: string;
  readonly name: string;
}

/** Secrets that a listener names in other namespaces. */
function secretsElsewhere(object: Manifest, listener: unknown): readonly SecretPlace[] {
  return listAt(objectAt(listener, "tls"), "certificateRefs").flatMap((ref) => {
    const [namespace, name] = [textAt(ref, "namespace"), textAt(ref, "name")];
    const isSecret = (textAt(ref, "group") ?? "") === "" && (textAt(ref, "kind") ?? "Secret") === "Secret";
    return isSecret && namespace && name && namespace !== namespaceOf(object) ? [{ namespace, name }] : [];
  });
}

/** Who may use a Secret is for its own namespace to say: no plan opens it. */
function toGrant(object: Manifest, secrets: readonly SecretPlace[]): string {
  const [it, each] = secrets.length > 1 ? ["them", "each"] : ["it", "it"];
  const names = secrets.map(({ namespace, name }) => `${namespace}/${name}`).join(", ");
  return `If ${object.kind}s of ${namespaceOf(object)} may use ${it}, let a ReferenceGrant beside ${each} say so: Secret ${names}.`;
}

const KINDS = kinds.map(kindKey);

export const conditions: Family = {
  rules: {
    "listener-certificate-refused": rulesOf(GATEWAY_API)(
      ["IST0161", "IST0101"],
      "error",
      "The status of a Gateway or ListenerSet says that a listener's certificates aren't there, are none, or may not be used from its namespace. Secrets aren't read for it.",
    ),
    "status-negative": rulesOf(STATUS)(
      ["IST0171"],
      "warning",
      "An object's own status has a condition that is False, of its present version.",
    ),
  },
  parts: [
    { of: [GATEWAY, "ListenerSet"], reads: [], each: certificates },
    { of: KINDS, reads: [], each: status },
    { reads: ["inventory"], all: services },
  ],
};
