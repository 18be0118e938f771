import { VirtualClock } from "../support/virtual-clock.ts";
import { Network } from "./network.ts";
import { TestNode } from "./node.ts";
import type { Page } from "./page.ts";
import { SharedStore } from "./shared-store.ts";
import { everybodyWaits } from "./stoppable-clock.ts";

/** A node that writes an answer, and another one where pages may look at it. */
export async function openPair() {
  const clock = new VirtualClock();
  const network = new Network();
  let ids = 0;
  const store = new SharedStore(clock, () => `id${ids++}`);
  const open = (nodeId: string) => new TestNode({ nodeId, store, network, clock });
  const [owner, other] = [open("owner"), open("other")];
  const asking = await join(owner);
  const conversationId = asking.session.conversationId ?? "";
  await owner.side.conversations.ask(conversationId, { messageId: "m1", text: "?" });
  const ref = await owner.begin(conversationId);
  const answer = owner.writing.get(ref?.turnId ?? "");
  if (!ref || !answer) throw new Error("nothing was begun");

  async function join(node: TestNode): Promise<Page> {
    const { page, opened } = node.arrive();
    await opened;
    return page;
  }

  return {
    clock,
    network,
    store,
    owner,
    other,
    asking,
    ref,
    answer,
    /** One more node. */
    open,
    join,
    write: (piece: string) => owner.append(answer, piece),
    /** Everything that is under way arrives, and what follows from it. */
    async settle(): Promise<void> {
      for (let hop = 0; hop < 4; hop++) {
        clock.advance(40);
        network.deliverAll();
        await everybodyWaits();
      }
    },
    /** Nothing is heard for so long that the other node looks into the store. */
    async wonder(): Promise<void> {
      clock.advance(1_500);
      other.mirrors.patrol();
      await everybodyWaits();
    },
  };
}

export type Pair = Awaited<ReturnType<typeof openPair>>;
