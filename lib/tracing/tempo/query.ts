/** A search in Tempo's language. https://grafana.com/docs/tempo/latest/traceql/ */
import { MeshscopeError } from "#lib/errors.ts";
import type { TraceQuery } from "../port.ts";

/** All conditions hold of one span, as with the other backends. @throws MeshscopeError `bad_parameter` for a tag that can't be written */
export function traceQl(query: Partial<TraceQuery>): string {
  const {
    service = null,
    operation = null,
    tags = [],
    errorsOnly = false,
    minDuration = null,
    maxDuration = null,
  } = query;
  const conditions = [
    ...(service === null ? [] : [`resource.service.name = ${quote(service)}`]),
    ...(operation === null ? [] : [`name = ${quote(operation)}`]),
    ...tags.map(([key, value]) => condition(key, value)),
    ...(errorsOnly ? ["status = error"] : []),
    ...(minDuration === null ? [] : [`duration >= ${duration(minDuration)}`]),
    ...(maxDuration === null ? [] : [`duration <= ${duration(maxDuration)}`]),
  ];
  return conditions.length === 0 ? "{}" : `{ ${conditions.join(" && ")} }`;
}

/** Comparison is typed, and a tag's type isn't known: numbers and truths are looked for in both forms. */
function condition(key: string, value: string): string {
  if (!/^[A-Za-z0-9_./:-]{1,253}$/.test(key))
    throw new MeshscopeError(
      "bad_parameter",
      "Tempo can be searched by tags whose names have letters, digits and _ . / : - alone.",
    );
  const name = `."${key}"`;
  const text = `${name} = ${quote(value)}`;
  const typed = /^(?:true|false|-?\d{1,15}(?:\.\d{1,15})?)$/.test(value);
  return typed ? `(${text} || ${name} = ${value})` : text;
}

/** The text as a literal; escapes are those of Go's strings. */
function quote(text: string): string {
  const escaped = text.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t");
  return `"${escaped.replace(/\p{Cc}/gu, "").toWellFormed()}"`;
}

function duration(seconds: number): string {
  return `${Math.round(seconds * 1e6)}us`;
}
