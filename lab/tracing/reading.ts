/** Parameters as Jaeger reads them. */
import type { Query } from "./store.ts";

/** A refusal: what is wrong, in Jaeger's manner. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** A duration as Go writes it (`1m30s`, `25000us`) in nanoseconds; null where the parameter is absent. */
export function goDuration(text: string | null, name: string): bigint | null {
  if (text === null || text === "") return null;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.map(([whole]) => whole).join("") !== text)
    throw new Refusal(400, `malformed parameter ${name}: time: invalid duration "${text}"`);
  return BigInt(Math.round(parts.reduce((sum, [, value, unit]) => sum + Number(value) * (UNITS[unit ?? ""] ?? 0), 0)));
}

const LIMIT = 100_000;

/** Jaeger's memory storage refuses what it could not hold. */
export function limitOf(text: string | null, fallback: number): number {
  const limit = text === null || text === "" ? fallback : Number(text);
  if (!Number.isInteger(limit)) throw new Refusal(400, `strconv.Atoi: parsing "${text}": invalid syntax`);
  if (limit <= 0 || limit > LIMIT)
    throw new Refusal(500, "search depth must be greater than 0 and less than max traces");
  return limit;
}

export function idOf(text: string, say: (why: string) => string): string {
  if (!/^[0-9a-fA-F]{1,32}$/.test(text))
    throw new Refusal(400, say(`strconv.ParseUint: parsing "${text}": invalid syntax`));
  return text;
}

/** /api/v3/traces. */
export function v3Query(parameters: URLSearchParams): Query {
  const get = (name: string): string => parameters.get(`query.${name}`) ?? "";
  if (get("start_time_min") === "" || get("start_time_max") === "")
    throw new Refusal(400, "query.start_time_min and query.start_time_max are required");
  const time = (name: string): bigint => {
    const ms = Date.parse(get(name));
    if (Number.isNaN(ms)) throw new Refusal(400, `malformed parameter query.${name}: parsing time "${get(name)}"`);
    return BigInt(ms) * 1_000_000n;
  };
  const [start, end] = [time("start_time_min"), time("start_time_max")];
  return {
    service: get("service_name"),
    operation: get("operation_name"),
    tags: {},
    ...{ start, end },
    minDuration: goDuration(get("duration_min"), "query.duration_min"),
    maxDuration: goDuration(get("duration_max"), "query.duration_max"),
    limit: limitOf(get("num_traces"), 0),
  };
}

/** /api/traces. */
export function legacyQuery(parameters: URLSearchParams, nowMs: number): Query {
  const service = parameters.get("service") ?? "";
  if (service === "") throw new Refusal(400, "parameter 'service' is required");
  const micros = (name: string, fallback: number): bigint => {
    const text = parameters.get(name) ?? String(fallback);
    if (!/^-?\d+$/.test(text))
      throw new Refusal(400, `unable to parse param '${name}': strconv.ParseInt: parsing "${text}": invalid syntax`);
    return BigInt(text) * 1000n;
  };
  return {
    service,
    operation: parameters.get("operation") ?? "",
    tags: tagsOf(parameters),
    start: micros("start", (nowMs - 48 * 3_600_000) * 1000),
    end: micros("end", nowMs * 1000),
    minDuration: goDuration(parameters.get("minDuration"), "minDuration"),
    maxDuration: goDuration(parameters.get("maxDuration"), "maxDuration"),
    limit: limitOf(parameters.get("limit"), 100),
  };
}

function tagsOf(parameters: URLSearchParams): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const tag of parameters.getAll("tag")) {
    const at = tag.indexOf(":");
    if (at < 0) throw new Refusal(400, `malformed 'tag' parameter, expecting key:value, received: ${tag}`);
    tags[tag.slice(0, at)] = tag.slice(at + 1);
  }
  for (const json of parameters.getAll("tags")) {
    try {
      Object.assign(tags, JSON.parse(json) as Record<string, string>);
    } catch {
      throw new Refusal(400, "malformed 'tags' parameter, cannot unmarshal JSON: unexpected end of JSON input");
    }
  }
  return tags;
}
