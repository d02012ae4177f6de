import { findAssets } from "../src/real-api-server/find-assets.ts";
import { RealApiServer } from "../src/real-api-server/start-real-api-server.ts";
import { describeKubectl } from "./describe-kubectl.ts";
import { findKubectl } from "./run-kubectl.ts";

for (const assets of findAssets()) {
  describeKubectl({ server: `kube-apiserver ${assets.version}`, path: assets.kubectl ?? findKubectl(), start: () => RealApiServer.start({ name: "1-23", assets }) });
}
