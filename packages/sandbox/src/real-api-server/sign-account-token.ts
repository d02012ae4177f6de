import { sign } from "node:crypto";

export interface AccountToken {
  readonly namespace: string;
  readonly name: string;
  /** Of the ServiceAccount object: a token ends with it. */
  readonly uid: string;
  readonly issuer: string;
  readonly issuedAtSeconds: number;
  readonly expiresAtSeconds: number;
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/**
 * A service account's token (RFC 7519, RS256) as TokenRequest makes them, of any lifetime: kube-apiserver itself makes
 * none that ends within ten minutes. Claims: Kubernetes `pkg/serviceaccount/claims.go`.
 */
export function signAccountToken(privateKeyPem: string, { namespace, name, uid, issuer, issuedAtSeconds, expiresAtSeconds }: AccountToken): string {
  const claims = {
    iss: issuer,
    aud: [issuer],
    sub: `system:serviceaccount:${namespace}:${name}`,
    iat: issuedAtSeconds,
    nbf: issuedAtSeconds,
    exp: expiresAtSeconds,
    "kubernetes.io": { namespace, serviceaccount: { name, uid } },
  };
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), privateKeyPem).toString("base64url")}`;
}
