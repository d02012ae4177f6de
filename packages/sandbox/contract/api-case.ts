import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { ApiAnswer, ApiConnection } from "./api-connection.ts";

/** What a case gets: a connection as administrator, and a namespace of its own. */
export interface ApiCaseContext {
  readonly api: ApiConnection;
  readonly namespace: string;
}

/** One behaviour of a Kubernetes API, checked through a kubeconfig only: it must hold on the sandbox and on kube-apiserver. */
export interface ApiCase {
  readonly name: string;
  run(context: ApiCaseContext): Promise<void>;
}

/** Checks the code, and shows the server's own words when it is another. */
export function expectCode(answer: ApiAnswer, code: number): ApiAnswer {
  assert.equal(answer.code, code, `wanted ${code}, got ${answer.code}: ${JSON.stringify(answer.body)}`);
  return answer;
}

/** Checks a failure's code and reason, and that its message has the text. */
export function expectFailure(answer: ApiAnswer, code: number, reason: string, text = ""): ApiAnswer {
  expectCode(answer, code);
  assert.equal(answer.body["kind"], "Status");
  assert.equal(answer.body["reason"], reason);
  const message = String(answer.body["message"]);
  assert.ok(message.includes(text), `message ${JSON.stringify(message)} lacks ${JSON.stringify(text)}`);
  return answer;
}

/** Asks until the answer is as wanted; fails after 20 s with the last one. */
export async function eventually(ask: () => Promise<ApiAnswer>, wanted: (answer: ApiAnswer) => boolean): Promise<ApiAnswer> {
  const end = Date.now() + 20_000;
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    assert.ok(Date.now() < end, `not reached within 20 s: ${JSON.stringify(answer.body)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Runs a case in a namespace of its own. */
export async function runApiCase(api: ApiConnection, each: ApiCase): Promise<void> {
  const namespace = `contract-${randomUUID().slice(0, 8)}`;
  expectCode(await api.create("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }), 201);
  try {
    await each.run({ api, namespace });
  } finally {
    await api.delete(`/api/v1/namespaces/${namespace}`);
  }
}
