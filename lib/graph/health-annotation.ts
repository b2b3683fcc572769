/**
 * The annotation `health.kiali.io/rate`: `code,degraded,failure,protocol,direction;…`, for example
 * `5XX,5,10,http,inbound;404,50,80,http,.*`. https://kiali.io/docs/configuration/health/
 */
import type { Protocol } from "./model.ts";
import type { Direction, Tolerance } from "./tolerance.ts";

const PROTOCOLS: readonly Protocol[] = ["http", "grpc", "tcp"];
const DIRECTIONS: readonly Direction[] = ["inbound", "outbound"];

/**
 * A pattern of an annotation as a test of whole texts. Annotations are written by whoever may edit a workload, so only
 * what can't make a matcher run long is taken: text, classes, `.`, alternatives, `X` for a digit, and `.*` alone or at an
 * alternative's end; no groups and no other repetition. null if it is anything else.
 */
function pattern(source: string): ((text: string) => boolean) | null {
  const alternatives = source.split("|").map((part) => part.trim().replace(/^\^/, "").replace(/\$$/, ""));
  const regexes: RegExp[] = [];
  for (const part of alternatives) {
    if (!/^(?:[A-Za-z0-9._-]|\\d|\[[\^A-Za-z0-9-]{1,32}\]){0,32}(?:\.\*)?$/.test(part) || part === "") return null;
    try {
      regexes.push(new RegExp(`^(?:${part})$`));
    } catch {
      return null;
    }
  }
  return (text) => regexes.some((regex) => regex.test(text));
}

function percent(text: string): number | null {
  const value = /^\d{1,3}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  return value >= 0 && value <= 100 ? value : null;
}

/** The limits an annotation states; null if any part of it can't be read, so that a typo doesn't switch health off. */
export function parseRateAnnotation(annotation: string): readonly Tolerance[] | null {
  const tolerances: Tolerance[] = [];
  for (const part of annotation.slice(0, 4096).split(";")) {
    if (part.trim() === "") continue;
    const [code, degraded, failing, protocol, direction, ...more] = part.split(",").map((field) => field.trim());
    if (code === undefined || degraded === undefined || failing === undefined || more.length > 0) return null;
    const counts = pattern(code.replace(/[Xx]/g, "\\d"));
    const forProtocol = pattern(protocol || ".*");
    const forDirection = pattern(direction || ".*");
    const [low, high] = [percent(degraded), percent(failing)];
    if (counts === null || forProtocol === null || forDirection === null || low === null || high === null) return null;
    const protocols = PROTOCOLS.filter((p) => forProtocol(p));
    for (const d of DIRECTIONS.filter((each) => forDirection(each))) {
      tolerances.push({ code: counts, degraded: low, failing: high, protocols, direction: d });
    }
  }
  return tolerances.length === 0 ? null : tolerances;
}
