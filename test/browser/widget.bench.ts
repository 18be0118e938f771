import type { Page } from "playwright-core";
import { contestants, type Stage } from "../bench/contestants.ts";
import { median } from "../bench/processes.ts";
import type { Table } from "../bench/table.ts";
import { openBrowser } from "./shop.ts";
import { openCustomer } from "./visitor.ts";

const chars = 12_000;
/** A long answer as a hurried relay would write it, in Markdown: a piece every few milliseconds. */
const question = (pieceChars: number) =>
  `[[sim: long chars=${chars}; pace first=40 delta=5 chars=${pieceChars}]] 详细介绍一下`;

interface Shown {
  /** Frames of text that the page was sent. */
  readonly frames: number;
  readonly perSecond: number;
  /** Main thread of the page: scripts, and all of it with layout and paint, in milliseconds. */
  readonly scriptMs: number;
  readonly taskMs: number;
  readonly longTasks: number;
}

async function measure(url: string, pieceChars: number): Promise<Shown> {
  const browser = await openBrowser();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => browser.close());
  const customer = stack.use(await openCustomer({ browser, url }));
  let frames = 0;
  const session = await customer.context.newCDPSession(customer.page);
  await session.send("Performance.enable");
  await session.send("Network.enable");
  session.on("Network.webSocketFrameReceived", ({ response }) => {
    if (response.payloadData.includes('"turn:delta"')) frames++;
  });
  const meter = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return (name: string) => 1_000 * (metrics.find((metric) => metric.name === name)?.value ?? 0);
  };
  await watchLongTasks(customer.page);
  const before = await meter();
  const from = performance.now();
  customer.page.setDefaultTimeout(120_000);
  await customer.ask(question(pieceChars));
  await customer.ended(1);
  const seconds = (performance.now() - from) / 1_000;
  const after = await meter();
  const spent = (name: string) => after(name) - before(name);
  return {
    frames,
    perSecond: frames / seconds,
    scriptMs: spent("ScriptDuration"),
    taskMs: spent("TaskDuration"),
    longTasks: await customer.page.evaluate(() => Number(document.documentElement.dataset["longTasks"])),
  };
}

/** Counts tasks of more than 50 ms from now on. */
async function watchLongTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { dataset } = document.documentElement;
    dataset["longTasks"] = "0";
    new PerformanceObserver((list) => {
      dataset["longTasks"] = String(Number(dataset["longTasks"]) + list.getEntries().length);
    }).observe({ type: "longtask" });
  });
}

/** What a long answer costs the customer's page, in a real browser. */
export async function widgetTable(stage: Stage, rounds: number): Promise<Table> {
  await using running = await contestants.memory.open(stage);
  const [url = ""] = running.urls;
  const rows: string[][] = [];
  for (const pieceChars of [2, 8]) {
    const samples: Shown[] = [];
    for (let round = 0; round < rounds; round++) samples.push(await measure(url, pieceChars));
    const of = (pick: (shown: Shown) => number) => median(samples.map(pick));
    rows.push([
      `${chars / pieceChars} pieces of ${pieceChars} characters`,
      of(({ frames }) => frames).toFixed(0),
      of(({ perSecond }) => perSecond).toFixed(0),
      of(({ scriptMs, frames }) => (1_000 * scriptMs) / frames).toFixed(0),
      of(({ taskMs, frames }) => (1_000 * taskMs) / frames).toFixed(0),
      of(({ longTasks }) => longTasks).toFixed(0),
    ]);
  }
  return {
    title: `The widget shows an answer of ${chars} characters, ${rounds} rounds`,
    columns: ["relay", "frames", "frames a second", "µs of script a frame", "µs of the page a frame", "long tasks"],
    rows,
  };
}
