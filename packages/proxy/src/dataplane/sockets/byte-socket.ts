/**
 * The little that the data plane wants of a connection. Everything above it is written against this, so that TLS, the
 * link between clusters, or another event source can come below it without a change to the codec.
 */
export interface ByteSocket {
  /** Who is told; replaced as a connection passes from one owner to the next. */
  events: SocketEvents;
  /** Address of the other end, without an IPv4-in-IPv6 prefix. */
  readonly remoteAddress: string;
  /** Written, but not yet taken by the system. */
  readonly pendingBytes: number;
  /**
   * Asked right after a write: the system took no byte of it and never will, since the other end has reset the
   * connection or it is closed. `onClose` follows.
   */
  readonly refused: boolean;
  /** Both return false when the other end is slow: wait for `onDrain` before writing more. */
  write(bytes: Buffer): boolean;
  writeText(latin1: string): boolean;
  /** Until `resume`, neither `onData` nor `onEnd` is called. */
  pause(): void;
  resume(): void;
  /** Ends our half after what was written. */
  end(): void;
  /** Closes at once; the other end sees a normal end of the connection if nothing was unread. */
  destroy(): void;
  /** Closes with RST, so that the other end cannot take a cut answer for a whole one. */
  reset(): void;
}

export interface SocketEvents {
  /** Dialled connections only. */
  onConnect(): void;
  /** `bytes` belong to the receiver. */
  onData(bytes: Buffer): void;
  /** The other end has ended its half. */
  onEnd(): void;
  onDrain(): void;
  /** Nothing moved in either direction for the idle limit. */
  onIdle(): void;
  /** Once, and last. `error` is null after a clean end. */
  onClose(error: Error | null): void;
}

export interface ListenOptions {
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
  readonly idleMsMax: number;
  readonly connectionsMax: number;
}

export interface Listener {
  readonly port: number;
  /** Stops accepting; connections stay. */
  close(): void;
}

export interface DialOptions {
  readonly host: string;
  /** Used when `host` is a name that does not resolve. */
  readonly fallbackIp: string;
  readonly port: number;
  readonly idleMsMax: number;
}

export interface SocketLayer {
  /** Rejects when the port cannot be bound. */
  listen(options: ListenOptions, onConnection: (socket: ByteSocket) => void): Promise<Listener>;
  dial(options: DialOptions, events: SocketEvents): ByteSocket;
}
