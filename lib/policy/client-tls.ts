/** What a client's proxy sends to what stands behind a destination, whether that takes it, and which objects say so. */
import type { MtlsMode, Source } from "./security.ts";

/** One object that has a say. Of one out of the reader's sight all is null. */
export interface TlsSay {
  readonly source: Source | null;
  /**
   * Of a DestinationRule its whole, its port, its subset, the subset's port; then the levels of a PeerAuthentication. `gateway`: of a
   * Gateway, which says the ports that it opens on the workload.
   */
  readonly level:
    | "rule"
    | "port"
    | "subset"
    | "subset port"
    | "mesh"
    | "namespace"
    | "workload"
    | "workload port"
    | "gateway"
    | null;
  readonly says: string | null;
}

export interface ClientTls {
  readonly host: string;
  readonly subset: string | null;
  /** Of the service. */
  readonly port: number | null;
  /** Workloads behind it that are alike in all of this, as `shop/reviews-v1`; none: who takes it isn't known. */
  readonly servers: readonly string[];
  /** Whose proxy sends it: the client's, the waypoint that the client's calls come through; or nobody's, as the client says it. */
  readonly by: "client" | "waypoint" | "nobody";
  /** By a DestinationRule `ISTIO_MUTUAL`, `SIMPLE` or `MUTUAL`; `automatic` mutual TLS where none says it; null: not known. */
  readonly sends: "ISTIO_MUTUAL" | "SIMPLE" | "MUTUAL" | "automatic" | "HBONE" | "plaintext" | null;
  /** `past`: it comes past the server's sidecar. null: not known, or no PeerAuthentication says it. */
  readonly takes: MtlsMode | "HBONE" | "no proxy" | "past" | null;
  /** null: not known, for what is in `lacks`. */
  readonly connects: boolean | null;
  /** Whether mutual TLS of the mesh proves to the server who calls; null: not known. */
  readonly identified: boolean | null;
  /** What makes it so, in sentences. */
  readonly why: readonly string[];
  /** The client's side from the outside in, then the server's: the last of each decides. */
  readonly chain: readonly TlsSay[];
  readonly lacks: readonly string[];
}
