import { readFileSync, readdirSync, readlinkSync, statSync } from "node:fs";
import type { ClusterWish } from "../set/cluster-set.ts";

/** Seen of Kubernetes 1.36: 3 of kube-apiserver and 5 of kube-controller-manager; 6 of kubelet, 1 each of kube-proxy and containerd. */
const ofControlPlane = 8;
const ofNode = 8;

/** Why the clusters may find no inotify instance beside what runs here already, which their kubelets only say in their logs; undefined: there are enough. */
export function inotifyObstacle(wished: readonly Pick<ClusterWish, "nodeCount">[], limit = inotifyLimit(), used = inotifyUsed()): string | undefined {
  const needed = wished.reduce((sum, { nodeCount }) => sum + ofControlPlane + nodeCount * ofNode, 0);
  if (used + needed <= limit) return undefined;
  return `the clusters need ${needed} inotify instances, and ${used} of the ${limit} that fs.inotify.max_user_instances allows root are taken: end other clusters, or allow more with \`sysctl -w fs.inotify.max_user_instances=512\``;
}

function inotifyLimit(): number {
  return Number(readFileSync("/proc/sys/fs/inotify/max_user_instances", "utf8"));
}

/** Instances of root's processes, which are counted together. */
function inotifyUsed(): number {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.reduce((sum, pid) => sum + instancesOf(`/proc/${pid}`), 0);
}

/** 0 for a process that ends meanwhile. */
function instancesOf(process: string): number {
  try {
    if (statSync(process).uid !== 0) return 0;
    return readdirSync(`${process}/fd`).filter((descriptor) => isInotify(`${process}/fd/${descriptor}`)).length;
  } catch {
    return 0;
  }
}

function isInotify(descriptor: string): boolean {
  try {
    return readlinkSync(descriptor) === "anon_inode:inotify";
  } catch {
    return false;
  }
}
