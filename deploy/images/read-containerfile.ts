/** What a Containerfile of ours says about the image, in the words of the OCI image configuration. */
export interface ContainerfileConfig {
  /** Default of the build argument BASE. */
  readonly base: string;
  /** What is copied from the context, and to where. */
  readonly copies: readonly { readonly from: string; readonly to: string }[];
  readonly Env: readonly string[];
  readonly WorkingDir: string;
  readonly User: string;
  readonly Entrypoint: readonly string[];
}

/**
 * Reads a Containerfile that uses only ARG BASE, FROM, ENV, COPY, WORKDIR, USER and ENTRYPOINT, each on one line: an
 * image that is made without a container engine takes its configuration from here, so that both ways give the same.
 * @throws Error that names the line of anything else.
 */
export function readContainerfile(text: string): ContainerfileConfig {
  let base: string | undefined;
  const copies: { from: string; to: string }[] = [];
  const env: string[] = [];
  const single = new Map<string, string>();
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, instruction = "", rest = ""] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    const fail = (): never => {
      throw new Error(`Containerfile, line ${index + 1}: "${line}" is not understood; only ARG BASE=, FROM \${BASE}, ENV, COPY, WORKDIR, USER and ENTRYPOINT are`);
    };
    if (instruction === "ARG" && rest.startsWith("BASE=")) base = rest.slice("BASE=".length);
    else if (instruction === "ENV" && /^[A-Z_]+=\S+$/.test(rest)) env.push(rest);
    else if (instruction === "COPY" && /^[\w./-]+ \/[\w./-]*$/.test(rest)) {
      const [from = "", to = ""] = rest.split(" ");
      copies.push({ from, to });
    } else if (instruction === "WORKDIR" || instruction === "USER" || instruction === "ENTRYPOINT") single.set(instruction, rest);
    else if (!(instruction === "FROM" && rest === "${BASE}")) fail();
  }
  const required = (instruction: string): string => {
    const value = single.get(instruction);
    if (value === undefined) throw new Error(`Containerfile: ${instruction} is missing`);
    return value;
  };
  if (base === undefined) throw new Error("Containerfile: ARG BASE= is missing");
  const entrypoint = JSON.parse(required("ENTRYPOINT")) as string[];
  return { base, copies, Env: env, WorkingDir: required("WORKDIR"), User: required("USER"), Entrypoint: entrypoint };
}
