// Plain JavaScript on purpose: it must run on the old Node that it complains about.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Sluice runs on Node 24, which its own "node" package brings; this is Node ${process.versions.node}.\n` +
      'Run "npm install" first (without --omit=optional), and start scripts with "npm run".',
  );
  process.exit(1);
}
