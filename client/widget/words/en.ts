import type { Tier } from "../../../src/contract/shapes.ts";
import type { Words } from "./words.ts";

/** For what only a page that is out of date, or a fault of ours, can bring about. */
const reload = "This did not work. Please reload the page and try again.";

const why: Record<Tier, string> = {
  high: "Many people are asking right now.",
  medium: "The AI is answering more slowly than usual.",
  degraded: "Answers are shorter right now, so that everyone gets one.",
};

export const words: Words = {
  locale: "en",
  launcher: "Support chat",
  title: "Support",
  comma: ", ",
  assistant: "AI assistant",
  madeByAi: "AI-generated",
  you: "You",
  team: "Support team",
  answering: { assistant: "AI assistant", agent: "Support team", nobody: "Finding someone" },
  greeting: [
    "Hello! I am an AI assistant. I can look up orders, find products and work out discounts.",
    "Prefer a person? Press “Talk to a person” above at any time, or just type it.",
  ],
  suggestions: ["Where is my order?", "Any coupons today?", "How do returns work?"],
  transcript: "Conversation",
  composer: "Message",
  placeholder: "Ask a question…",
  footnote: "Answers are AI-generated. Please check what matters.",
  charactersLeft: (count) => (count < 0 ? `Characters too many: ${-count}` : `Characters left: ${count}`),
  send: "Send",
  stop: "Stop answering",
  close: "Close",
  unread: (count) => `${count} unread`,
  person: "Talk to a person",
  askingForPerson: "Looking for someone of our team…",
  waitingForPerson: (position) =>
    position === undefined
      ? "Our team has been called. One moment, please."
      : `Waiting for a person. You are number ${position}.`,
  cancel: "Cancel",
  dismiss: "OK",
  sending: "Sending",
  sent: "Sent",
  notSent: "Not sent",
  retry: "Try again",
  thinking: "Thinking",
  lookingUp: {
    find_products: "Looking for products…",
    get_order: "Looking up your order…",
    best_discount: "Working out discounts…",
  },
  lookingUpSomething: "Looking it up…",
  notLookedUp: "One thing could not be looked up, so the answer may be incomplete.",
  askAgain: "Ask again",
  goOn: "Continue",
  stopped: "Stopped.",
  truncated: "That was a long one; there is more.",
  interrupted: "A person has taken over.",
  notices: {
    "person-requested": () => "You asked for a person",
    "person-cancelled": () => "You no longer wait for a person",
    "message-left": () => "Our team will find your message when they are back",
    "agents-away": () => "Nobody of our team is here right now",
    "agent-joined": (name) => `${name} has joined`,
    "agent-left": (name) => `${name} has left; the AI assistant is with you again`,
    "agent-transferred": (name) => `${name} takes over from here`,
    "agent-lost": (name) => `The connection to ${name} was lost`,
    resolved: () => "This matter is closed. Just write if there is more.",
  },
  latest: "Jump to latest",
  place: (position) => `You are number ${position} in line`,
  wait: (low, high) => {
    if (high < 1) return "less than a minute";
    if (low > 15) return "more than 15 minutes";
    return low === high ? `about ${high} min` : `about ${low}–${high} min`;
  },
  whyWaiting: (tier, titled) =>
    `${why[tier]} Browse on if you like: your place is kept, and the chat button${titled ? " and page title" : ""} will say “Your turn”.`,
  startsByItself: "your answer starts by itself",
  leaveLine: "Leave the line",
  yourTurn: "Your turn",
  connecting: "Connecting…",
  reconnecting: "Connection lost. Reconnecting…",
  offline: "You are offline. This goes on by itself once you are back.",
  refused: "The chat cannot connect",
  types: (name) => `${name} is typing…`,
  said: {
    answering: "The AI assistant is answering",
    answered: "End of the answer",
    online: "Connected again",
    agentAnswers: (name) => `${name} is with you now`,
  },
  titleHint: { unread: (count) => `(${count}) `, place: (position) => `[#${position}] `, turn: "[Your turn] " },
  errors: {
    "bad-request": reload,
    "unknown-command": reload,
    unauthenticated: "Your sign-in is not valid. Please reload the page or sign in again.",
    "token-expired": "Your sign-in has expired. Please reload the page.",
    forbidden: reload,
    "origin-refused": "This site has not been allowed to use the chat. Please tell the shop.",
    "not-found": "This conversation has ended. Please ask again.",
    "not-open": reload,
    "message-conflict": reload,
    "too-large": "This message is too long. Please shorten it.",
    "rate-limited": "That was a little fast. Please wait a moment and try again.",
    "too-many-connections": "Too many connections. Please try again shortly.",
    shed: "More people are asking than we can answer, and the line is full. Please come back a little later.",
    "place-given-up": "You were away: your place has been given up. Please ask again.",
    draining: "The service is being updated and will be back at once.",
    taken: reload,
    "not-responder": reload,
    "agents-away":
      "Nobody of our team is here right now. The AI assistant stays with you; you can leave a message, too.",
    "assistant-busy": "The AI assistant has too much to do right now. Please ask again shortly.",
    "assistant-slow": "The AI assistant did not answer in time. Please ask again.",
    "assistant-cut": "The answer broke off. Please ask again.",
    "assistant-unreachable": "The AI assistant cannot be reached right now. Please ask again.",
    "assistant-declined": "The AI assistant cannot answer that. Please ask in another way.",
    "assistant-unavailable": "The AI assistant cannot answer now. The fault is ours, and the shop has been told.",
    unavailable: "The service is not available at the moment. Please try again shortly.",
    internal: "Something went wrong on our side. Please try again.",
  },
  retryIn: (seconds) => `Please try again in about ${seconds} s.`,
};
