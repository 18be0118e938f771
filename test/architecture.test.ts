import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");

interface Source {
  readonly path: string;
  readonly text: string;
  /** Repository paths and package names, with whether only types are taken. */
  readonly imports: readonly { readonly from: string; readonly typeOnly: boolean }[];
}

const sources = ["src", "client"].flatMap((folder) => list(join(root, folder))).map(read);

function list(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes("/dist/"));
}

function read(path: string): Source {
  const text = readFileSync(path, "utf8");
  const statements = text.matchAll(/^(import|export)\s+(type\s+)?([^;"']*?\sfrom\s+)?["']([^"']+)["']/gm);
  const dynamic = text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g);
  const imports = [
    ...[...statements].map(([, , type, names = "", from = ""]) => ({ from, typeOnly: isTypeOnly(type, names) })),
    ...[...dynamic].map(([, from = ""]) => ({ from, typeOnly: false })),
  ].map(({ from, typeOnly }) => ({ from: from.startsWith(".") ? place(path, from) : from, typeOnly }));
  return { path: relative(root, path), text, imports };
}

function isTypeOnly(type: string | undefined, names: string): boolean {
  if (type !== undefined) return true;
  const braces = /^\{([^}]*)\}\s+from\s+$/.exec(names)?.[1];
  return braces?.split(",").every((name) => name.trim() === "" || name.trim().startsWith("type ")) === true;
}

function place(path: string, from: string): string {
  return relative(root, resolve(dirname(path), from));
}

/** The room a file belongs to, and what each room may look into beside itself and packages. */
const rooms: Record<string, readonly string[]> = {
  "src/contract/": [],
  "src/domain/": ["src/contract/"],
  "src/engines/": ["src/contract/", "src/domain/"],
  "src/transport/": ["src/contract/", "src/domain/"],
  "src/telemetry/": ["src/contract/", "src/domain/"],
  "src/simulator/": [],
  "src/config": ["src/contract/", "src/domain/", "src/settings.ts"],
  "src/settings.ts": [],
  "client/": ["src/contract/"],
};

function roomOf(path: string): string | undefined {
  return Object.keys(rooms).find((room) => path.startsWith(room));
}

function offences(judge: (source: Source) => readonly string[]): string[] {
  return sources.flatMap((source) => judge(source).map((what) => `${source.path}: ${what}`));
}

test("the rooms are found, so that the other tests here can fail", () => {
  expect(sources.length).toBeGreaterThan(40);
  expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(100);
  for (const room of Object.keys(rooms)) expect(sources.some(({ path }) => path.startsWith(room))).toBe(true);
});

test("no room reaches where it may not", () => {
  const found = offences(({ path, imports }) => {
    const room = roomOf(path);
    if (room === undefined) return [];
    const allowed = [room, ...(rooms[room] ?? [])];
    return imports
      .map(({ from }) => from)
      .filter((from) => /^(src|client|test)\//.test(from) && !allowed.some((place) => from.startsWith(place)));
  });
  expect(found).toEqual([]);
});

test("the memory engine, the relay engine and the shop know nothing of each other", () => {
  const engine = (path: string) => /^src\/engines\/([^/]+)\//.exec(path)?.[1];
  const found = offences(({ path, imports }) =>
    imports.map(({ from }) => from).filter((from) => engine(path) && engine(from) && engine(from) !== engine(path)),
  );
  expect(found).toEqual([]);
});

test("the browser takes types alone from the contract, so that no schema is shipped to it", () => {
  const found = offences(({ path, imports }) =>
    path.startsWith("client/")
      ? imports.filter(({ from, typeOnly }) => from.startsWith("src/") && !typeOnly).map(({ from }) => from)
      : [],
  );
  expect(found).toEqual([]);
});

test("packages that speak to the world live in one room each", () => {
  const homes: Record<string, RegExp> = {
    "socket.io": /^src\/transport\//,
    fastify: /^src\/transport\//,
    jose: /^src\/transport\//,
    limiter: /^src\/transport\//,
    "@anthropic-ai/sdk": /^src\/engines\/relay\//,
    undici: /^src\/engines\/(relay|shop|webhooks)\//,
    cockatiel: /^src\/engines\/shop\//,
    minisearch: /^src\/engines\/shop\//,
    "@modelcontextprotocol/sdk": /^src\/engines\/mcp\//,
    standardwebhooks: /^src\/engines\/webhooks\//,
    "@socket.io/redis-adapter": /^src\/engines\/redis\//,
    ioredis: /^src\/engines\/redis\//,
    "@prometheus-io/client": /^src\/telemetry\//,
    "@opentelemetry": /^src\/telemetry\/tracing\.ts/,
    pino: /^src\/(telemetry\/|app\.ts|main\.ts)/,
    "socket.io-client": /^client\/chat\//,
    preact: /^client\//,
  };
  const found = offences(({ path, imports }) =>
    imports
      .map(({ from }) => from)
      .filter((from) => Object.entries(homes).some(([name, home]) => isOf(from, name) && !home.test(path))),
  );
  expect(found).toEqual([]);
});

function isOf(from: string, name: string): boolean {
  return from === name || from.startsWith(`${name}/`);
}

test("the environment is read in one place, and signals and exits too", () => {
  const env = offences(({ path, text }) =>
    /\bprocess\.env\b/.test(text) && !["src/config.ts", "src/simulator/main.ts"].includes(path) ? ["process.env"] : [],
  );
  const exits = offences(({ path, text }) =>
    /\bprocess\.(exit|on|once)\b/.test(text) &&
    !["src/main.ts", "src/token.ts", "src/cost.ts", "src/simulator/main.ts", "client/build/main.ts"].includes(path)
      ? ["process"]
      : [],
  );
  expect([...env, ...exits]).toEqual([]);
});

test("the domain has no clock, no randomness and no network of its own", () => {
  const found = offences(({ path, text }) =>
    path.startsWith("src/domain/")
      ? (text.match(/\b(Date\.now\(|Math\.random|setTimeout\(|setInterval\(|performance\.now\(|from "node:[^"]+")/g) ??
        [])
      : [],
  );
  expect(found).toEqual([]);
});

test("no two files import each other in a circle", () => {
  const graph = new Map(
    sources.map(({ path, imports }) => [path, imports.filter((i) => !i.typeOnly).map((i) => i.from)]),
  );
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
    if (done.has(path) || trail.includes(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  expect(circles).toEqual([]);
});

test("wherever a node is started, V8 is told to look through new objects in small portions", () => {
  const starts = ["package.json", "Dockerfile", "docs/deploy/README.md", "test/cluster/topology.ts"].flatMap((path) =>
    readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line.includes("src/main.ts"))
      .map((line) => `${path}: ${line}`),
  );
  expect(starts.length).toBeGreaterThanOrEqual(7);
  expect(starts.filter((line) => !line.includes("--max-semi-space-size=4"))).toEqual([]);
});

test("there are no barrels and no drawers for everything", () => {
  expect(offences(({ path }) => (/(^|\/)(index|utils|helpers|types)\.tsx?$/.test(path) ? ["name"] : []))).toEqual([]);
});

test("the vendor's own address is nowhere: the relay's comes from the environment", () => {
  const host = ["api", "anthropic", "com"].join(".");
  expect(offences(({ text }) => (text.includes(host) ? [host] : []))).toEqual([]);
});

test("pages are made of nodes, never of markup", () => {
  const banned = /\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySetInnerHTML)\b|\beval\(/;
  expect(offences(({ path, text }) => (path.startsWith("client/") && banned.test(text) ? ["markup"] : []))).toEqual([]);
});
