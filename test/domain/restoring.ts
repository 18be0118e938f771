import type { Message } from "../../src/contract/shapes.ts";
import type { Kept, Restored } from "../../src/domain/standby.ts";
import type { Turn } from "../../src/domain/turns.ts";
import type { MemoryConversation, MemoryTurn, MemoryWorld } from "../../src/engines/memory/world.ts";

/** What a store keeps of turns beside the memory engines: who writes their answers. */
export type Owners = Map<string, string>;

type Lost = Restored["lost"][number];

/** What the Redis store does to take in what a node kept, done to the memory engines: see `restore.lua`. */
export function restore(kept: Kept, world: MemoryWorld, owners: Owners, nodeId: string): Restored {
  const stored = world.ofCustomer(kept.conversation.customerId) ?? begin(kept, world);
  if (kept.conversation.page) stored.page = kept.conversation.page;
  const lost = kept.turns.flatMap((turn) => takeTurn(turn, stored, owners, nodeId) ?? []);
  lost.push(...answeredOtherwise(kept, stored, lost));
  clearAnswered(kept, stored, world);
  const merged = placeOpen(kept, stored, lost);
  append(kept, stored, world, { lost, merged });
  return {
    lost,
    merged,
    waiting: stored.waitingTurnId,
    owner: nodeId,
    waits: stored.waitingTurnId !== null && stored.runningTurnId === null,
  };
}

/** Writes a turn, unless the store knows better: then it gives the last epoch that is void. */
function takeTurn(turn: Turn, stored: MemoryConversation, owners: Owners, nodeId: string): Lost | null {
  const { turnId } = turn;
  const known = stored.turns.get(turnId);
  const answer = turn.state === "ended" ? undefined : stored.messages.find((said) => isAnswer(said, turnId));
  if (answer) {
    close(stored, turnId, answer);
    return { turnId, epoch: Math.max(turn.epoch, known?.epoch ?? 0) };
  }
  const isOthers =
    known?.epoch === turn.epoch && turn.state === "starting" && owners.get(turnId) !== ownerOf(turn, nodeId);
  if (isOthers && known?.state !== "ended") return { turnId, epoch: turn.epoch };
  if (isTaken(known, turn)) return { turnId, epoch: lastVoid(known) ?? turn.epoch };
  stored.turns.set(turnId, memoryTurn(turn));
  const owner = ownerOf(turn, nodeId);
  if (owner !== undefined) owners.set(turnId, owner);
  if (turn.state !== "queued") clear(stored, turnId);
  return null;
}

/** A turn that was begun in custody is its node's. */
function ownerOf({ owner, epoch }: Turn, nodeId: string): string | undefined {
  return owner ?? (epoch > 0 ? nodeId : undefined);
}

/** Answers to turns that have another one already. */
function answeredOtherwise({ conversation }: Kept, stored: MemoryConversation, lost: readonly Lost[]): Lost[] {
  return conversation.messages.flatMap(({ author, messageId, turnId = "" }) => {
    if (author !== "assistant" || lost.some((each) => each.turnId === turnId)) return [];
    const first = stored.messages.find((said) => isAnswer(said, turnId));
    if (!first || first.messageId === messageId) return [];
    return [{ turnId, epoch: stored.turns.get(turnId)?.epoch ?? 0 }];
  });
}

/** A turn whose answer is among the messages runs and waits no more; what joined it afterwards waits by itself. */
function clearAnswered({ conversation, turns }: Kept, stored: MemoryConversation, world: MemoryWorld): void {
  const given = new Set(turns.map(({ turnId }) => turnId));
  for (const message of conversation.messages) {
    const { author, turnId = "", at } = message;
    if (author !== "assistant" || given.has(turnId)) continue;
    const first = stored.messages.find((said) => isAnswer(said, turnId)) ?? message;
    if (first.messageId !== message.messageId) continue;
    close(stored, turnId, message);
    partFrom(conversation.messages, stored, { turnId, at }, world);
  }
}

