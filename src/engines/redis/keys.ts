import { classes } from "../../domain/line.ts";

/** Another one when what lies in the line's keys is written differently: versions that cannot read each other do not share a line. */
const lineLayout = 2;

/**
 * Every key that Tidegate keeps in Redis, with its type and life. `{tag}` names the customer: all keys of a customer's
 * conversation lie in one hash slot, so that each step is one atomic script, in a Redis Cluster too.
 *
 * | key | type | what | life |
 * | --- | --- | --- | --- |
 * | `<prefix>:{tag}:conversation` | hash | `id edition customer customerCard responder hands wish notes page running waiting score leftAt handedAt` | C1, and an hour more while a turn runs |
 * | `<prefix>:{tag}:order` | list | message ids, oldest first | the same |
 * | `<prefix>:{tag}:messages` | hash | message id → message (JSON) | the same |
 * | `<prefix>:{tag}:turns` | hash | turn id → turn (JSON) | the same |
 * | `<prefix>:{tag}:watchers` | hash | node → its latest visit (S7) | the same |
 * | `<prefix>:{tag}:log` | hash | `turnId:epoch:offset:length` → text of the running answer, `turnId:found:callId` → what was looked up for it (S8, C3) | the same |
 * | `<prefix>:{nodes}:beats` | hash | node → heartbeats (N1) | none; buried nodes are removed |
 * | `<prefix>:{nodes}:buried` | set | nodes whose work is being taken over | none; emptied then |
 * | `<prefix>:{node}:work` | set | conversations whose turns the node answers | none; removed when taken over |
 * | `<prefix>:{line}:2:state` | string | the bucket, the gates, and what stride scheduling remembers (A1, A2) | none |
 * | `<prefix>:{line}:2:entries` | hash | conversation → its place or its grant (A4) | none; removed when answered |
 * | `<prefix>:{line}:2:nodes` | hash | node → its room for answers and when it was heard of | none; removed when it is dead |
 * | `<prefix>:{line}:2:grants` | sorted set | grants that their nodes have not taken yet | none; emptied then |
 * | `<prefix>:{line}:2:owned` | sorted set | all grants that have not ended, by node | none; removed with them |
 * | `<prefix>:{line}:2:starting` | sorted set | answers without a text yet, by when that is given up | none |
 * | `<prefix>:{line}:2:later` | sorted set | put back, by when they may be granted again (U4) | none |
 * | `<prefix>:{line}:2:left` | sorted set | the latest 20,000 tickets that left the line | none |
 * | `<prefix>:{line}:2:line:<class>` | sorted set | conversations by ticket | none |
 * | `<prefix>:{line}:2:before:<class>` | sorted set | those that stand before all newcomers, by ticket (A8) | none |
 * | `<prefix>:{health}:course` | hash | the service level, with all it takes to judge on, and its slot of time (A9) | none |
 * | `<prefix>:{health}:seen` | hash | `slot|name` → what nodes have counted and nobody has judged yet | none; emptied then |
 * | `<prefix>:{health}:quiet` | hash | model → until when nothing is begun with it (A10) | none; removed then |
 * | `<prefix>:{board}:nodes` | hash | node → when it was heard of, and how it is | 4 minutes; nodes are removed after 2 of silence |
 * | `<prefix>:{board}:orders` | hash | what operators have ordered, with its revision | none |
 * | `<prefix>:{desk}:seq` | string | how many changes the team's desk has seen (H5) | none |
 * | `<prefix>:{desk}:order` | sorted set | listed conversations by their last change | none; removed a minute after they are gone |
 * | `<prefix>:{desk}:recent` | sorted set | the latest 300 of those that are the assistant's alone | none |
 * | `<prefix>:{desk}:gone` | sorted set | listed no more, by when | none; removed after a minute |
 * | `<prefix>:{desk}:care` | hash | conversation → in whose hands, and the wish for a person (H1, H4) | none; removed with it |
 * | `<prefix>:{desk}:live` | hash | conversation → its last words and what its turn does | none; removed with it |
 * | `<prefix>:{desk}:careAt` | hash | conversation → when its care was told of last | none; removed with it |
 * | `<prefix>:{desk}:nodes` | hash | node → its agents and what they look at | none; removed after 15 s of silence |
 * | `<prefix>:{desk}:seen` | hash | agent → when last seen (H6) | none; removed after two minutes |
 * | `<prefix>:{webhooks}:due:<endpoint>` | sorted set | what is on its way to an endpoint of the shop, by when it is due (W1) | 3 days from the latest event |
 * | `<prefix>:{webhooks}:age:<endpoint>` | sorted set | the same, by when it was put (W3) | the same |
 * | `<prefix>:{webhooks}:bodies:<endpoint>` | hash | delivery → how often it was claimed, and what is sent | the same |
 * | `<prefix>:{webhooks}:seen:<endpoint>` | sorted set | what was put within the last hour (W2) | the same |
 * | `<prefix>:{costs}:day:<day>` | hash | `count|tier|class|model` → what attempts have used that day, and what was spent (U6) | 400 days from the latest |
 * | `<prefix>:{costs}:records` | stream | single attempts, about as many as `cost.keepRecords` (U6) | none; the oldest go first |
 * | `<prefix>:{costs}:writer:<writer>` | string | the latest batch that a process has entered, so that none is entered twice | a day |
 * | `<prefix>:secret` | string | the secret that nodes without `AUTH_SECRET` agree on (X6) | none |
 * | `<prefix>:to:{node}` | channel | what the other nodes tell a node (S7) | |
 * | `<prefix>:rooms#…` | channels | the Socket.IO adapter's | |
 */
