/** What the page may ask of the drawing. */
export interface Drawing {
  /** Centres on a node or an edge; null fits everything. */
  readonly focus: (id: string | null) => void;
}
