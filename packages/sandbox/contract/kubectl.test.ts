import { startApiServer } from "../src/api-server/start-api-server.ts";
import { describeKubectl } from "./describe-kubectl.ts";
import { kubectlsToTest } from "./run-kubectl.ts";

for (const { version, path } of kubectlsToTest()) {
  describeKubectl({ server: `the sandbox's API server, kubectl ${version}`, path, start: () => startApiServer({ name: "1-23", serviceCidr: "127.102.0.0/17" }) });
}
