/** Where the lines of containers' logs come from. */
import type { KubeObject } from "./object.ts";

export interface LogLine {
  /** Milliseconds since the epoch, with a fraction. */
  readonly atMs: number;
  /** Without its end of line. */
  readonly text: string;
}

/** What the kubelets have: all lines of a container that runs or ran, oldest first. `previous`: of the instance before. */
export type Logs = (of: {
  readonly pod: KubeObject;
  readonly container: string;
  readonly previous: boolean;
}) => readonly LogLine[];
