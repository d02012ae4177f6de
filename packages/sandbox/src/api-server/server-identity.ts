import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { createCertificateAuthority, type CertificatePair } from "../pki/certificate-authority.ts";
import { writeFileAtomically } from "./store/journal.ts";

/** Common name of the sandbox's certificate authorities. */
export const AUTHORITY_NAME = "sluice-sandbox";

const identitySchema = z.strictObject({ authority: z.strictObject({ keyPem: z.string(), certPem: z.string() }), adminToken: z.string(), signingKey: z.string() });

/** What makes a cluster the same one after a restart: its CA and its secrets. */
export type ServerIdentity = z.output<typeof identitySchema>;

let processAuthority: CertificatePair | undefined;

function newIdentity(authority: CertificatePair): ServerIdentity {
  return { authority, adminToken: randomBytes(24).toString("base64url"), signingKey: randomBytes(32).toString("base64url") };
}

/** The identity kept in the folder, made on the first start; in memory every cluster of the process shares one CA, since making a key takes time. */
export function serverIdentity(dir: string | undefined): ServerIdentity {
  if (dir === undefined) return newIdentity((processAuthority ??= createCertificateAuthority(AUTHORITY_NAME)));
  const path = join(dir, "identity.json");
  if (existsSync(path)) return identitySchema.parse(JSON.parse(readFileSync(path, "utf8")));
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const identity = newIdentity(createCertificateAuthority(AUTHORITY_NAME));
  writeFileAtomically(path, JSON.stringify(identity));
  return identity;
}
