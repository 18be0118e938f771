import { hash } from "node:crypto";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { minify } from "terser";
import { build, type InlineConfig, type Rolldown } from "vite";
import { innerNames } from "./inner-names.ts";

const clientDirectory = dirname(import.meta.dirname);
/** Each folder holds one page, named after the folder but for the shop's, which is the server's front page. */
const pages = ["shop", "console", "dashboard"];
/** The oldest browsers that have all we use: constructable style sheets, ARIA properties, `dvh`, `inert`. */
const browsers = ["chrome108", "edge108", "firefox119", "safari16.4"];
/** Style sheets are written for the browsers above by hand: lowering would double their size. */
const stylesAsWritten = ["chrome123", "edge123", "firefox120", "safari17.5"];

export type Files = Map<string, string | Uint8Array>;

/** Gives everything that browsers load by its name: `widget.js`, the pages, and hashed files in `assets`. */
export async function bundleClient(): Promise<Files> {
  const files: Files = new Map();
  const edition = await buildWidgetParts(files);
  await Promise.all([buildLoader(files, edition), ...pages.map((page) => buildPage(files, page))]);
  return files;
}

/** What is fetched when it is needed, by the beginning of its file's name: see `widget/parts.ts`. */
const widgetParts = { widget: "body.tsx", "words-en": "words/en.ts", "words-zh-CN": "words/zh-CN.ts" };
/** On their own, so that nothing is shared with the body but what it lends them. */
const extraParts = {
  extras: "extras/extras.ts",
  "more-en": "extras/words/en.ts",
  "more-zh-CN": "extras/words/zh-CN.ts",
};

/** Gives the hash that stands in the names of all parts: the loader has room for one, and parts of two builds never meet. */
async function buildWidgetParts(files: Files): Promise<string> {
  const lent = join(clientDirectory, "widget/extras/lent.ts");
  const outputs = await Promise.all([
    bundleParts(files, widgetParts, { h: ["preact", "h"], Fragment: ["preact", "Fragment"] }),
    bundleParts(files, extraParts, { h: [lent, "h"] }),
  ]);
  const parts = outputs.flat().filter((output) => output.type === "chunk" && output.isEntry);
  const edition = hash("sha256", parts.map(({ fileName }) => files.get(fileName)).join(), "base64url").slice(0, 6);
  for (const { fileName } of parts) rename(files, fileName, fileName.replace(".js", `-${edition}.js`));
  return edition;
}

/** `inject` says where the makers of elements come from. */
function bundleParts(
  files: Files,
  entry: Record<string, string>,
  inject: Record<string, [from: string, name: string]>,
) {
  return bundle(files, {
    root: join(clientDirectory, "widget"),
    plugins: [withoutUnusedPreact, smallest(true)],
    // Plain calls of `h` are smaller than those of the automatic runtime, which brings code for servers along.
    oxc: { jsx: { runtime: "classic", pragma: "h", pragmaFrag: "Fragment" } },
    build: {
      // As a library, so that the chunk of the long way round is asked for where the body came from, by a plain import.
      lib: { entry, formats: ["es"] },
      rolldownOptions: {
        output: {
          entryFileNames: "assets/[name].js",
          chunkFileNames: "assets/[name]-[hash].js",
          minify: true,
          comments: false,
        },
        transform: { inject },
      },
    },
  });
}

function rename(files: Files, from: string, to: string): void {
  files.set(to, files.get(from) ?? "");
  files.delete(from);
}

async function buildLoader(files: Files, edition: string): Promise<void> {
  await bundle(files, {
    root: join(clientDirectory, "widget"),
    define: { __EDITION__: JSON.stringify(edition) },
    build: {
      rolldownOptions: {
        input: join(clientDirectory, "widget/loader.ts"),
        output: { entryFileNames: "widget.js", format: "iife" },
      },
    },
  });
}

async function buildPage(files: Files, page: string): Promise<void> {
  const root = join(clientDirectory, page);
  // Pages have parts of the same name, such as those for a language: each is weighed with its own.
  const output = { chunkFileNames: `assets/[name]-${page}-[hash].js` };
  await bundle(files, { root, build: { rolldownOptions: { input: join(root, pageFile(page)), output } } });
}

