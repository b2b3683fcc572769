// The console's own server (server/main.ts) is the only way it is served; see docs/architecture.md.
/** @type {import("next").NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  // The build's files are compressed once (scripts/steps/compress.ts); nothing else is, and why says server/assets.ts.
  compress: false,
  reactCompiler: false,
  images: { unoptimized: true },
  // Types are a check of their own (npm run check), which covers the whole tree and not only what a page imports.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ["@kubernetes/client-node", "pino", "prom-client", "undici"],
};

export default config;
