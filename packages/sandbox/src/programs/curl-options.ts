/** The command line of the sandbox's curl, parsed. */
export interface CurlOptions {
  urls: string[];
  method: string | undefined;
  headers: [name: string, value: string][];
  body: string | undefined;
  output: string | undefined;
  writeOut: string | undefined;
  timeoutMs: number | undefined;
  connectTimeoutMs: number | undefined;
  silent: boolean;
  showError: boolean;
  include: boolean;
  verbose: boolean;
  head: boolean;
  fail: boolean;
  follow: boolean;
}

export class CurlUsageError extends Error {
  override readonly name = "CurlUsageError";
}

type Apply = (options: CurlOptions, value: string) => void;
type Flag = { long: string; short?: string; value?: boolean; apply: Apply };

const flags: readonly Flag[] = [
  { long: "silent", short: "s", apply: (options) => (options.silent = true) },
  { long: "show-error", short: "S", apply: (options) => (options.showError = true) },
  { long: "include", short: "i", apply: (options) => (options.include = true) },
  { long: "verbose", short: "v", apply: (options) => (options.verbose = true) },
  { long: "head", short: "I", apply: (options) => (options.head = true) },
  { long: "fail", short: "f", apply: (options) => (options.fail = true) },
  { long: "location", short: "L", apply: (options) => (options.follow = true) },
  { long: "insecure", short: "k", apply: () => undefined },
  { long: "http1.1", apply: () => undefined },
  { long: "request", short: "X", value: true, apply: (options, value) => (options.method = value) },
  { long: "data", short: "d", value: true, apply: addData },
  { long: "data-raw", value: true, apply: addData },
  { long: "header", short: "H", value: true, apply: addHeader },
  { long: "output", short: "o", value: true, apply: (options, value) => (options.output = value) },
  { long: "write-out", short: "w", value: true, apply: (options, value) => (options.writeOut = value) },
  { long: "max-time", short: "m", value: true, apply: (options, value) => (options.timeoutMs = secondsToMs("--max-time", value)) },
  { long: "connect-timeout", value: true, apply: (options, value) => (options.connectTimeoutMs = secondsToMs("--connect-timeout", value)) },
  { long: "url", value: true, apply: (options, value) => options.urls.push(value) },
];

function addData(options: CurlOptions, value: string): void {
  options.body = options.body === undefined ? value : `${options.body}&${value}`;
}

function addHeader(options: CurlOptions, value: string): void {
  const colon = value.indexOf(":");
  if (colon <= 0) throw new CurlUsageError(`option -H: "${value}" is no header; write "Name: value"`);
  options.headers.push([value.slice(0, colon).trim(), value.slice(colon + 1).trim()]);
}

function secondsToMs(flag: string, value: string): number {
  const seconds = Number(value);
  if (!(seconds > 0)) throw new CurlUsageError(`option ${flag}: "${value}" is no number of seconds`);
  return seconds * 1000;
}

/**
 * Reads curl's command line, as far as the sandbox's curl goes; short flags may stand together (`-sS`), values may follow
 * directly (`-XPOST`). @throws CurlUsageError for a flag that it does not have.
 */
export function parseCurlOptions(argv: readonly string[]): CurlOptions {
  const options: CurlOptions = {
    urls: [], method: undefined, headers: [], body: undefined, output: undefined, writeOut: undefined, timeoutMs: undefined,
    connectTimeoutMs: undefined, silent: false, showError: false, include: false, verbose: false, head: false, fail: false, follow: false,
  };
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word.startsWith("--")) readLong(word.slice(2), rest, options);
    else if (word.startsWith("-") && word.length > 1) readShort(word.slice(1), rest, options);
    else options.urls.push(word);
  }
  if (options.urls.length === 0) throw new CurlUsageError("no URL specified");
  return options;
}

function readLong(name: string, rest: string[], options: CurlOptions): void {
  const flag = flags.find(({ long }) => long === name);
  if (flag === undefined) throw new CurlUsageError(`option --${name}: is unknown to the sandbox's curl`);
  flag.apply(options, flag.value === true ? valueAfter(`--${name}`, rest) : "");
}

function readShort(letters: string, rest: string[], options: CurlOptions): void {
  for (let index = 0; index < letters.length; index += 1) {
    const letter = letters[index] ?? "";
    const flag = flags.find(({ short }) => short === letter);
    if (flag === undefined) throw new CurlUsageError(`option -${letter}: is unknown to the sandbox's curl`);
    if (flag.value === true) {
      const attached = letters.slice(index + 1);
      flag.apply(options, attached !== "" ? attached : valueAfter(`-${letter}`, rest));
      return;
    }
    flag.apply(options, "");
  }
}

function valueAfter(flag: string, rest: string[]): string {
  const value = rest.shift();
  if (value === undefined) throw new CurlUsageError(`option ${flag}: requires parameter`);
  return value;
}
