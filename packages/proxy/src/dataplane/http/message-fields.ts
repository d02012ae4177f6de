/** What the codec understood of a message's field lines; everything else is kept as it was. */
export class MessageFields {
  /** Field lines that travel on, each with its CRLF, in their order; framing and hop-by-hop ones are left out. */
  kept = "";
  /** -1: there is none. */
  contentLength = -1;
  chunked = false;
  close = false;
  keepAlive = false;
  hostCount = 0;
  host = "";
  /** Values of Upgrade, joined, lower case. */
  upgrade = "";
  /** Connection names Upgrade. */
  upgradeOption = false;
  teTrailers = false;
  forwardedFor = "";
  /** Values of Via, joined. */
  via = "";
  /** From `sluice-hops`; 0 when there is none. */
  hops = 0;
  /** `sluice-probe`: the caller asks which cluster answers. */
  probe = false;
  /** Learned from a response's `Keep-Alive: timeout=N`; -1: not said. */
  idleLimitMs = -1;
  /** Names given in Connection, lower case, other than close, keep-alive, te and upgrade. */
  connectionOptions: string[] | null = null;
}
