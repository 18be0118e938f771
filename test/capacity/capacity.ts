/** What a night asks of the service. */
export interface Night {
  /** Customers with an open page. */
  readonly sockets: number;
  /** Questions a second, answered or turned away. */
  readonly questions: number;
  /** Answers begun a second: no more than the tier lets through. */
  readonly starts: number;
  /** Pieces of text in an answer, as the relay sends them. */
  readonly pieces: number;
  /** New connections a second at the worst. */
  readonly connects: number;
}

/** What things cost: microseconds of a core and bytes of memory, as docs/performance.md has them for one machine. */
export interface Costs {
  /** Of a node, for each piece of an answer of a hundred, with all that begins and ends it. */
  readonly pieceUs: number;
  /** Of a node, for each connection that is authenticated and opens its conversation. */
  readonly connectUs: number;
  /** Of a node, for each question that is turned away. */
  readonly shedUs: number;
  /** Of a node, for each idle socket in a second. */
  readonly idleUs: number;
  readonly socketBytes: number;
  readonly nodeBytes: number;
  /** Of Redis, for each question, those included that are turned away. */
  readonly redisQuestionUs: number;
  /** Of Redis, for each answer: what is stored of it, and its log. */
  readonly redisAnswerUs: number;
}

/** Of a core, so that events are taken up in time. */
const load = 0.6;
/** The limit of open files that is usual, less what a node needs beside sockets. */
const socketsPerNode = 20_000 - 500;

/** What limits, and how much of it is needed. */
export interface Need {
  readonly what: string;
  readonly needed: number;
  readonly nodes: number;
}

/** How many nodes carry a night: as many as the greatest of these needs. One node uses one core. */
export function nodesFor(night: Night, costs: Costs): readonly Need[] {
  const shed = Math.max(0, night.questions - night.starts);
  const us = {
    "writing answers": night.starts * night.pieces * costs.pieceUs,
    "turning questions away": shed * costs.shedUs,
    "taking connections": night.connects * costs.connectUs,
    "holding sockets": night.sockets * costs.idleUs,
  };
  const cores = Object.entries(us).map(([what, each]) => ({ what, needed: each / 1_000_000 }));
  const all = cores.reduce((sum, { needed }) => sum + needed, 0);
  return [
    ...cores.map(({ what, needed }) => ({ what: `cores for ${what}`, needed, nodes: needed / load })),
    { what: "cores in all", needed: all, nodes: Math.ceil(all / load) },
    { what: "open files", needed: night.sockets, nodes: Math.ceil(night.sockets / socketsPerNode) },
  ];
}

/** Share of a Redis' core that a night takes; from 0.7 on conversations want a Redis Cluster. */
export function redisShare(night: Night, costs: Costs): number {
  return (night.questions * costs.redisQuestionUs + night.starts * costs.redisAnswerUs) / 1_000_000;
}

/** Memory of all nodes, in bytes. */
export function memoryFor({ sockets }: Night, nodes: number, { socketBytes, nodeBytes }: Costs): number {
  return sockets * socketBytes + nodes * nodeBytes;
}
