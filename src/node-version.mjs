// Loaded before anything else, in plain JavaScript, so that an old Node meets a sentence and not a syntax error.
import * as module from "node:module";
import { fileURLToPath } from "node:url";

const oldest = [24, 11];
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
  console.error(
    `Tidegate runs on Node ${oldest.join(".")} or newer; this is ${process.versions.node}. ` +
      "On Linux (x64, arm64) `npm ci` brings the right one along: use the npm scripts. Elsewhere install Node 24 LTS.",
  );
  process.exit(1);
}

// What V8 has compiled is kept for the next start, where this folder can be written: within the project, where nobody else can.
module.enableCompileCache(fileURLToPath(new URL("../.cache/compiled", import.meta.url)));
