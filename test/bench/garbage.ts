import { WebSocket } from "ws";

/** Has a process collect its garbage, by the debugging port that it was started with: the same way for every server. */
export async function collectGarbage(port: number): Promise<void> {
  const [target] = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
  const inspector = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => inspector.once("open", resolve).once("error", reject));
  // Twice: what the first run has finalised is free after the second.
  for (const id of [1, 2]) {
    const answered = new Promise((resolve) => inspector.once("message", resolve));
    inspector.send(JSON.stringify({ id, method: "HeapProfiler.collectGarbage" }));
    await answered;
  }
  inspector.terminate();
}
