/** One object of services.yaml. */
export interface ServiceObjectView {
  clusterKey: string;
  kind: string;
  yaml: string;
}

/** services.probe: which cluster answered each of the marked requests, in the order sent. */
export interface ProbeView {
  /** clusterKey null: the answer did not say, or there was none (status 0). */
  answers: { clusterKey: string | null; status: number }[];
}
