/**
 * What counts as failed, by preset `meshscope` of the graph: never arrived, or failed at the server. Written here a
 * second time on purpose: a test against the console's own rule would prove nothing.
 */
const NEVER_ARRIVED = new Set(["UF", "UH", "UO", "NR", "NC", "DF"]);
const SERVER = new Set(["UC", "UR", "UT", "SI"]);
const SERVER_STATUS = new Set(["2", "4", "12", "13", "14", "15"]);

export interface Result {
  readonly code: string;
  /** Empty for HTTP and where no status arrived. */
  readonly grpcStatus: string;
  readonly flags: string;
}

/** Did a request with this result fail, as its client sees it? Injected faults, denials and clients who left are no failures. */
export function failed(result: Result): boolean {
  const flags = result.flags.split(",");
  if (flags.some((f) => NEVER_ARRIVED.has(f))) return true;
  if (flags.includes("FI") || flags.includes("UAEX") || flags.includes("RL")) return false;
  if (flags.includes("DC") || result.grpcStatus === "1") return false;
  if (flags.some((f) => SERVER.has(f))) return true;
  return result.grpcStatus !== "" ? SERVER_STATUS.has(result.grpcStatus) : result.code.startsWith("5");
}
