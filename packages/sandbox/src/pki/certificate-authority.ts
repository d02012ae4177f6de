import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { isIPv4 } from "node:net";
import { der } from "./der.ts";

const OID = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  commonName: "2.5.4.3",
  basicConstraints: "2.5.29.19",
  keyUsage: "2.5.29.15",
  extendedKeyUsage: "2.5.29.37",
  subjectAltName: "2.5.29.17",
  serverAuth: "1.3.6.1.5.5.7.3.1",
} as const;

const DAY_MS = 86_400_000;

/** A key and its certificate, both PEM. */
export interface CertificatePair {
  keyPem: string;
  certPem: string;
}

function nameOf(commonName: string): Buffer {
  return der.sequence(der.set(der.sequence(der.oid(OID.commonName), der.utf8(commonName))));
}

function extension(oid: string, critical: boolean, value: Uint8Array): Buffer {
  return critical ? der.sequence(der.oid(oid), der.boolean(true), der.octetString(value)) : der.sequence(der.oid(oid), der.octetString(value));
}

function pem(label: string, content: Uint8Array): string {
  const lines = Buffer.from(content).toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** Signs an X.509 v3 certificate (RFC 5280) with ECDSA P-256. */
function certificate(request: { subject: string; issuer: string; publicKey: KeyObject; signer: KeyObject; days: number; extensions: Buffer[]; now: number }): string {
  const algorithm = der.sequence(der.oid(OID.ecdsaWithSha256));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const body = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))),
    der.integer(serial),
    algorithm,
    nameOf(request.issuer),
    // An hour back: a client whose clock is a little behind must not refuse a fresh certificate.
    der.sequence(der.generalizedTime(new Date(request.now - 3_600_000)), der.generalizedTime(new Date(request.now + request.days * DAY_MS))),
    nameOf(request.subject),
    request.publicKey.export({ type: "spki", format: "der" }),
    der.explicit(3, der.sequence(...request.extensions)),
  );
  return pem("CERTIFICATE", der.sequence(body, algorithm, der.bitString(sign("sha256", body, request.signer))));
}

function newKey(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

const exportKey = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }) as string;

/** A certificate authority for ten years, with an EC P-256 key. */
export function createCertificateAuthority(commonName: string, now: number = Date.now()): CertificatePair {
  const key = newKey();
  const certPem = certificate({
    subject: commonName,
    issuer: commonName,
    publicKey: key.publicKey,
    signer: key.privateKey,
    days: 3650,
    now,
    extensions: [extension(OID.basicConstraints, true, der.sequence(der.boolean(true))), extension(OID.keyUsage, true, der.bitString(Buffer.from([0x06]), 1))],
  });
  return { keyPem: exportKey(key.privateKey), certPem };
}

/** A server certificate for the names and IPv4 addresses, signed by the authority that `createCertificateAuthority(authorityName)` made. */
export function issueServerCertificate(authority: CertificatePair, authorityName: string, hosts: readonly string[], now: number = Date.now()): CertificatePair {
  const key = newKey();
  const alternatives = hosts.map((host) => (isIPv4(host) ? der.implicit(7, Buffer.from(host.split(".").map(Number))) : der.implicit(2, Buffer.from(host, "ascii"))));
  const certPem = certificate({
    subject: hosts[0] ?? "server",
    issuer: authorityName,
    publicKey: createPublicKey(key.publicKey.export({ type: "spki", format: "pem" })),
    signer: createPrivateKey(authority.keyPem),
    days: 365,
    now,
    extensions: [
      extension(OID.keyUsage, true, der.bitString(Buffer.from([0x80]), 7)),
      extension(OID.extendedKeyUsage, false, der.sequence(der.oid(OID.serverAuth))),
      extension(OID.subjectAltName, false, der.sequence(...alternatives)),
    ],
  });
  return { keyPem: exportKey(key.privateKey), certPem };
}