export class Keys {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** In the order in which the scripts name them. */
  conversation(tag: string): string[] {
    return ["conversation", "order", "messages", "turns", "watchers", "log"].map((part) => this.#of(tag, part));
  }

  log(tag: string): string {
    return this.#of(tag, "log");
  }

  get nodes(): string[] {
    return [this.#of("nodes", "beats"), this.#of("nodes", "buried")];
  }

  get buried(): string {
    return this.#of("nodes", "buried");
  }

  /** In the order in which the scripts of the line name them. */
  get line(): string[] {
    const lines = ["line", "before"].flatMap((part) => classes.map((name) => `${part}:${name}`));
    const parts = ["state", "entries", "nodes", "grants", "starting", "later", "left", ...lines, "owned"];
    return parts.map((part) => this.#of("line", `${lineLayout}:${part}`));
  }

  /** In the order in which the scripts name them. */
  get health(): string[] {
    return ["course", "seen", "quiet"].map((part) => this.#of("health", part));
  }

  /** In the order in which the scripts name them. */
  get board(): string[] {
    return ["nodes", "orders"].map((part) => this.#of("board", part));
  }

  /** In the order in which the scripts name them. */
  get desk(): string[] {
    const parts = ["seq", "order", "recent", "gone", "care", "live", "careAt", "nodes", "seen"];
    return parts.map((part) => this.#of("desk", part));
  }

  /** In the order in which the scripts name them. `endpoint` stands for one of the shop's. */
  webhooks(endpoint: string): string[] {
    return ["due", "age", "bodies", "seen"].map((part) => this.#of("webhooks", `${part}:${endpoint}`));
  }

  costDay(day: string): string {
    return this.#of("costs", `day:${day}`);
  }

  get costRecords(): string {
    return this.#of("costs", "records");
  }

  costWriter(writer: string): string {
    return this.#of("costs", `writer:${writer}`);
  }

  work(nodeId: string): string {
    return this.#of(nodeId, "work");
  }

  get secret(): string {
    return `${this.#prefix}:secret`;
  }

  channelTo(nodeId: string): string {
    return `${this.#prefix}:to:{${nodeId}}`;
  }

  get rooms(): string {
    return `${this.#prefix}:rooms`;
  }

  #of(tag: string, part: string): string {
    return `${this.#prefix}:{${tag}}:${part}`;
  }
}
