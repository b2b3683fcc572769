/** What can be done to a service's routing from its page. One whose page doesn't exist yet isn't in the list. */

export interface ServiceAction {
  /** Last segment of its page: `/services/{cluster}/{namespace}/{name}/{action}`. */
  readonly id: string;
  readonly title: string;
}

export const actions: readonly ServiceAction[] = [
  { id: "shift", title: "Shift traffic" },
  { id: "match", title: "Match requests" },
  { id: "mirror", title: "Mirror" },
  { id: "resilience", title: "Timeouts and retries" },
  { id: "fault", title: "Inject faults" },
  { id: "destination", title: "Destination settings" },
];
