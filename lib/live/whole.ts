/** The `selected` that stands for the whole graph: no id of a node or edge can be it. */
export const WHOLE = "graph";
