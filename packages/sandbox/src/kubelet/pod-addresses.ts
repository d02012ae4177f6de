/** Addresses 127.N.128.1 and up, each used again only after all the others. */
export function podAddresses(number: number): { claim(): string; release(ip: string): void } {
  const used = new Set<string>();
  let next = 0;
  return {
    claim() {
      for (let tries = 0; tries < 126 * 254; tries += 1) {
        const ip = `127.${number}.${128 + Math.floor(next / 254)}.${1 + (next % 254)}`;
        next = (next + 1) % (126 * 254);
        if (used.has(ip)) continue;
        used.add(ip);
        return ip;
      }
      throw new Error("every pod address of the cluster is in use");
    },
    release: (ip) => void used.delete(ip),
  };
}
