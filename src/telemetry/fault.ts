/** An error as the log has it. */
export interface FaultShape {
  readonly type: string;
  readonly message?: string;
  readonly code?: string;
  /** Where it happened, without its words. */
  readonly stack?: string;
  readonly cause?: FaultShape;
}

/** Causes of causes are followed no further. */
const mostCauses = 5;

/**
 * Of an error what tells where and how it happened, and nothing else that hangs on it: a refused command of Redis has all its
 * arguments there, which are what somebody wrote (X5).
 */
export function shapeOfFault(fault: unknown, left = mostCauses): FaultShape {
  if (!(fault instanceof Error)) return { type: typeof fault };
  const { name, cause } = fault;
  const stack = fault.stack?.split("\n").filter((line) => /^\s+at /.test(line));
  return {
    type: name,
    message: wordsOf(fault),
    ...("code" in fault && { code: String(fault.code) }),
    ...(stack && { stack: stack.join("\n") }),
    ...(cause instanceof Error && left > 0 && { cause: shapeOfFault(cause, left - 1) }),
  };
}

/** Without what these errors quote: the text that could not be read, the command that was not known. */
function wordsOf({ name, message }: Error): string {
  if (name === "SyntaxError") return message.replace(/["'].*["']/s, "…");
  return name === "ReplyError" ? message.replace(/, with args beginning with: .*$/s, "") : message;
}
