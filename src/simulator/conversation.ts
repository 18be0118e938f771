import { blocksOf, type ContentBlock, type Message } from "./request.ts";

/** One message, reduced to what the simulator reads in it. */
export interface Utterance {
  readonly role: "user" | "assistant";
  readonly text: string;
  readonly results: readonly ToolResult[];
  readonly calls: readonly { readonly id: string; readonly name: string }[];
}

export interface ToolResult {
  readonly tool: string;
  readonly text: string;
  readonly isError: boolean;
}

/** The messages as utterances; each tool result knows the name of the tool it came from. */
export function readConversation(messages: readonly Message[]): Utterance[] {
  const toolById = new Map<string, string>();
  return messages.map((message) => readMessage(message, toolById));
}

/** What the customer asked last: every user text since the assistant spoke, a burst joined by line breaks. */
export function lastQuestion(conversation: readonly Utterance[]): string {
  const last = conversation.findLastIndex((utterance) => utterance.role === "user" && utterance.text !== "");
  let first = last;
  while (conversation[first - 1]?.role === "user") first--;
  return conversation
    .slice(Math.max(first, 0), last + 1)
    .map((utterance) => utterance.text)
    .join("\n");
}

/** The results the assistant is waiting for; empty when the last message brings none. */
export function pendingResults(conversation: readonly Utterance[]): readonly ToolResult[] {
  const last = conversation.at(-1);
  return last?.role === "user" ? last.results : [];
}

function readMessage(message: Message, toolById: Map<string, string>): Utterance {
  const blocks = blocksOf(message);
  const calls = blocks.flatMap((block) => (block.type === "tool_use" ? [{ id: block.id, name: block.name }] : []));
  for (const call of calls) toolById.set(call.id, call.name);
  return {
    role: message.role,
    text: blocks.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n"),
    calls,
    results: blocks.flatMap((block) => readResult(block, toolById)),
  };
}

function readResult(block: ContentBlock, toolById: ReadonlyMap<string, string>): ToolResult[] {
  if (block.type !== "tool_result") return [];
  const content = block.content ?? "";
  const text =
    typeof content === "string"
      ? content
      : content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
  return [{ tool: toolById.get(block.tool_use_id) ?? "", text, isError: block.is_error === true }];
}
