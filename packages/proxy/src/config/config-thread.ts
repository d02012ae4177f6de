import { parentPort, workerData } from "node:worker_threads";
import { createClient } from "@sluice/kubernetes/create-client";
import { startFolderSource } from "./folder-source.ts";
import { startKubernetesSource } from "./kubernetes-source.ts";
import { runConfig } from "./run-config.ts";

/** What the thread is started with. */
export interface ConfigThreadData {
  readonly source: { readonly type: "kubernetes"; readonly namespace: string } | { readonly type: "folder"; readonly folder: string };
  readonly dataFolder?: string | undefined;
  /** This proxy's own address. */
  readonly address: string;
}

if (parentPort !== null) {
  const port = parentPort;
  const { source, dataFolder, address } = workerData as ConfigThreadData;
  const config = runConfig({
    dataFolder,
    address,
    post: (message) => port.postMessage(message),
    startSource: (index, events) =>
      source.type === "folder"
        ? startFolderSource(source.folder, index, events)
        : startKubernetesSource(createClient({ userAgent: "sluice-proxy" }), source.namespace, index, events),
  });
  // The one message that the other side sends means "stop".
  port.once("message", () => void config.stop().then(() => port.close()));
}