function pageFile(page: string): string {
  return page === "shop" ? "index.html" : `${page}.html`;
}

type Output = Rolldown.OutputChunk | Rolldown.OutputAsset;

/** Bundles in memory, so that `client/dist` changes only when everything has been built. */
async function bundle(files: Files, config: InlineConfig): Promise<Output[]> {
  const result = await build({
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    ...config,
    plugins: [withoutWebTransport, ...(config.plugins ?? [smallest(false)])],
    build: {
      target: browsers,
      cssTarget: stylesAsWritten,
      write: false,
      modulePreload: false,
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      ...config.build,
      // Not a word of how long its parts take: whoever starts a server does not want to know.
      rolldownOptions: { checks: { bundlerTimings: false }, ...config.build?.rolldownOptions },
    },
  });
  const outputs = [result].flat().flatMap((built) => ("output" in built ? built.output : []));
  for (const output of outputs) files.set(output.fileName, output.type === "chunk" ? output.code : output.source);
  return outputs;
}

/** The server speaks WebSocket and long polling only: leaving the third transport out saves every visitor 0.9 KB. */
const withoutWebTransport = {
  name: "without-webtransport",
  load: (id: string) =>
    id.endsWith("engine.io-client/build/esm/transports/webtransport.js") ? "export const WT = undefined;" : null,
};

/**
 * What Preact asks for and never finds in the widget: React's older lifecycle, contexts, hooks of Preact's own, promises
 * thrown while drawing, pages that a server has drawn, portals. Nor does anything there set HTML, and so nothing of
 * Preact's can.
 */
const unusedOfPreact: [asked: RegExp, answer: string][] = [
  [/\b\w\.(contextType|getChildContext|getDerivedState\w+|getSnapshotBeforeUpdate|shouldComponentUpdate)\b/g, "void 0"],
  [/\b\w\.(componentWill(Mount|Update|ReceiveProps)|componentDidCatch)\b/g, "void 0"],
  [/\b\w\.(vnode|diffed|unmount|debounceRendering|event)\b/g, "void 0"],
  [/\b\w&&\w\.then\b/g, "!1"],
  [/\b(32|128)&\w\.__u\b/g, "0"],
  [/\b\w\.props\.__P\b/g, "void 0"],
  [/\(\w=\w\.__z\)/g, "!1"],
  [/"dangerously\w+"==\w/g, "!1"],
];

/** Puts the answers in, so that what hangs on them is left out: half a kilobyte for every visitor. */
const withoutUnusedPreact = {
  name: "without-unused-preact",
  transform: (code: string, id: string) =>
    id.endsWith("preact/dist/preact.mjs")
      ? unusedOfPreact.reduce((rest, [asked, answer]) => rest.replaceAll(asked, answer), code)
      : null,
};

/**
 * Goes over minified code once more: what is called once moves into its caller, values go where their names were. The
 * parts of the widget call each other's properties by short names.
 */
const smallest = (isPart: boolean) => ({
  name: "smallest",
  async generateBundle(_: unknown, bundle: Rolldown.OutputBundle): Promise<void> {
    for (const output of Object.values(bundle))
      if (output.type === "chunk") output.code = await (isPart ? shorten(output.code) : shrink(output.code));
  },
});

/** The unsafe ones change what code sees that makes objects of plain functions, or compares what is not comparable. */
const compress = { passes: 3, pure_getters: true, unsafe_arrows: true, unsafe_comps: true };

/** The same short names in every part, whichever is built first; nothing else begins like this. */
const shortNames = Object.fromEntries(innerNames.map((name, at) => [`$${name}`, `$${at.toString(36)}`]));

async function shorten(code: string): Promise<string> {
  const mangle = { properties: { regex: new RegExp(`^(${innerNames.join("|")})$`) } };
  const nameCache = { props: { props: { ...shortNames } } };
  const { code: short = code } = await minify(code, { module: true, ecma: 2020, compress, mangle, nameCache });
  return short;
}

async function shrink(code: string): Promise<string> {
  const { code: shrunk = code } = await minify(code, { module: true, ecma: 2020, compress });
  return gzipSync(shrunk).length < gzipSync(code).length ? shrunk : code;
}
