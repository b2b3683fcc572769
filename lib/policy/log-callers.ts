/** Who called a workload by its proxies' access logs: evidence of who sends plaintext, beside what metrics tell. */
import type { ObjectRef } from "./ref.ts";

/** Calls of one sort from one place, within the lines that were read. */
export interface LogCaller {
  /** Node id of the workload that has the address now; null: none that may be named. */
  readonly source: string | null;
  /**
   * `pod`: an address of a pod. `address`: of no pod that is known: a node, a load balancer, a pod that is gone. `claimed`: what a header of the
   * request says, which anybody can write. `hidden`: of a pod out of sight.
   */
  readonly by: "pod" | "address" | "claimed" | "hidden";
  /** null: of a pod out of sight. */
  readonly address: string | null;
  /** `unknown`: a client whose tunnel (ambient) carries no server name, as plaintext doesn't. */
  readonly sends: "plaintext" | "own TLS" | "unknown";
  /** Lines. */
  readonly calls: number;
  /** Of these, those that STRICT refused already. */
  readonly refused: number;
  /** RFC 3339 */
  readonly lastAt: string | null;
}

/** Calls of one caller that policies on trial would have denied, by lines of ztunnels. */
export interface LogTrial extends Pick<LogCaller, "source" | "by" | "address" | "lastAt"> {
  /** `allow`: no rule of any ALLOW policy on trial took them. */
  readonly action: "allow" | "deny";
  /** null: of ALLOW none is named; of DENY it is out of sight. */
  readonly policy: ObjectRef | null;
  /** Lines. */
  readonly calls: number;
}

/** What one pod's log gave. */
export interface ReadLog {
  readonly pod: string;
  /** Lines that were read; null: the log couldn't be. */
  readonly lines: number | null;
  /** Of these, lines of an access log about calls into the pod, and those that can't be read for sure. */
  readonly inbound: number;
  readonly unreadable: number;
  /** RFC 3339: of the oldest line that was read. */
  readonly since: string | null;
  /** Of so many last lines the older part alone was read, for bytes are bounded, too; null: the newest are among them. */
  readonly olderOf: number | null;
  /** Why it couldn't be read. */
  readonly problem: string | null;
}