function partFrom(
  given: readonly Message[],
  stored: MemoryConversation,
  { turnId, at }: { turnId: string; at: number },
  world: MemoryWorld,
): void {
  stored.messages.forEach((said, index) => {
    const isHere = given.some(({ messageId }) => messageId === said.messageId);
    if (isHere || said.author !== "customer" || said.turnId !== turnId || said.at <= at) return;
    if (stored.waitingTurnId === null) {
      stored.waitingTurnId = world.options.newId();
      const fresh = { turnId: stored.waitingTurnId, state: "queued", epoch: 0, starts: [], askedAt: said.at } as const;
      stored.turns.set(fresh.turnId, { ...fresh });
    }
    stored.messages[index] = { ...said, turnId: stored.waitingTurnId };
  });
}

/** Whoever still writes that turn, or is about to, is fenced. */
function close(stored: MemoryConversation, turnId: string, answer: Message): void {
  const turn = stored.turns.get(turnId);
  if (turn && turn.state !== "ended") stored.turns.set(turnId, { ...turn, state: "ended", answer });
  clear(stored, turnId);
}

function begin({ conversation }: Kept, world: MemoryWorld): MemoryConversation {
  const { conversationId, customerId, responder, page } = conversation;
  const begun: MemoryConversation = {
    conversationId,
    customerId,
    responder,
    messages: [],
    turns: new Map(),
    runningTurnId: null,
    waitingTurnId: null,
    page,
    touchedAt: world.options.clock.now(),
  };
  world.add(begun);
  return begun;
}

/** The store knows better. */
function isTaken(known: MemoryTurn | undefined, turn: Turn): boolean {
  if (known === undefined) return false;
  const isOver = known.state === "ended" && known.answer?.messageId !== turn.answer?.messageId;
  return known.epoch > turn.epoch || (known.epoch === turn.epoch && isOver);
}

function lastVoid(known: MemoryTurn | undefined): number | undefined {
  return known && (known.state === "ended" ? known.epoch : known.epoch - 1);
}

/** Gives the waiting turn that became part of another one. */
function placeOpen({ conversation }: Kept, stored: MemoryConversation, lost: readonly Lost[]): string[] {
  const isLost = (turnId: string) => lost.some((each) => each.turnId === turnId);
  const { running, waiting } = conversation;
  if (running && !isLost(running.turnId)) stored.runningTurnId ??= running.turnId;
  if (waiting === null || isLost(waiting.turnId)) return [];
  stored.waitingTurnId ??= waiting.turnId;
  return stored.waitingTurnId === waiting.turnId ? [] : [waiting.turnId];
}

function append(
  { conversation }: Kept,
  stored: MemoryConversation,
  world: MemoryWorld,
  what: Pick<Restored, "lost" | "merged">,
): void {
  const lost = new Set(what.lost.map(({ turnId }) => turnId));
  // Another node may have given its questions before.
  stored.messages.forEach((said, index) => {
    const isMerged = said.author === "customer" && what.merged.includes(said.turnId ?? "");
    if (isMerged && stored.waitingTurnId) stored.messages[index] = { ...said, turnId: stored.waitingTurnId };
  });
  for (const message of conversation.messages) {
    const { messageId, author, turnId = "" } = message;
    const answered = author === "assistant" ? turnId : "";
    const known = stored.messages.findIndex((said) => said.messageId === messageId);
    const isKnown = known >= 0;
    const said = stored.messages[known];
    if (said && said.at > message.at) stored.messages[known] = { ...said, at: message.at };
    const joins = stored.waitingTurnId !== null && what.merged.includes(turnId) && author === "customer";
    const joined = joins ? { ...message, turnId: stored.waitingTurnId ?? turnId } : message;
    if (!isKnown && !lost.has(answered)) world.append(stored, joined);
  }
}

function clear(stored: MemoryConversation, turnId: string): void {
  if (stored.runningTurnId === turnId) stored.runningTurnId = null;
  if (stored.waitingTurnId === turnId) stored.waitingTurnId = null;
}

function isAnswer(message: Message, turnId: string): boolean {
  return message.author === "assistant" && message.turnId === turnId;
}

function memoryTurn({ turnId, state, epoch, starts, askedAt, answer }: Turn): MemoryTurn {
  const stored = state === "streaming" ? "starting" : state;
  return { turnId, state: stored, epoch, starts, askedAt, ...(answer && { answer }) };
}
