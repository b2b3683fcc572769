/** One request as somebody asks about it, and whether it would pass, step by step. */
import type { Source } from "./security.ts";

interface Place {
  readonly namespace: string;
  readonly name: string;
}

export interface SimulationQuestion {
  readonly client:
    | ({ readonly kind: "workload" } & Place)
    | { readonly kind: "account"; readonly namespace: string; readonly account: string }
    | { readonly kind: "outside"; readonly ip?: string };
  /** `host`: of the ServiceEntry of that name; `pod`: a pod of the workload of that name, by its own address; absent: a Service. */
  readonly service: Place & { readonly host?: string; readonly pod?: true };
  /** Of the service, or of the pod. */
  readonly port: number;
  /** Absent: not known, here and below. */
  readonly method?: string;
  /** With its query. */
  readonly path?: string;
  readonly host?: string;
  /** Server name of the client's own TLS; "": none. */
  readonly sni?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?:
    | "none"
    | {
        readonly valid: boolean;
        readonly issuer?: string;
        readonly subject?: string;
        readonly audiences?: readonly string[];
        readonly claims?: Readonly<Record<string, readonly string[]>>;
      };
  /** enableAutoMtls of the mesh; absent: as it is set, where that is known. */
  readonly autoMtls?: boolean;
}

export type SimulationVerdict = "yes" | "no" | "unknown";

export interface SimulationStep {
  readonly kind: "route" | "mtls" | "authorization";
  readonly title: string;
  readonly verdict: SimulationVerdict;
  readonly text: string;
  readonly sources: readonly Source[];
  readonly lacks: readonly string[];
}

export interface Simulation {
  readonly verdict: SimulationVerdict;
  readonly steps: readonly SimulationStep[];
  /** What it takes to decide; none where it is decided. */
  readonly lacks: readonly string[];
}
