// The least that streams an answer: an HTTP client without an SDK, its events split by hand.
import { Pool } from "undici";
import { asked, relayUrl } from "./serving.mjs";

const pool = new Pool(relayUrl, { connections: 5_000, pipelining: 1 });
const headers = { "content-type": "application/json", "x-api-key": "key", "anthropic-version": "2023-06-01" };

export async function* piecesOf(text) {
  const body = JSON.stringify(asked(text));
  const answer = await pool.request({ path: "/v1/messages", method: "POST", headers, body });
  answer.body.setEncoding("utf8");
  let rest = "";
  for await (const chunk of answer.body) {
    const events = (rest + chunk).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const data = JSON.parse(event.slice(event.indexOf("data: ") + 6));
      if (data.type === "content_block_delta") yield data.delta.text;
    }
  }
}
