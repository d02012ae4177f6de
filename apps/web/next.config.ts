import { fileURLToPath } from "node:url";
import type { NextConfig } from "next";

const repositoryRoot = fileURLToPath(new URL("../..", import.meta.url));

const config: NextConfig = {
  output: "standalone",
  outputFileTracingRoot: repositoryRoot,
  turbopack: { root: repositoryRoot },
  // `npm run check` type-checks with the stricter tsconfig.json; Next keeps its own, since it rewrites the file.
  typescript: { tsconfigPath: "tsconfig.next.json", ignoreBuildErrors: true },
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // The dev server is opened by address as well as by name; production checks Host in proxy.ts.
  allowedDevOrigins: ["127.0.0.1", "localhost"],
};

export default config;
