import { parseArgs } from "node:util";

export interface DemoOptions {
  /** Folder of the sandbox's state; absolute or relative to the working directory. */
  dir: string;
  /** Begin anew: the folder's state is removed first. */
  fresh: boolean;
  workloads: boolean;
  /** Use 127.0.0.1 only; it is so in any case where a system has no other loopback address. */
  singleAddress: boolean;
  /** Wanted port of the console; 0 for any free one. */
  port: number;
  members: readonly string[];
}

const usage = `npm run demo -- [flags]
  --fresh           begin anew instead of continuing from the folder
  --no-workloads    empty clusters, for telling the story by hand
  --port N          port of the console (default 3000; 0: any free one)
  --single-address  use 127.0.0.1 only (always on macOS)
  --dir DIR         folder of the state (default .sluice)
  --members A,B     names of the member clusters (default 1-23,1-25)`;

/** Reads the demo's flags. @throws Error that names the flag and lists those there are. */
export function parseDemoOptions(argv: readonly string[]): DemoOptions {
  const { values } = parse(argv);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`--port: "${values.port}" is no port; give 0 to 65535\n${usage}`);
  const members = values.members.split(",");
  const bad = members.find((name) => !/^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/.test(name) || name === "control-plane");
  if (bad !== undefined) throw new Error(`--members: "${bad}" can't be a cluster's name; use lower-case letters, digits and dashes\n${usage}`);
  if (new Set(members).size < members.length) throw new Error(`--members: a name stands twice in "${values.members}"\n${usage}`);
  return { dir: values.dir, fresh: values.fresh, workloads: !values["no-workloads"], singleAddress: values["single-address"], port, members };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        fresh: { type: "boolean", default: false },
        "no-workloads": { type: "boolean", default: false },
        "single-address": { type: "boolean", default: false },
        port: { type: "string", default: "3000" },
        dir: { type: "string", default: ".sluice" },
        members: { type: "string", default: "1-23,1-25" },
      },
    });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${usage}`, { cause: error });
  }
}
