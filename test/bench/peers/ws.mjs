// Bare `ws` and a bare HTTP client: the floor under every other way.
import { WebSocketServer } from "ws";
import { piecesOf } from "./raw.mjs";
import { notFound, serve } from "./serving.mjs";

new WebSocketServer({ server: serve(notFound), perMessageDeflate: false }).on("connection", (socket) => {
  socket.on("message", async (data) => {
    let offset = 0;
    for await (const text of piecesOf(String(data))) {
      socket.send(JSON.stringify({ offset, text }));
      offset += text.length;
    }
    socket.send(JSON.stringify({ end: offset }));
  });
});
