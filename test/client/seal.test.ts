import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Seal } from "../../client/build/seal.ts";

/** A project whose pages have been built. */
async function openProject() {
  const project = await mkdtemp(join(tmpdir(), "seal-"));
  onTestFinished(() => rm(project, { recursive: true }));
  const write = async (name: string, content: string) => {
    await mkdir(dirname(join(project, name)), { recursive: true });
    await writeFile(join(project, name), content);
  };
  await write("client/widget/body.tsx", "body");
  await write("src/contract/shapes.ts", "shapes");
  await write("package-lock.json", "{}");
  await write("client/dist/widget.js", "built");
  await write("client/dist/assets/words.js", "built");
  const isUpToDate = async () => (await Seal.of(project)).holds();
  const remove = (name: string) => rm(join(project, name), { recursive: true });
  return { project, write, remove, isUpToDate };
}

test("pages are built once of the same sources", async () => {
  const { project, isUpToDate } = await openProject();
  expect(await isUpToDate()).toBe(false);
  await (await Seal.of(project)).put();
  expect(await isUpToDate()).toBe(true);
});

test.for([
  ["a source has changed", "client/widget/body.tsx"],
  ["what they share with the server has changed", "src/contract/shapes.ts"],
  ["packages have changed", "package-lock.json"],
  ["a source has been added", "client/console/new.tsx"],
] as const)("they are built again when %s", async ([, name]) => {
  const { project, write, isUpToDate } = await openProject();
  await (await Seal.of(project)).put();
  await write(name, "new");
  expect(await isUpToDate()).toBe(false);
});

test("they are built again when a source has moved", async () => {
  const { project, write, remove, isUpToDate } = await openProject();
  await (await Seal.of(project)).put();
  await remove("client/widget/body.tsx");
  await write("client/widget/moved.tsx", "body");
  expect(await isUpToDate()).toBe(false);
});

test.for(["client/dist", "client/dist/assets/words.js", ".cache"])(
  "they are built again when %s is gone",
  async (name) => {
    const { project, remove, isUpToDate } = await openProject();
    await (await Seal.of(project)).put();
    await remove(name);
    expect(await isUpToDate()).toBe(false);
  },
);

test("they are built again when a build has broken off, or a source changed while it went on", async () => {
  const { project, write, isUpToDate } = await openProject();
  await (await Seal.of(project)).put();
  const seal = await Seal.of(project);
  await seal.break();
  expect(await isUpToDate()).toBe(false);
  await write("client/widget/body.tsx", "changed meanwhile");
  await seal.put();
  expect(await isUpToDate()).toBe(false);
});

test("a seal that is no JSON holds nothing", async () => {
  const { write, isUpToDate } = await openProject();
  await write(".cache/client-build.json", "{");
  expect(await isUpToDate()).toBe(false);
});
