/** What a script of the story serves. */
export interface PipyScript {
  readonly port: number;
  /** Answers with a fixed text, or with the path of the request. */
  readonly body: { readonly text: string } | { readonly echo: "path" };
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** The script is not of the subset that the sandbox understands. */
export class PipyScriptError extends Error {
  override readonly name = "PipyScriptError";
  readonly code = "pipy_script";
}

type Token = { readonly type: "word" | "number" | "text" | "sign"; readonly value: string };

/**
 * Reads `pipy().listen(PORT).serveHTTP(new Message('text'))`, also with `{status, headers}` before the text, with
 * `() =>` or `msg =>` before the message, and with `msg.head.path` as its body. Nothing is evaluated. Throws PipyScriptError.
 */
export function parsePipyScript(source: string): PipyScript {
  const reader = new TokenReader(tokenize(source));
  reader.expect("pipy", "(", ")", ".", "listen", "(");
  const port = Number(reader.take("number", "a port").value);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new PipyScriptError(`listen(${port}): a port is a whole number from 1 to 65535`);
  reader.expect(")", ".", "serveHTTP", "(");
  const argument = handlerArgument(reader);
  reader.expect("new", "Message", "(");
  let status = 200;
  let headers: Record<string, string> = {};
  if (reader.peek("{")) {
    ({ status, headers } = messageHead(reader));
    if (reader.peek(")")) return finish(reader, { port, body: { text: "" }, status, headers });
    reader.expect(",");
  }
  if (reader.peek(")")) return finish(reader, { port, body: { text: "" }, status, headers });
  if (argument !== undefined && reader.peek(argument)) {
    reader.expect(argument, ".", "head", ".", "path");
    return finish(reader, { port, body: { echo: "path" }, status, headers });
  }
  return finish(reader, { port, body: { text: reader.take("text", "a text").value }, status, headers });
}

function finish(reader: TokenReader, script: PipyScript): PipyScript {
  reader.expect(")", ")");
  if (reader.peek(";")) reader.expect(";");
  reader.end();
  return script;
}

/** Name of the handler's parameter, if there is a handler: `msg =>`, `(msg) =>` or `() =>`. */
function handlerArgument(reader: TokenReader): string | undefined {
  if (reader.peek("(")) {
    reader.expect("(");
    const name = reader.peek(")") ? undefined : reader.take("word", "a name").value;
    reader.expect(")", "=>");
    return name;
  }
  if (reader.peek("new")) return undefined;
  const { value } = reader.take("word", "new Message or a handler");
  reader.expect("=>");
  return value;
}

function messageHead(reader: TokenReader): { status: number; headers: Record<string, string> } {
  const head: { status: number; headers: Record<string, string> } = { status: 200, headers: {} };
  reader.object((key) => {
    if (key === "status") head.status = Number(reader.take("number", "a status").value);
    else if (key === "headers") reader.object((name) => (head.headers[name] = reader.take("text", "a header's value").value));
    else throw new PipyScriptError(`the head of a Message has status and headers here, not "${key}"`);
  });
  return head;
}

class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(value: string): boolean {
    const token = this.#tokens[this.#at];
    return token !== undefined && token.type !== "text" && token.value === value;
  }

  expect(...values: string[]): void {
    for (const value of values) {
      if (!this.peek(value)) this.#refuse(`"${value}"`);
      this.#at += 1;
    }
  }

  take(type: Token["type"], what: string): Token {
    const token = this.#tokens[this.#at];
    if (token?.type !== type) return this.#refuse(what);
    this.#at += 1;
    return token;
  }

  object(onField: (key: string) => void): void {
    this.expect("{");
    while (!this.peek("}")) {
      const token = this.#tokens[this.#at];
      if (token === undefined || token.type === "sign") this.#refuse("a field's name");
      this.#at += 1;
      this.expect(":");
      onField(token?.value ?? "");
      if (!this.peek("}")) this.expect(",");
    }
    this.expect("}");
  }

  end(): void {
    if (this.#at < this.#tokens.length) this.#refuse("the end");
  }

  #refuse(what: string): never {
    const found = this.#tokens[this.#at]?.value ?? "the end";
    throw new PipyScriptError(`expected ${what}, found "${found}": the sandbox understands pipy().listen(PORT).serveHTTP(new Message('text')) and close variants`);
  }
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s+|\/\/[^\n]*|([A-Za-z_$][\w$]*)|(\d+)|'((?:[^'\\]|\\[^])*)'|"((?:[^"\\]|\\[^])*)"|`((?:[^`\\$]|\\[^])*)`|(=>|[(){}.,:;])/gy;
  let at = 0;
  for (let match = pattern.exec(source); match !== null; match = pattern.exec(source)) {
    at = pattern.lastIndex;
    const [, word, number, single, double, template, sign] = match;
    const text = single ?? double ?? template;
    if (word !== undefined) tokens.push({ type: "word", value: word });
    else if (number !== undefined) tokens.push({ type: "number", value: number });
    else if (text !== undefined) tokens.push({ type: "text", value: unescape(text) });
    else if (sign !== undefined) tokens.push({ type: "sign", value: sign });
  }
  if (at < source.length) throw new PipyScriptError(`"${source.slice(at, at + 20)}" is not understood at character ${at}`);
  return tokens;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "0": "\0", b: "\b", f: "\f", v: "\v", "\n": "" };

function unescape(text: string): string {
  return text.replace(/\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([^]))/g, (_match, braced?: string, long?: string, short?: string, one?: string) => {
    const code = braced ?? long ?? short;
    if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
    return one === undefined ? "" : (escapes[one] ?? one);
  });
}
