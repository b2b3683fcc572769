/** What is known of requests beyond the standard labels: by labels that somebody added, by logs, by traces. */
import type { CallFacts } from "../meaning/authorization/facts.ts";
import type { RequestFacts } from "../meaning/routing/match.ts";

type Addressed = Pick<CallFacts, "sourceIp" | "remoteIp" | "destinationIp" | "sni" | "external">;

/** Absent members: not known. Those of addresses, ports and TLS are as the server's proxy has them, whoever saw the rest. */
export interface RequestKnown
  extends Addressed,
    Pick<CallFacts, "method" | "host" | "path" | "headers" | "token" | "port">,
    Pick<RequestFacts, "scheme" | "query"> {
  /** Whose proxy saw method, host, path, headers: absent, the server's. */
  readonly by?: "client" | "server";
  /** As the gateway or waypoint before the server has them, by its own log: what it saw of the rest is from there. */
  readonly front?: Front;
}

export interface Front extends Pick<CallFacts, "sourceIp" | "remoteIp" | "port"> {
  readonly at: "gateway" | "waypoint";
}

/** A part of a pair's calls whose requests are alike. */
export interface RequestClass {
  /** 0…1 of the pair's calls. */
  readonly share: number;
  /** As a portion has it: null is plaintext, undefined not known. */
  readonly principal: string | null | undefined;
  readonly request: RequestKnown;
}
