/**
 * The log of one container, as `kubectl logs` reads it: the query's checks are kube-apiserver's, the answers a kubelet's.
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod
 */
import type { ServerResponse } from "node:http";
import type { Context } from "./context.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import type { KubeObject } from "./object.ts";
import { sendText } from "./respond.ts";
import { badRequest, type Cause, invalid, notFound } from "./status.ts";

/** Answers a read of a pod's log. Throws StatusError. */
export function sendLog(
  context: Context,
  name: string,
  read: () => KubeObject,
  query: URLSearchParams,
  to: ServerResponse,
): void {
  const options = optionsOf(name, query);
  const pod = read();
  const container = containerOf(pod, query.get("container") ?? "");
  const node = textAt(pod["spec"], "nodeName");
  // On no node yet: nobody to ask, and so nothing to say.
  if (node === "") return void to.writeHead(204).end();
  // The real server calls a node that isn't there a pod.
  if (context.logs === undefined) throw notFound({ group: "", plural: "pods", kind: "Pod" }, node);
  checkInstance(pod, container, options.previous);
  const all = context.logs({ pod, container, previous: options.previous });
  const tail = options.tailLines === null ? all : all.slice(Math.max(0, all.length - options.tailLines));
  const sinceMs = options.sinceSeconds === null ? options.sinceMs : context.clock() - options.sinceSeconds * 1000;
  const text = tail
    .filter(({ atMs }) => sinceMs === null || atMs >= sinceMs)
    .map((line) => `${options.timestamps ? `${nanoseconds(line.atMs)} ` : ""}${line.text}\n`)
    .join("");
  const bytes = Buffer.from(text);
  sendText(to, 200, options.limitBytes === null ? bytes : bytes.subarray(0, options.limitBytes), "text/plain");
}

interface LogOptions {
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly sinceSeconds: number | null;
  readonly sinceMs: number | null;
  readonly tailLines: number | null;
  readonly limitBytes: number | null;
}

function optionsOf(name: string, query: URLSearchParams): LogOptions {
  const flag = (key: string): boolean => !["false", "0", null].includes(query.get(key)?.toLowerCase() ?? null);
  const options = {
    previous: flag("previous"),
    timestamps: flag("timestamps"),
    sinceSeconds: wholeIn(query, "sinceSeconds"),
    sinceMs: instantIn(query, "sinceTime"),
    tailLines: wholeIn(query, "tailLines"),
    limitBytes: wholeIn(query, "limitBytes"),
  };
  const causes: Cause[] = [];
  const wrong = (field: "tailLines" | "limitBytes" | "sinceSeconds", least: number, rule: string): void => {
    const value = options[field];
    if (value !== null && value < least)
      causes.push({ reason: "FieldValueInvalid", field, message: `Invalid value: ${value}: ${rule}` });
  };
  wrong("tailLines", 0, "must be greater than or equal to 0");
  wrong("limitBytes", 1, "must be greater than 0");
  if (options.sinceSeconds !== null && options.sinceMs !== null) {
    const message = "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified";
    causes.push({ reason: "FieldValueForbidden", field: "", message });
  } else wrong("sinceSeconds", 1, "must be greater than 0");
  if (causes.length > 0) throw invalid({ group: "", plural: "pods", kind: "PodLogOptions" }, name, causes);
  return options;
}

function wholeIn(query: URLSearchParams, key: string): number | null {
  const text = query.get(key);
  if (text === null) return null;
  if (/^[+-]?\d{1,15}$/.test(text)) return Number(text);
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function instantIn(query: URLSearchParams, key: string): number | null {
  const text = query.get(key);
  if (text === null || text === "") return null;
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
  const ms = form.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  const quoted = JSON.stringify(text);
  throw badRequest(`parsing time ${quoted} as "2006-01-02T15:04:05Z07:00": cannot parse ${quoted} as "2006"`);
}

/** The container that is meant; one has to be named where there are several. */
function containerOf(pod: KubeObject, named: string): string {
  const { name } = pod.metadata;
  const all = ["initContainers", "containers", "ephemeralContainers"].flatMap((key) => namesIn(pod["spec"], key));
  if (named !== "") {
    if (all.includes(named)) return named;
    throw badRequest(`container ${named} is not valid for pod ${name}`);
  }
  const [only, other] = namesIn(pod["spec"], "containers");
  if (only !== undefined && other === undefined) return only;
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(" ")}]`);
}

/** A kubelet's reasons for having no log of an instance. */
function checkInstance(pod: KubeObject, container: string, previous: boolean): void {
  const status = ["containerStatuses", "initContainerStatuses"]
    .flatMap((key) => listAt(pod["status"], key))
    .find((each) => textAt(each, "name") === container);
  const which = `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)}`;
  if (status === undefined) throw badRequest(`${which} is not available`);
  const { state, lastState } = status;
  const ended = isObject(lastState) && isObject(lastState["terminated"]);
  if (previous) {
    if (!ended) throw badRequest(`previous terminated ${which} not found`);
    return;
  }
  const waiting = isObject(state) ? state["waiting"] : undefined;
  if (waiting !== undefined && !ended) throw badRequest(`${which} is waiting to start: ${textAt(waiting, "reason")}`);
}

/** RFC 3339 with nine digits after the second, as runtimes stamp lines. */
function nanoseconds(atMs: number): string {
  const second = Math.floor(atMs / 1000);
  const fraction = Math.min(999_999_999, Math.round((atMs - second * 1000) * 1e6));
  return `${new Date(second * 1000).toISOString().slice(0, 19)}.${String(fraction).padStart(9, "0")}Z`;
}

const listAt = (value: Json | undefined, key: string): readonly JsonObject[] => {
  const member = isObject(value) ? value[key] : undefined;
  return Array.isArray(member) ? member.filter(isObject) : [];
};

const textAt = (value: Json | undefined, key: string): string => {
  const member = isObject(value) ? value[key] : undefined;
  return typeof member === "string" ? member : "";
};

const namesIn = (spec: Json | undefined, key: string): readonly string[] =>
  listAt(spec, key).map((each) => textAt(each, "name"));
