import { basename } from "node:path";

/** How the kubelet runs an image as a local process. */
export interface Program {
  /** Begin of the command line; `args` of the container follow. */
  readonly command: readonly string[];
  /** Name under which pods of every image find the program, e.g. "curl". */
  readonly binary?: string;
  /** As the entrypoint of curlimages/curl: arguments that begin with a program in PATH are a command of their own. */
  readonly runsCommands?: boolean;
  /** The program tells when it serves (see `announce-ready.ts`); its container counts as started only then. */
  readonly announces?: boolean;
}

const script = (name: string): string[] => [process.execPath, `${import.meta.dirname}/${name}.ts`];

/** The images that the sandbox brings. */
export const ownPrograms: Readonly<Record<string, Program>> = {
  "flomesh/pipy": { command: script("pipy"), binary: "pipy", announces: true },
  "curlimages/curl": { command: script("curl"), binary: "curl", runsCommands: true },
  "sluice/echo": { command: script("echo"), binary: "sluice-echo", announces: true },
  "sluice/caller": { command: script("caller"), binary: "sluice-caller" },
};

export type Programs = Readonly<Record<string, Program>>;

/** Repository of an image reference, without registry `docker.io`, tag and digest. */
export function imageRepository(image: string): string {
  const name = image.replace(/@sha256:[0-9a-f]+$/, "").replace(/:[^/:]+$/, "");
  return name.replace(/^(?:index\.)?docker\.io\//, "").replace(/^library\//, "");
}

/** The program of an image; undefined for an image that there is not. */
export function programOf(image: string, programs: Programs): Program | undefined {
  return programs[imageRepository(image)];
}

/** Name of the program's shim in PATH. */
export function binaryOf(repository: string, program: Program): string {
  return program.binary ?? basename(repository);
}
