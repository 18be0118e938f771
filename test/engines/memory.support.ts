import { MemoryAnswerLog } from "../../src/engines/memory/answer-log.ts";
import { MemoryConversations } from "../../src/engines/memory/conversations.ts";
import { MemoryNodes } from "../../src/engines/memory/nodes.ts";
import { MemoryResponders } from "../../src/engines/memory/responders.ts";
import { MemoryTurns } from "../../src/engines/memory/turns.ts";
import { MemoryWorld } from "../../src/engines/memory/world.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import type { EngineWorld, WorldOptions } from "./world.ts";

const lifeMs = 60_000;

/** The memory engines, on a clock that stands still until time is let pass. */
export async function openMemory({ maxMessages = 200 }: WorldOptions = {}) {
  const clock = new VirtualClock();
  let ids = 0;
  const world = new MemoryWorld({ clock, newId: () => `id${ids++}`, lifeMs, maxMessages });
  return {
    world,
    conversations: new MemoryConversations(world),
    turns: new MemoryTurns(world),
    responders: new MemoryResponders(world),
    log: new MemoryAnswerLog(world),
    nodes: new MemoryNodes(),
    lifeMs,
    pass: async (ms: number) => clock.advance(ms),
    [Symbol.asyncDispose]: async () => {},
  } satisfies EngineWorld & { readonly world: MemoryWorld };
}
