import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { parse } from "yaml";

/** An answer, whole. */
export interface ApiAnswer {
  code: number;
  headers: IncomingMessage["headers"];
  body: Json;
}

/** JSON of which the compiler knows nothing: any path of it may be read and asserted on, none can be assumed. */
export type Json = Readonly<Record<string, never>>;

export interface ApiCallOptions {
  accept?: string;
  contentType?: string;
  /** Bearer token in place of the kubeconfig's. */
  token?: string;
  headers?: Record<string, string>;
}

interface Kubeconfig {
  clusters: { cluster: { server: string; "certificate-authority-data"?: string } }[];
  users: { user: { token?: string } }[];
}

/** A plain HTTPS client of one API server, made from a kubeconfig with inline CA and token: the cases need to see raw answers. */
export class ApiConnection {
  readonly server: string;
  readonly #token: string | undefined;
  readonly #ca: string | undefined;
  readonly #agent: Agent;

  constructor(kubeconfig: string) {
    const { clusters, users } = parse(kubeconfig) as Kubeconfig;
    this.server = clusters[0]?.cluster.server ?? "";
    const ca = clusters[0]?.cluster["certificate-authority-data"];
    this.#ca = ca === undefined ? undefined : Buffer.from(ca, "base64").toString("utf8");
    this.#token = users[0]?.user.token;
    this.#agent = new Agent({ keepAlive: true, ...(this.#ca === undefined ? {} : { ca: this.#ca }) });
  }

  async call(method: string, path: string, body?: unknown, options: ApiCallOptions = {}): Promise<ApiAnswer> {
    const answer = await this.#send(method, path, body, options);
    const chunks: Buffer[] = [];
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("utf8");
    const isJson = (answer.headers["content-type"] ?? "").includes("json");
    return { code: answer.statusCode ?? 0, headers: answer.headers, body: (isJson ? JSON.parse(text) : text) as Json };
  }

  get(path: string, options?: ApiCallOptions): Promise<ApiAnswer> {
    return this.call("GET", path, undefined, options);
  }

  create(path: string, body: unknown, options?: ApiCallOptions): Promise<ApiAnswer> {
    return this.call("POST", path, body, options);
  }

  replace(path: string, body: unknown, options?: ApiCallOptions): Promise<ApiAnswer> {
    return this.call("PUT", path, body, options);
  }

  patch(path: string, kind: "json" | "merge" | "strategic" | "apply", body: unknown): Promise<ApiAnswer> {
    const types = { json: "application/json-patch+json", merge: "application/merge-patch+json", strategic: "application/strategic-merge-patch+json", apply: "application/apply-patch+yaml" };
    return this.call("PATCH", path, body, { contentType: types[kind] });
  }

  delete(path: string, body?: unknown): Promise<ApiAnswer> {
    return this.call("DELETE", path, body);
  }

  /** Events of a watch as they come; ends with the server's stream. `stop` ends it from here. */
  async watch(path: string): Promise<{ next(): Promise<{ type: string; object: Json } | undefined>; stop(): void }> {
    const answer = await this.#send("GET", path, undefined, {});
    const lines = linesOf(answer);
    return {
      async next() {
        const line = await lines.next();
        return line.done === true ? undefined : (JSON.parse(line.value) as { type: string; object: Json });
      },
      stop: () => answer.destroy(),
    };
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, path: string, body: unknown, options: ApiCallOptions): Promise<IncomingMessage> {
    const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    const token = options.token ?? this.#token;
    return new Promise((resolve, reject) => {
      const outgoing = request(`${this.server}${path}`, {
        method,
        agent: this.#agent,
        timeout: 20_000,
        headers: {
          ...options.headers,
          accept: options.accept ?? "application/json",
          ...(token === undefined || token === "" ? {} : { authorization: `Bearer ${token}` }),
          ...(text === undefined ? {} : { "content-type": options.contentType ?? "application/json", "content-length": Buffer.byteLength(text) }),
        },
      });
      outgoing.on("response", resolve);
      outgoing.on("error", reject);
      outgoing.on("timeout", () => outgoing.destroy(new Error(`${method} ${path} had no answer in 20 s`)));
      outgoing.end(text);
    });
  }
}

async function* linesOf(answer: IncomingMessage): AsyncGenerator<string, void> {
  let rest = "";
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    rest += chunk.toString("utf8");
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
