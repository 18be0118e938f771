import type { Admission } from "../../src/domain/admission.ts";
import { Assistant, type AssistantOptions } from "../../src/domain/assistant.ts";
import { Caretaker } from "../../src/domain/caretaker.ts";
import { LogKeeper } from "../../src/domain/log-keeper.ts";
import { StandbyLine } from "../../src/domain/standby-line.ts";
import { type Step, tellAll } from "../../src/domain/steps.ts";
import type { Turn } from "../../src/domain/turns.ts";
import { MemoryLine } from "../../src/engines/memory/line.ts";
import type { VirtualClock } from "../support/virtual-clock.ts";
import { admissionOf, openLine } from "./admissions.ts";
import { deskOf } from "./desk.ts";
import { ScriptedRelay } from "./scripted-relay.ts";
import { type SharedStore, StoreSide } from "./shared-store.ts";

export interface WorkerOptions {
  readonly nodeId: string;
  readonly store: SharedStore;
  readonly clock: VirtualClock;
  readonly parts?: Partial<AssistantOptions>;
}

/** A node as far as it answers: its assistant, the log of what that writes, and its care for the work of the dead. */
export class Worker {
  readonly nodeId: string;
  readonly side: StoreSide;
  readonly relay = new ScriptedRelay();
  readonly assistant: Assistant;
  readonly admission: Admission;
  readonly logKeeper: LogKeeper;
  readonly caretaker: Caretaker;
  readonly steps: Step[] = [];
  readonly faults: unknown[] = [];
  readonly adopted: string[] = [];

  constructor({ nodeId, store, clock, parts }: WorkerOptions) {
    this.nodeId = nodeId;
    this.side = new StoreSide(store, () => nodeId);
    const { conversations, turns, log, nodes } = this.side;
    const onFault = (fault: unknown) => this.faults.push(fault);
    this.logKeeper = new LogKeeper({ log, clock, onFault });
    const notes = { step: (step: Step) => this.steps.push(step), text: () => {} };
    const listener = tellAll([this.logKeeper, notes]);
    let ids = 0;
    const openLocal = () => new MemoryLine({ settings: openLine, clock });
    const line = new StandbyLine({ store: this.side.line, clock, openLocal });
    this.admission = admissionOf(clock, { line, nodeId: () => nodeId, onFault });
    const { admission } = this;
    this.assistant = new Assistant({
      ...deskOf({ clock, turns, listener, relay: this.relay, newId: () => `${nodeId}-${ids++}` }),
      conversations,
      admission,
      revive: (conversationId, isFree) => this.caretaker.revive(conversationId, isFree),
      work: {
        take: (conversationId) => nodes.take(nodeId, conversationId).catch(() => {}),
        drop: (conversationId) => nodes.drop(nodeId, conversationId).catch(() => {}),
      },
      onFault,
      ...parts,
    });
    this.caretaker = new Caretaker({
      nodes,
      conversations,
      assistant: this.assistant,
      admission,
      clock,
      nodeId: () => nodeId,
      mayLive: (owner) => !store.dead.has(owner),
      adopted: (turnId) => this.adopted.push(turnId),
      onFault,
    });
    void admission.open({
      granted: (conversationId) => this.assistant.begin(conversationId),
      round: () => {},
      tier: () => {},
      lookAfter: (conversationIds) => void this.caretaker.lookAfter(conversationIds),
    });
  }

  /** The kinds of what was told. */
  get told(): Step["kind"][] {
    return this.steps.map(({ kind }) => kind);
  }
}

/** The turn that runs in a conversation, as it is stored. */
export async function runningIn(store: SharedStore, conversationId: string): Promise<Turn> {
  const { running } = await store.stored(conversationId);
  if (running === null) throw new Error("nothing runs");
  return running;
}
