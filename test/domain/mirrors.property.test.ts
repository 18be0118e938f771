import fc from "fast-check";
import { expect, test } from "vitest";
import { MirrorScene } from "./mirror-scene.ts";

type Act = keyof MirrorScene["acts"];

/** What nodes, pages and time do. */
const life: readonly Act[] = [
  ...(["write", "write", "write", "write", "wait", "wait", "raise", "end", "ask"] as const),
  ...(["join", "leave", "mute", "unmute", "patrol"] as const),
];
/** A network that keeps the order and delivers what it does not lose. */
const honest: readonly Act[] = ["deliver", "deliver", "deliver", "deliverAll", "deliverAll", "drop"];

/** After whatever of these acts every page ends with the text; gives the scene as it is then. */
async function play(acts: readonly Act[], check: (scene: MirrorScene) => void): Promise<void> {
  const act = fc.tuple(fc.constantFrom(...acts), fc.nat(30));
  const nodeCount = fc.integer({ min: 2, max: 4 });
  const property = fc.asyncProperty(nodeCount, fc.array(act, { maxLength: 60, size: "max" }), async (nodes, list) => {
    const scene = new MirrorScene(nodes);
    await scene.begin();
    for (const [name, size] of list) await scene.act(name, size);
    await scene.finish();
    check(scene);
  });
  await fc.assert(property, { numRuns: 500 });
}

function expectNothingTwice({ pages }: MirrorScene): void {
  for (const { doubled } of pages) expect(doubled).toBe(0);
}

test("S2 S3 S5 S7 S11 over a network that loses and delays, every page on every node ends with the owner's text, sent once", async () => {
  await play([...life, ...honest], expectNothingTwice);
});

test("S2 S3 S4 over a network that doubles and reorders, and with owners who are overruled, it does so too", async () => {
  await play([...life, ...honest, "double", "overtake", "overtake", "takeOver"], expectNothingTwice);
});

test("S3 S5 S7 a page whose snapshot comes late, behind what was told meanwhile, ends with the text", async () => {
  await play([...life, ...honest, "joinSlowly", "joinSlowly", "reply", "takeOver"], () => {});
});
