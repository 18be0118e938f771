import type { z } from "zod";
import { refuseInvalid } from "./failures.ts";
import type { Model } from "./models.ts";
import { blocksOf, type ContentBlock, type Message, type MessagesRequest, type Prompt } from "./request.ts";

const maxCacheMarks = 4;

/** Parses a body, or refuses it with the place and the reason: `messages.0.role: …`. */
export function parseBody<Shape extends z.ZodType>(shape: Shape, body: unknown): z.infer<Shape> {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return refuseInvalid(issue === undefined ? "invalid body" : sentenceOf(issue));
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") {
    return `${[...issue.path, issue.keys[0]].join(".")}: Extra inputs are not permitted`;
  }
  const missing = issue.code === "invalid_type" && issue.message.endsWith("received undefined");
  return `${issue.path.join(".")}: ${missing ? "Field required" : issue.message}`;
}

/** Applies the rules of the API that a schema cannot say. Throws `Refused` at the first one broken. */
export function checkPrompt(prompt: Prompt, model: Model): void {
  if (prompt.messages[0]?.role !== "user") refuseInvalid('messages: first message must use the "user" role');
  prompt.messages.forEach((message, at) => {
    checkContent(message, at, at === prompt.messages.length - 1);
  });
  checkToolPairs(prompt.messages);
  checkPrefill(prompt.messages, model);
  checkTools(prompt);
  checkCacheMarks(prompt);
}

/** The rule on `max_tokens`, which count_tokens does not have. */
export function checkRequest(request: MessagesRequest, model: Model): void {
  checkPrompt(request, model);
  if (request.max_tokens <= model.maxOutputTokens) return;
  refuseInvalid(
    `max_tokens: ${request.max_tokens} > ${model.maxOutputTokens}, which is the maximum allowed number of output tokens for ${model.id}`,
  );
}

function checkContent(message: Message, at: number, isLast: boolean): void {
  const isEmpty = message.content.length === 0;
  if (isEmpty && message.role === "user") refuseInvalid(`messages.${at}: user messages must have non-empty content`);
  if (isEmpty && !isLast) {
    refuseInvalid(
      `messages.${at}: all messages must have non-empty content except for the optional final assistant message`,
    );
  }
  if (typeof message.content === "string") return;
  for (const block of message.content) checkBlock(block, message.role, at);
}

function checkBlock(block: ContentBlock, role: Message["role"], at: number): void {
  if (block.type === "text" && block.text.length === 0)
    refuseInvalid("messages: text content blocks must be non-empty");
  if (block.type === "text" && !/\S/.test(block.text)) {
    refuseInvalid("messages: text content blocks must contain non-whitespace text");
  }
  if (block.type === "tool_use" && role === "user") {
    refuseInvalid(`messages.${at}: \`tool_use\` blocks can only be in \`assistant\` messages`);
  }
  if (block.type === "tool_result" && role === "assistant") {
    refuseInvalid(`messages.${at}: \`tool_result\` blocks can only be in \`user\` messages`);
  }
}

function checkToolPairs(messages: readonly Message[]): void {
  messages.forEach((message, at) => {
    const asked = idsOf(messages[at - 1], "tool_use");
    const given = idsOf(message, "tool_result");
    const stray = given.find((id) => !asked.includes(id));
    if (stray !== undefined) {
      refuseInvalid(
        `messages.${at}.content: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stray}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      );
    }
    const open = asked.filter((id) => !given.includes(id));
    if (open.length > 0) refuseUnanswered(at - 1, open);
  });
  const last = idsOf(messages.at(-1), "tool_use");
  if (last.length > 0) refuseUnanswered(messages.length - 1, last);
}

function refuseUnanswered(at: number, ids: readonly string[]): never {
  return refuseInvalid(
    `messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids.join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  );
}

function idsOf(message: Message | undefined, type: "tool_use" | "tool_result"): string[] {
  if (message === undefined || typeof message.content === "string") return [];
  return message.content.flatMap((block) => {
    if (block.type === "tool_use" && type === "tool_use") return [block.id];
    return block.type === "tool_result" && type === "tool_result" ? [block.tool_use_id] : [];
  });
}

function checkPrefill(messages: readonly Message[], model: Model): void {
  const last = messages.at(-1);
  if (last?.role !== "assistant") return;
  if (!model.prefill) {
    refuseInvalid(
      "This model does not support assistant message prefill. The conversation must end with a user message.",
    );
  }
  const final = blocksOf(last).at(-1);
  if (final?.type === "text" && /\s$/.test(final.text)) {
    refuseInvalid("messages: final assistant content cannot end with trailing whitespace");
  }
}

function checkTools({ tools, tool_choice: choice }: Prompt): void {
  const names = (tools ?? []).map((tool) => tool.name);
  if (new Set(names).size < names.length) refuseInvalid("tools: Tool names must be unique.");
  if (choice?.type === "tool" && !names.includes(choice.name)) {
    refuseInvalid(`tool_choice: Tool '${choice.name}' not found in provided tools`);
  }
  if (choice && choice.type !== "none" && names.length === 0) {
    refuseInvalid("tool_choice may only be specified while providing tools");
  }
}

function checkCacheMarks(prompt: Prompt): void {
  const found = JSON.stringify([prompt.system, prompt.tools, prompt.messages]).split('"cache_control":{').length - 1;
  if (found > maxCacheMarks) {
    refuseInvalid(`A maximum of ${maxCacheMarks} blocks with cache_control may be provided. Found ${found}.`);
  }
}
