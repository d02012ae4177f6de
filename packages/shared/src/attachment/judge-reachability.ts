/** What is known of whether one proxy can be reached. */
export interface ReachabilityViews {
  /** The controller itself had an answer in the last 3 s. */
  readonly polled: boolean;
  /** What each peer that the controller can ask says of it. */
  readonly peers: readonly boolean[];
}

/**
 * The majority of the peers decides, since they stand where callers' requests come from and where they go to; the
 * controller may be cut off from what everybody else reaches. It decides alone where no peer says anything (one
 * replica), and where they are divided.
 */
export function judgeReachability({ polled, peers }: ReachabilityViews): boolean {
  const reach = peers.filter((reaches) => reaches).length;
  const miss = peers.length - reach;
  return reach === miss ? polled : reach > miss;
}
