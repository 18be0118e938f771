import type { Socket } from "socket.io";
import { TidegateError } from "../../src/contract/errors.ts";
import type { AgentCommandName, AgentCommandResult, agentCommands } from "../../src/contract/events.ts";
import type { Floor, Talk } from "./floor.ts";

type Payload<N extends AgentCommandName> = (typeof agentCommands)[N]["payload"]["_zod"]["output"];

/** What becomes of each command. A script that throws refuses. */
export type AgentScripts = {
  [N in AgentCommandName]?: (payload: Payload<N>, socket: Socket) => AgentCommandResult<N>;
};

const caller = (socket: Socket): string => socket.handshake.auth["token"];
let ids = 0;

/** What a sensible server does, near enough. */
export function agentScripts(floor: Floor): AgentScripts {
  function talkOf({ conversationId }: { conversationId: string }): Talk {
    const talk = floor.talk(conversationId);
    if (!talk) throw new TidegateError("not-found");
    return talk;
  }

  const look = (conversationId: string, socket: Socket, looks: boolean) => {
    const me = floor.agent(caller(socket));
    const viewers = (floor.talk(conversationId)?.summary.viewers ?? []).filter(({ agentId }) => agentId !== me.agentId);
    if (looks) viewers.push({ agentId: me.agentId, name: me.name });
    if (floor.talk(conversationId)) floor.put(conversationId, { viewers });
  };

  return {
    "inbox:open": (_, socket) => ({
      me: floor.agent(caller(socket)),
      agents: floor.agents,
      conversations: [...floor.talks.values()].map(({ summary }) => summary),
      tier: "high",
    }),
    "conversation:join"({ conversationId, have }, socket) {
      talkOf({ conversationId });
      void socket.join(`conversation:${conversationId}`);
      look(conversationId, socket, true);
      const { summary, messages, notes, turn, page } = talkOf({ conversationId });
      const known = have && turn && have.turnId === turn.turnId && have.epoch === turn.epoch ? have.offset : 0;
      return {
        summary,
        messages,
        notes,
        page,
        turn: turn && { ...turn, offset: known, text: turn.text.slice(known) },
        tier: "high",
      };
    },
    "conversation:leave"({ conversationId }, socket) {
      void socket.leave(`conversation:${conversationId}`);
      look(conversationId, socket, false);
      return {};
    },
    "conversation:take"(payload, socket) {
      const { responder } = talkOf(payload).summary;
      if (responder.kind === "agent" && responder.agentId !== caller(socket)) throw new TidegateError("taken");
      floor.respond(payload.conversationId, caller(socket));
      return { epoch: 2 };
    },
    "conversation:return"({ conversationId, note: text }, socket) {
      floor.respond(conversationId, null);
      if (text) floor.note(conversationId, { ...noteBy(floor, socket), kind: "handback", text });
      return {};
    },
    "conversation:transfer"({ conversationId, to, note: text }, socket) {
      floor.respond(conversationId, to);
      if (text) floor.note(conversationId, { ...noteBy(floor, socket), kind: "note", text });
      return {};
    },
    "conversation:resolve"({ conversationId }, socket) {
      const { name } = floor.agent(caller(socket));
      floor.say(conversationId, systemLine({ kind: "resolved", name }));
      floor.remove(conversationId);
      return {};
    },
    "message:send"({ conversationId, messageId, text }, socket) {
      const { responder } = talkOf({ conversationId }).summary;
      if (responder.kind === "agent" && responder.agentId !== caller(socket)) throw new TidegateError("taken");
      if (responder.agentId !== caller(socket)) floor.respond(conversationId, caller(socket));
      const { name } = floor.agent(caller(socket));
      floor.say(conversationId, { messageId, author: "agent", name, text, at: Date.now() });
      return { messageId };
    },
    "note:add"({ conversationId, text }, socket) {
      floor.note(conversationId, { ...noteBy(floor, socket), kind: "note", text });
      return {};
    },
    "whisper:send"({ conversationId, text }, socket) {
      floor.note(conversationId, { ...noteBy(floor, socket), kind: "whisper", text });
      return {};
    },
    "draft:request": () => ({ draftId: `draft-${++ids}` }),
    "turn:resume"({ conversationId, offset }) {
      const { turn } = talkOf({ conversationId });
      const { state = "ended", epoch = 0, text = "" } = turn ?? {};
      return { state, epoch, offset, text: text.slice(offset) };
    },
    "turn:stop"({ conversationId }) {
      floor.end(conversationId, "stopped");
      return { outcome: "stopped" };
    },
    "presence:set"({ state }, socket) {
      const me = floor.agents.find(({ agentId }) => agentId === caller(socket));
      if (me) me.state = state;
      return {};
    },
  };
}

const noteBy = (floor: Floor, socket: Socket) => {
  const { agentId, name } = floor.agent(caller(socket));
  return { noteId: `n${++ids}`, agentId, name, at: Date.now() };
};

/** A line of the system, such as pages put into their own words. */
export const systemLine = (notice: { kind: "resolved" | "agent-joined" | "agent-left"; name?: string }) => ({
  messageId: `s${++ids}`,
  author: "system" as const,
  text: notice.kind,
  at: Date.now(),
  notice,
});
