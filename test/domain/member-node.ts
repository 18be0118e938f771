import type { Admission } from "../../src/domain/admission.ts";
import { Assistant } from "../../src/domain/assistant.ts";
import { Audience } from "../../src/domain/audience.ts";
import { Caretaker } from "../../src/domain/caretaker.ts";
import { LogKeeper } from "../../src/domain/log-keeper.ts";
import { type ClusterEvent, Member } from "../../src/domain/member.ts";
import { Membership } from "../../src/domain/membership.ts";
import { StandbyLine } from "../../src/domain/standby-line.ts";
import { tellAll } from "../../src/domain/steps.ts";
import { MemoryLine } from "../../src/engines/memory/line.ts";
import { admissionOf, openLine } from "./admissions.ts";
import { deskOf } from "./desk.ts";
import { ScriptedRelay } from "./scripted-relay.ts";
import type { SharedStore } from "./shared-store.ts";
import { StandbyNode } from "./standby-node.ts";
import { StoppableClock } from "./stoppable-clock.ts";

/** A whole node, but for what it says to the others and hears from them. */
export class MemberNode {
  readonly clock = new StoppableClock();
  readonly relay = new ScriptedRelay();
  readonly keeping: StandbyNode;
  readonly membership: Membership;
  readonly assistant: Assistant;
  readonly admission: Admission;
  readonly caretaker: Caretaker;
  readonly audience: Audience;
  readonly member: Member;
  readonly events: ClusterEvent[] = [];
  readonly faults: unknown[] = [];

  constructor(name: string, store: SharedStore) {
    const { clock } = this;
    let lives = 0;
    this.keeping = new StandbyNode(() => this.membership.nodeId, store, clock, {
      fenced: () => this.membership.fenced,
      isWritten: (turnId) => this.assistant.live(turnId) !== undefined,
      restored: ({ lost }) => {
        for (const { turnId, epoch } of lost) {
          void this.assistant.lose(turnId, epoch);
        }
      },
    });
    const { conversations, turns, side, standby } = this.keeping;
    const { nodes, log } = side;
    const onFault = (fault: unknown) => void this.faults.push(fault);
    const forgive = () => {};
    this.membership = new Membership({ nodes, clock, newId: () => `${name}${++lives}` });
    this.audience = new Audience({ clock, paceMs: () => 40, muted: () => this.membership.fenced });
    const logKeeper = new LogKeeper({ log, clock, onFault });
    let ids = 0;
    const listener = tellAll([this.audience, logKeeper]);
    const desk = deskOf({ clock, turns, listener, relay: this.relay, newId: () => `${name}-answer${ids++}` });
    const openLocal = () => new MemoryLine({ settings: openLine, clock });
    const line = new StandbyLine({ store: side.line, clock, openLocal });
    this.admission = admissionOf(clock, { line, nodeId: () => this.membership.nodeId, onFault });
    const { admission } = this;
    this.assistant = new Assistant({
      ...desk,
      conversations,
      admission,
      revive: (conversationId, isFree) => this.caretaker.revive(conversationId, isFree),
      waits: (conversationId) => (standby.known.get(conversationId)?.waiting ?? null) !== null,
      work: {
        take: (conversationId) => nodes.take(this.membership.nodeId, conversationId).catch(forgive),
        drop: (conversationId) => nodes.drop(this.membership.nodeId, conversationId).catch(forgive),
      },
      onFault,
    });
    const { assistant, audience, membership } = this;
    const nodeId = () => membership.nodeId;
    const mayLive = (owner: string) => membership.mayLive(owner);
    const caring = { nodes, conversations, assistant, admission, clock, nodeId, mayLive, adopted: () => {}, onFault };
    this.caretaker = new Caretaker(caring);
    this.member = new Member({
      membership,
      nodes,
      conversations,
      standby,
      assistant,
      audience,
      logKeeper,
      caretaker: this.caretaker,
      clock,
      listen: async () => {},
      show: () => {},
      report: (event) => void this.events.push(event),
      onFault,
    });
  }

  static async open(name: string, store: SharedStore): Promise<MemberNode> {
    const node = new MemberNode(name, store);
    await node.membership.open(node.member);
    await node.admission.open({
      granted: (conversationId) => node.assistant.begin(conversationId),
      round: () => {},
      tier: () => {},
    });
    return node;
  }

  get wire() {
    return this.keeping.side.wire;
  }
}
