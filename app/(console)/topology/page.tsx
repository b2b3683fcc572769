import type { Metadata } from "next";
import { Topology } from "#components/topology/topology.tsx";

export const metadata: Metadata = { title: "Topology" };

/**
 * The shell and this page's frame come with the first response; the graph itself never passes through it: a worker
 * opens the stream as soon as the page's script runs (docs/architecture.md).
 */
export default function TopologyPage() {
  return <Topology />;
}
