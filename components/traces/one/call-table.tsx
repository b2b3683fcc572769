import { formatCount, formatPercent } from "#lib/format.ts";
import type { CallGraph } from "#lib/tracing/view/graph.ts";
import { durationText } from "#lib/tracing/view/words.ts";
import { ratio } from "#lib/units.ts";
import { namesOf, shareOf } from "./call-mark.tsx";
import { useModel } from "./model.tsx";

/** The graph for whoever doesn't see it: each call with its ends, and what its callee took. */
export function CallTable({ graph: { nodes, edges } }: { readonly graph: CallGraph }) {
  const { picture } = useModel();
  const words = (at: number) => {
    const node = nodes[at];
    return node === undefined ? "" : namesOf(node, picture).join(" ").trim();
  };
  return (
    // A table is as wide as its longest name, however small it is told to be: what is around it cuts it.
    <div className="sr-only">
      <table>
        <caption>Calls of the trace</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">Calls</th>
            <th scope="col">Failed</th>
            <th scope="col">Called, itself</th>
            <th scope="col">Called, of the critical path</th>
          </tr>
        </thead>
        <tbody>
          {edges.map(({ from, to, calls, failed }) => {
            const callee = nodes[to];
            return (
              <tr key={`${from} ${to}`}>
                <td>{words(from)}</td>
                <td>{words(to)}</td>
                <td>{formatCount(calls)}</td>
                <td>{formatCount(failed)}</td>
                <td>{callee === undefined ? "" : durationText(callee.self)}</td>
                <td>{callee === undefined ? "" : formatPercent(ratio(shareOf(callee, picture)))}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
