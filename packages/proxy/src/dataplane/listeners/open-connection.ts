/** What a listener needs of each connection that it accepted. */
export interface OpenConnection {
  readonly idle: boolean;
  /** Ends an idle connection in an orderly way. */
  close(): void;
  /** Ends it whatever it is doing. */
  abort(): void;
}
