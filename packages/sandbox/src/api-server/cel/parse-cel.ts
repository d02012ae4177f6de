/** An expression of the subset of CEL that rules of CRDs usually need. */
export type CelNode =
  | { op: "literal"; value: unknown }
  | { op: "name"; name: string }
  | { op: "member"; target: CelNode; name: string }
  | { op: "index"; target: CelNode; index: CelNode }
  | { op: "call"; target?: CelNode; name: string; args: CelNode[] }
  | { op: "list"; items: CelNode[] }
  | { op: "not" | "negate"; target: CelNode }
  | { op: "||" | "&&" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%" | "in"; left: CelNode; right: CelNode }
  | { op: "?:"; test: CelNode; yes: CelNode; no: CelNode };

export class CelSyntaxError extends Error {
  override readonly name = "CelSyntaxError";
  readonly code = "cel_syntax";
}

const TOKEN = /\s*(\d+\.\d+|\d+|[A-Za-z_]\w*|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\|\||&&|==|!=|<=|>=|[<>+\-*/%!?:.,()[\]])/y;
const LEVELS: readonly (readonly string[])[] = [["||"], ["&&"], ["==", "!=", "<=", ">=", "<", ">", "in"], ["+", "-"], ["*", "/", "%"]];
const LENGTH_MAX = 4096;

function tokenize(text: string): string[] {
  if (text.length > LENGTH_MAX) throw new CelSyntaxError(`a rule may have ${LENGTH_MAX} characters at most`);
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new CelSyntaxError(`the rule ${JSON.stringify(text)} has something at ${at} that the sandbox API server can't read`);
    tokens.push(match[1] as string);
  }
  return tokens;
}

class Parser {
  readonly #tokens: string[];
  #at = 0;

  constructor(tokens: string[]) {
    this.#tokens = tokens;
  }

  whole(): CelNode {
    const node = this.#ternary();
    if (this.#at < this.#tokens.length) throw new CelSyntaxError(`unexpected ${JSON.stringify(this.#tokens[this.#at])} in a rule`);
    return node;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #take(...wanted: string[]): string | undefined {
    const token = this.#peek();
    if (token === undefined || !wanted.includes(token)) return undefined;
    this.#at++;
    return token;
  }

  #expect(wanted: string): void {
    if (this.#take(wanted) === undefined) throw new CelSyntaxError(`expected ${JSON.stringify(wanted)} in a rule, found ${JSON.stringify(this.#peek() ?? "its end")}`);
  }

  #ternary(): CelNode {
    const test = this.#binary(0);
    if (this.#take("?") === undefined) return test;
    const yes = this.#ternary();
    this.#expect(":");
    return { op: "?:", test, yes, no: this.#ternary() };
  }

  #binary(level: number): CelNode {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (let op = this.#take(...operators); op !== undefined; op = this.#take(...operators)) {
      left = { op: op as "||", left, right: this.#binary(level + 1) };
    }
    return left;
  }

  #unary(): CelNode {
    if (this.#take("!") !== undefined) return { op: "not", target: this.#unary() };
    if (this.#take("-") !== undefined) return { op: "negate", target: this.#unary() };
    let node = this.#primary();
    for (;;) {
      if (this.#take(".") !== undefined) {
        const name = this.#name();
        node = this.#take("(") === undefined ? { op: "member", target: node, name } : { op: "call", target: node, name, args: this.#list(")") };
      } else if (this.#take("[") !== undefined) {
        const index = this.#ternary();
        this.#expect("]");
        node = { op: "index", target: node, index };
      } else return node;
    }
  }

  #name(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined || !/^[A-Za-z_]/.test(token)) throw new CelSyntaxError(`expected a name in a rule, found ${JSON.stringify(token ?? "its end")}`);
    return token;
  }

  #list(end: string): CelNode[] {
    const items: CelNode[] = [];
    while (this.#take(end) === undefined) {
      if (items.length > 0) this.#expect(",");
      items.push(this.#ternary());
    }
    return items;
  }

  #primary(): CelNode {
    if (this.#take("(") !== undefined) {
      const node = this.#ternary();
      this.#expect(")");
      return node;
    }
    if (this.#take("[") !== undefined) return { op: "list", items: this.#list("]") };
    const token = this.#tokens[this.#at];
    if (token !== undefined && /^\d/.test(token)) {
      this.#at++;
      return { op: "literal", value: Number(token) };
    }
    if (token !== undefined && /^['"]/.test(token)) {
      this.#at++;
      return { op: "literal", value: token.slice(1, -1).replace(/\\(.)/g, "$1") };
    }
    const name = this.#name();
    if (name === "true" || name === "false") return { op: "literal", value: name === "true" };
    if (name === "null") return { op: "literal", value: null };
    return this.#take("(") === undefined ? { op: "name", name } : { op: "call", name, args: this.#list(")") };
  }
}

/** Parses a CEL expression (cel-spec langdef); throws CelSyntaxError for what is not in the subset. */
export function parseCel(text: string): CelNode {
  return new Parser(tokenize(text)).whole();
}
