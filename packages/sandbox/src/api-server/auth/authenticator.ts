import { createHmac, timingSafeEqual } from "node:crypto";
import { ApiFailure } from "../api-failure.ts";
import { isRecord, listAt, textAt } from "../json-value.ts";
import type { ObjectStore } from "../store/object-store.ts";

export interface UserInfo {
  name: string;
  uid?: string;
  groups: readonly string[];
}

/** A fixed token and whom it stands for. */
export interface TokenUser {
  token: string;
  user: string;
  groups?: readonly string[];
}

export const ANONYMOUS: UserInfo = { name: "system:anonymous", groups: ["system:unauthenticated"] };
const ISSUER = "https://kubernetes.default.svc.cluster.local";

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

export interface AuthenticatorOptions {
  store: ObjectStore;
  users: readonly TokenUser[];
  /** Key of service account tokens; kept with the state so that tokens survive a restart. */
  signingKey: string;
  now: () => number;
}

/** Bearer tokens: fixed ones, and service account tokens in the form of a JWT (HS256: only this server reads them). */
export class Authenticator {
  readonly #users: ReadonlyMap<string, UserInfo>;
  readonly #store: ObjectStore;
  readonly #signingKey: string;
  readonly #now: () => number;

  constructor(options: AuthenticatorOptions) {
    this.#users = new Map(options.users.map((each) => [each.token, { name: each.user, groups: [...new Set([...(each.groups ?? []), "system:authenticated"])] }]));
    this.#store = options.store;
    this.#signingKey = options.signingKey;
    this.#now = options.now;
  }

  /** The user of an Authorization header; anonymous without one. Throws 401 for a token that is not valid. */
  authenticate(header: string | undefined): UserInfo {
    if (header === undefined || header === "") return ANONYMOUS;
    const match = /^Bearer\s+(\S+)$/i.exec(header);
    const user = match === null ? undefined : this.userOf(match[1] as string);
    if (user === undefined) throw new ApiFailure(401, "Unauthorized", "Unauthorized");
    return user;
  }

  userOf(token: string): UserInfo | undefined {
    return this.#users.get(token) ?? this.#serviceAccountOf(token);
  }

  /** A token for the service account that lives `seconds`. Throws 404 when there is none. */
  issue(namespace: string, name: string, seconds: number, audiences: readonly string[] = [ISSUER]): { token: string; expirationMs: number } {
    const account = this.#store.get("serviceaccounts", `${namespace}/${name}`);
    if (account === undefined) throw ApiFailure.notFound({ group: "", plural: "serviceaccounts", kind: "ServiceAccount" }, name);
    const issuedAt = Math.floor(this.#now() / 1000);
    const claims = {
      aud: audiences,
      exp: issuedAt + seconds,
      iat: issuedAt,
      iss: ISSUER,
      "kubernetes.io": { namespace, serviceaccount: { name, uid: account.metadata.uid } },
      nbf: issuedAt,
      sub: `system:serviceaccount:${namespace}:${name}`,
    };
    const body = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
    return { token: `${body}.${this.#sign(body)}`, expirationMs: (issuedAt + seconds) * 1000 };
  }

  #sign(body: string): string {
    return createHmac("sha256", this.#signingKey).update(body).digest("base64url");
  }

  #serviceAccountOf(token: string): UserInfo | undefined {
    const parts = token.split(".");
    if (parts.length !== 3) return undefined;
    const expected = Buffer.from(this.#sign(`${parts[0]}.${parts[1]}`));
    const given = Buffer.from(parts[2] as string);
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
    const claims: unknown = JSON.parse(Buffer.from(parts[1] as string, "base64url").toString("utf8"));
    if (!isRecord(claims) || Number(claims["exp"]) * 1000 <= this.#now()) return undefined;
    // One that was made for somebody else is no credential here.
    if (!listAt(claims, "aud").includes(ISSUER)) return undefined;
    const namespace = textAt(claims, "kubernetes.io", "namespace");
    const name = textAt(claims, "kubernetes.io", "serviceaccount", "name");
    const uid = textAt(claims, "kubernetes.io", "serviceaccount", "uid");
    // A token dies with its account, also when one of the same name is made anew.
    if (this.#store.get("serviceaccounts", `${namespace}/${name}`)?.metadata.uid !== uid) return undefined;
    return { name: `system:serviceaccount:${namespace}:${name}`, uid, groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"] };
  }
}
