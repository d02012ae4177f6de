import type { StoryGround } from "../story/story.ts";

/** A cluster that no set knows, with a member's parts. */
export interface ExtraCluster {
  name: string;
  /** Text of a kubeconfig by which it can be joined. */
  kubeconfig: string;
  gatewayHost: string;
  gatewayPort: number;
  stop(): Promise<void>;
}

/** Where the console's scenarios are played: 1-23 and 1-25 are joined and export httpbin, and callers of 1-23 are there to be started. */
export interface ConsoleGround extends StoryGround {
  /** Address of the console. */
  url: string;
  startExtraCluster(): Promise<ExtraCluster>;
  /** The API server that the console asks is gone; another takes its place by itself. */
  killApiServer(): Promise<void>;
  stop(): Promise<void>;
}
