// Socket.IO as it comes. The pieces come from a bare HTTP client, or with SDK=1 from the SDK as a tutorial would use it; with
// REDIS_URL each conversation is a room of the classic Redis adapter, as the next chapter of that tutorial would have it.
import Anthropic from "@anthropic-ai/sdk";
import { createAdapter } from "@socket.io/redis-adapter";
import { Redis } from "ioredis";
import { Server } from "socket.io";
import { piecesOf } from "./raw.mjs";
import { asked, notFound, relayUrl, serve } from "./serving.mjs";

const { REDIS_URL, SDK } = process.env;
const client = new Anthropic({ baseURL: relayUrl, apiKey: "key", maxRetries: 0 });

async function* piecesOfSdk(text) {
  for await (const event of await client.messages.create(asked(text))) {
    if (event.type === "content_block_delta") yield event.delta.text;
  }
}

const pieces = SDK ? piecesOfSdk : piecesOf;
const io = new Server(serve(notFound), { transports: ["websocket"], perMessageDeflate: false, serveClient: false });
if (REDIS_URL) {
  const publisher = new Redis(REDIS_URL);
  io.adapter(createAdapter(publisher, publisher.duplicate()));
}
io.on("connection", (socket) => {
  const room = `conversation:${socket.id}`;
  if (REDIS_URL) socket.join(room);
  socket.on("ask", async (question) => {
    const to = REDIS_URL ? io.to(room) : socket;
    let offset = 0;
    for await (const text of pieces(question)) {
      to.emit("delta", { offset, text });
      offset += text.length;
    }
    to.emit("end", offset);
  });
});
