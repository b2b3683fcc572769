import { Cell } from "#components/ui/section.tsx";
import { StateMark } from "#components/ui/state-mark.tsx";
import type { GraphEdge } from "#lib/graph/model.ts";
import { anyTitle } from "../names.ts";
import { SelectLink } from "../selection.tsx";

/** The cell of a table that names an edge, by its state and both ends unless told otherwise, and leads to it. */
export function EdgeCell({
  edge,
  text = anyTitle(edge.id),
  title = text,
  className = "max-w-40",
}: {
  readonly edge: GraphEdge;
  readonly text?: string;
  readonly title?: string;
  readonly className?: string;
}) {
  return (
    <Cell className={className}>
      <span className="flex min-w-0 items-center gap-1.5">
        <StateMark state={edge.health} />
        <SelectLink id={edge.id} className="name underline-offset-2 hover:underline">
          <bdi title={title}>{text}</bdi>
        </SelectLink>
      </span>
    </Cell>
  );
}
