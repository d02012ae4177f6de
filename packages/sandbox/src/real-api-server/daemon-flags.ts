/** Values by flag, without the dashes. */
export type Flags = Readonly<Record<string, string>>;

export interface Layout {
  /** Folder of everything. */
  readonly dir: string;
  /** Of kube-apiserver. */
  readonly address: string;
  readonly port: number;
  readonly serviceCidr: string;
}

export const accountIssuer = "https://kubernetes.default.svc";
const socket = (dir: string, name: string): string => `unix://${dir}/${name}.sock`;

/** Command line of the flags; none of them can be read as another's value. */
export function argumentsOf(flags: Flags): string[] {
  return Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
}

/** Where etcd listens. */
export const etcdSocket = ({ dir }: Layout): string => socket(dir, "etcd");

/** etcd for one cluster, on Unix sockets, so that it needs no port. Nothing has to survive a power cut. */
export function etcdFlags(layout: Layout): Flags {
  const { dir } = layout;
  // etcd wants a host and a port to advertise, though nobody dials a single member by them.
  const advertised = "http://127.0.0.1:2380";
  return {
    name: "one",
    "data-dir": `${dir}/etcd`,
    "unsafe-no-fsync": "true",
    "listen-client-urls": etcdSocket(layout),
    "advertise-client-urls": advertised,
    "listen-peer-urls": socket(dir, "etcd-peer"),
    "initial-advertise-peer-urls": advertised,
    "initial-cluster": `one=${advertised}`,
    "log-level": "warn",
  };
}

/** kube-apiserver with RBAC, its default admission and watch cache; tokens from a file. */
export function apiServerFlags(layout: Layout): Flags {
  const { dir, address, port, serviceCidr } = layout;
  return {
    "etcd-servers": etcdSocket(layout),
    "bind-address": address,
    // A loopback address can't stand in the Endpoints of Service kubernetes, so nobody keeps these.
    "advertise-address": address,
    "endpoint-reconciler-type": "none",
    "secure-port": String(port),
    "cert-dir": `${dir}/certificates`,
    "tls-cert-file": `${dir}/server.crt`,
    "tls-private-key-file": `${dir}/server.key`,
    "token-auth-file": `${dir}/tokens.csv`,
    "authorization-mode": "RBAC",
    "service-cluster-ip-range": serviceCidr,
    "service-account-issuer": accountIssuer,
    "service-account-key-file": `${dir}/accounts.pub`,
    "service-account-signing-key-file": `${dir}/accounts.key`,
    "allow-privileged": "true",
    // Without it a server that is asked to end waits for watches that nobody ends.
    "shutdown-watch-termination-grace-period": "1s",
    profiling: "false",
  };
}

/** kube-controller-manager alone, so without elections. */
export function controllerManagerFlags({ dir }: Layout): Flags {
  return {
    kubeconfig: `${dir}/controller-manager.kubeconfig`,
    "root-ca-file": `${dir}/ca.crt`,
    "service-account-private-key-file": `${dir}/accounts.key`,
    "leader-elect": "false",
    "secure-port": "0",
    profiling: "false",
  };
}
