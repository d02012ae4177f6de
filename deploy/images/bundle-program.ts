import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { rolldown, type Plugin } from "rolldown";

/** How the sources name the file of a thread that they start. */
const threadFile = /new URL\("(\.[^"]+)\.ts", import\.meta\.url\)/g;

/**
 * Bundles a program into `outFolder` as one file `name`.mjs and its source map, with one more such pair for every thread
 * that it starts. The code stays readable, so that a stack trace tells enough without the map.
 * @returns the names of the programs' files. @throws Error when rolldown fails.
 */
export async function bundleProgram(entry: string, outFolder: string, name: string): Promise<string[]> {
  const threads: string[] = [];
  const plugin: Plugin = {
    name: "threads",
    transform(code, id) {
      if (!code.includes("import.meta.url")) return null;
      const changed = code.replaceAll(threadFile, (_, specifier: string) => {
        threads.push(path.resolve(path.dirname(id), `${specifier}.ts`));
        return `new URL("./${path.basename(specifier)}.mjs", import.meta.url)`;
      });
      // No line moves.
      return { code: changed, map: null };
    },
  };
  const bundle = await rolldown({ input: entry, platform: "node", plugins: [plugin], logLevel: "warn" });
  const file = `${name}.mjs`;
  try {
    await bundle.write({ file: path.join(outFolder, file), format: "esm", sourcemap: true, codeSplitting: false });
  } finally {
    await bundle.close();
  }
  dropSources(path.join(outFolder, `${file}.map`));
  const inner = await Promise.all(threads.map((thread) => bundleProgram(thread, outFolder, path.basename(thread, ".ts"))));
  return [file, ...inner.flat()];
}

/** The map tells file and line; who looks there has the sources. */
function dropSources(file: string): void {
  const { sourcesContent: _, sources, ...map } = JSON.parse(readFileSync(file, "utf8")) as { sources: string[]; sourcesContent?: string[] };
  // From wherever the checkout is: the same sources give the same image.
  const fromRoot = sources.map((source) => source.replace(/^(?:\.\.\/)+/, ""));
  writeFileSync(file, JSON.stringify({ ...map, sources: fromRoot }));
}
