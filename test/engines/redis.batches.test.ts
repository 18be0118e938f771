import { expect, test } from "vitest";
import { Batches } from "../../src/engines/redis/batches.ts";

interface Sent {
  readonly items: readonly string[];
  readonly answer: () => void;
  readonly fail: (fault: unknown) => void;
}

function open(most = 3) {
  const sent: Sent[] = [];
  const batches = new Batches<string, string>((items) => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    sent.push({ items, answer: () => resolve(items.map((item) => item.toUpperCase())), fail: reject });
    return promise;
  }, most);
  return { batches, sent };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const itemsOf = (sent: readonly Sent[]) => sent.map(({ items }) => items.join(""));

test("what comes alone is sent at once; what comes meanwhile is sent together once that is answered", async () => {
  const { batches, sent } = open();
  const a = batches.add("a");
  await turn();
  const [b, c] = [batches.add("b"), batches.add("c")];
  await turn();
  expect(itemsOf(sent)).toEqual(["a"]);
  sent[0]?.answer();
  expect(await a).toBe("A");
  await turn();
  expect(itemsOf(sent)).toEqual(["a", "bc"]);
  sent[1]?.answer();
  expect(await Promise.all([b, c])).toEqual(["B", "C"]);
});

test("a full batch does not wait for the one before", async () => {
  const { batches, sent } = open();
  void batches.add("a");
  await turn();
  for (const item of "bcde") void batches.add(item);
  await turn();
  expect(itemsOf(sent)).toEqual(["a", "bcd"]);
});

test("what has to come first is sent on demand, and only once", async () => {
  const { batches, sent } = open();
  void batches.add("a");
  batches.flush();
  expect(itemsOf(sent)).toEqual(["a"]);
  void batches.add("b");
  batches.flush();
  await turn();
  expect(itemsOf(sent)).toEqual(["a", "b"]);
});

test("a batch that fails fails for each of its own, and the next one is sent all the same", async () => {
  const { batches, sent } = open();
  const both = Promise.allSettled([batches.add("a"), batches.add("b")]);
  await turn();
  const c = batches.add("c");
  sent[0]?.fail(new Error("away"));
  expect((await both).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await turn();
  sent[1]?.answer();
  expect(await c).toBe("C");
});

test("a sending that gives too few results, or throws at once, is told to those who wait", async () => {
  const few = new Batches<string, string>(async () => ["A"], 3);
  await expect(Promise.all([few.add("a"), few.add("b")])).rejects.toThrow("2 were sent, 1 came back");
  const thrown = new Batches<string, string>(() => {
    throw new Error("closed");
  }, 3);
  await expect(thrown.add("a")).rejects.toThrow("closed");
});
