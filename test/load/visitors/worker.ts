import type { FromWorker, Share, ToWorker } from "./messages.ts";
import { Visitors } from "./visitors.ts";

/** One process of the generator: does its share of a run, as it is told over the channel to the process that started it. */

const everyMs = 500;

const tell = (message: FromWorker) => process.send?.(message);

let visitors: Visitors | null = null;
let worker = 0;

function open(share: Share): void {
  const opening = new Visitors(share);
  visitors = opening;
  worker = share.worker;
  setInterval(() => tell(opening.tick()), everyMs);
  void opening.open().then(() => tell({ kind: "opened", worker }));
}

function finish(): void {
  if (visitors) tell(visitors.tick());
  process.send?.({ kind: "finished", worker, unsettled: visitors?.unsettled ?? [] }, () => process.exit(0));
}

process.on("message", (message: ToWorker) => {
  switch (message.kind) {
    case "open":
      return open(message.share);
    case "ask":
      return void visitors?.ask(message.atMs, message.phases).then(() => tell({ kind: "asked", worker }));
    case "halt":
      return visitors?.halt();
    case "finish":
      return finish();
    default:
      message satisfies never;
  }
});
// Ctrl-C reaches the whole group; the process that started this one knows the order of closing.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit(1));
