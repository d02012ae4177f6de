import { describe, expect, test } from "vitest";
import { parseKubeconfig } from "./parse-kubeconfig.ts";

const pem = Buffer.from("-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n").toString("base64");

function kubeconfig(change: { cluster?: object; user?: object; document?: object; context?: object } = {}): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "me@1-25",
    contexts: [
      { name: "other", context: { cluster: "gone", user: "gone" } },
      { name: "me@1-25", context: { cluster: "1-25", user: "me", namespace: "shop", ...change.context } },
    ],
    clusters: [{ name: "1-25", cluster: { server: "https://127.0.0.1:6443/", "certificate-authority-data": pem, ...change.cluster } }],
    users: [
      { name: "evil", user: { exec: { command: "rm" } } },
      { name: "me", user: { token: "abc", ...change.user } },
    ],
    ...change.document,
  });
}

describe("parseKubeconfig", () => {
  test("reads the current context only", () => {
    const credentials = parseKubeconfig(kubeconfig());
    expect(credentials).toMatchObject({ server: "https://127.0.0.1:6443", namespace: "shop", authority: expect.stringContaining("BEGIN CERTIFICATE") as unknown });
    expect(credentials.token?.()).toBe("abc");
  });

  test.each([
    ["exec", { user: { exec: { command: "sh" } } }, "exec_refused", "users[1].user.exec"],
    ["auth-provider", { user: { "auth-provider": { name: "gcp" } } }, "auth_provider_refused", "users[1].user.auth-provider"],
    ["tokenFile", { user: { tokenFile: "/etc/passwd" } }, "file_path_refused", "users[1].user.tokenFile"],
    ["client-certificate", { user: { "client-certificate": "a.crt" } }, "file_path_refused", "users[1].user.client-certificate"],
    ["client-key", { user: { "client-key": "a.key" } }, "file_path_refused", "users[1].user.client-key"],
    ["certificate-authority", { cluster: { "certificate-authority": "ca.crt" } }, "file_path_refused", "clusters[0].cluster.certificate-authority"],
    ["proxy-url", { cluster: { "proxy-url": "http://evil" } }, "proxy_url_refused", "clusters[0].cluster.proxy-url"],
    ["insecure-skip-tls-verify", { cluster: { "insecure-skip-tls-verify": true } }, "insecure_refused", "clusters[0].cluster.insecure-skip-tls-verify"],
    ["plain http", { cluster: { server: "http://127.0.0.1" } }, "insecure_refused", "clusters[0].cluster.server"],
    ["another scheme", { cluster: { server: "file:///etc" } }, "bad_field", "clusters[0].cluster.server"],
    ["a user in the address", { cluster: { server: "https://a:b@host" } }, "bad_field", "clusters[0].cluster.server"],
    ["impersonation", { user: { as: "admin" } }, "impersonation_refused", "users[1].user.as"],
    ["no credentials", { user: { token: undefined } }, "no_credentials", "users[1].user"],
    ["a key without certificate", { user: { "client-key-data": pem } }, "bad_field", "users[1].user.client-certificate-data"],
    ["authority that is not PEM", { cluster: { "certificate-authority-data": "aGVsbG8=" } }, "bad_field", "clusters[0].cluster.certificate-authority-data"],
    ["an unknown field", { user: { surprise: 1 } }, "bad_field", "users[1].user.surprise"],
    ["a token with a line end", { user: { token: "a\r\nb" } }, "bad_field", "users[1].user.token"],
    ["no current context", { document: { "current-context": "" } }, "missing_context", "current-context"],
    ["an unknown context", { document: { "current-context": "nope" } }, "missing_context", "current-context"],
    ["an unknown cluster", { context: { cluster: "nope" } }, "missing_context", "contexts[1].context.cluster"],
  ])("refuses %s", (_what, change, code, field) => {
    expect(() => parseKubeconfig(kubeconfig(change))).toThrow(expect.objectContaining({ name: "KubeconfigError", code, field, remedy: expect.stringMatching(/\.$/) as unknown }) as Error);
  });

  test.each([
    ["text that is not YAML", "a: [", "not_yaml"],
    ["aliases", "a: &a [x]\nb: *a", "not_yaml"],
    ["too much", "x".repeat(600_000), "too_large"],
    ["a list", "[]", "bad_field"],
  ])("refuses %s", (_what, text, code) => {
    expect(() => parseKubeconfig(text)).toThrow(expect.objectContaining({ code }) as Error);
  });

  test("an administrator may allow insecure servers and files", () => {
    const credentials = parseKubeconfig(kubeconfig({ cluster: { "insecure-skip-tls-verify": true }, user: { token: undefined, tokenFile: "t" } }), { allowInsecure: true, readFile: (path) => `from ${path}\n` });
    expect(credentials.insecure).toBe(true);
    expect(credentials.token?.()).toBe("from t");
  });
});
