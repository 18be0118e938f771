import { randomBytes } from "node:crypto";

/** A name that nobody else will make up: 128 bits, for conversations, turns, messages and nodes. */
export const newId = () => randomBytes(16).toString("base64url");
