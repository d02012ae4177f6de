import dns from "node:dns";
import net from "node:net";

/** A lookup for `net.connect`: a gateway's name is resolved on every dial, and while that fails its last good address serves. */
export function lookupOrFallback(fallbackIp: string): net.LookupFunction {
  const family = net.isIP(fallbackIp);
  return (hostname, options, callback) => {
    dns.lookup(hostname, options, (error, address, found) => {
      if (error === null || family === 0) callback(error, address, found);
      else if (options.all) callback(null, [{ address: fallbackIp, family }]);
      else callback(null, fallbackIp, family);
    });
  };
}
