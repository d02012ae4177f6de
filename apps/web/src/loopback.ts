const loopbackName = /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.localhost)$/;

/** True for `localhost`, 127.0.0.0/8 and ::1; takes a URL's hostname, with or without brackets. */
export function isLoopbackHostname(hostname: string): boolean {
  const name = hostname.toLowerCase();
  if (name === "[::1]" || name === "::1") return true;
  if (loopbackName.test(name)) return true;
  const octets = name.split(".");
  if (octets.length !== 4 || octets[0] !== "127") return false;
  return octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255);
}
