import type { CustomerClass, Tier } from "../contract/shapes.ts";

/** Answers that may be begun: so many a second on the long run, and so many at once. */
export interface StartRate {
  readonly perSecond: number;
  readonly burst: number;
}

/** What an operator sets of the line (A1–A3). */
export interface LineSettings {
  readonly tiers: Readonly<Record<Tier, StartRate>>;
  /** Newcomers of a class are accepted while fewer than so many wait in all. */
  readonly acceptBelow: Readonly<Record<CustomerClass, number>>;
  /** How the starts are shared while all classes wait. */
  readonly weights: Readonly<Record<CustomerClass, number>>;
  /** Whoever has waited longer than this counts for more, up to threefold after as long again. */
  readonly ageingMs: number;
  /** By so many a second may the starts a second rise in each second (A10); null for no such bound. */
  readonly rampPerSecond: number | null;
}

/** What two wishes of one conversation ask together. */
export function joinAsks(one: Wish["asks"], other: Wish["asks"]): Wish["asks"] {
  return one && other && [...new Set([...one, ...other])];
}

/** In the order in which ties are broken. */
export const classes = ["vip", "member", "guest"] as const satisfies readonly CustomerClass[];

/** Who wishes to be answered. One conversation stands in line once (A4), however much is asked in it. */
export interface Wish {
  readonly conversationId: string;
  readonly class: CustomerClass;
  /** Somebody has been told already that it will be answered: it is not shed. */
  readonly owed?: boolean;
  /**
   * The ids of the messages in which it is asked; none where nothing new is asked, and it is only to be made sure that what
   * was asked stands in line. Undefined for something that has no name here.
   */
  readonly asks?: readonly string[];
}

/** Leave to begin one answer; `number` tells it apart from every other one. */
export interface Grant {
  readonly conversationId: string;
  readonly class: CustomerClass;
  readonly number: number;
  /** Whoever wrote the answer there is no more, or has given it up: it is to be taken up at once. */
  readonly isFree: boolean;
  /** The {@link Round.life} of the line that gave it, and the node to which: another line may have to be told. */
  readonly origin?: { readonly life: string; readonly nodeId: string };
}

/** A place in the line of a class: tickets rise with every newcomer and are never changed (A2). */
export interface Ticket {
  readonly class: CustomerClass;
  readonly ticket: number;
}

/**
 * Where somebody stands: `position` counts those of the class who came before and still wait, and oneself; null while the
 * line of all nodes cannot be seen, and for one that has been granted a start before: any place would be a higher one (A6).
 */
export interface Standing {
  readonly at: Ticket;
  readonly position: number | null;
}

/** Where a conversation stands. */
export interface Placed extends Standing {
  readonly conversationId: string;
  /** It has entered at this node. */
  readonly isOwn?: true;
}

export interface Found extends Standing {
  /** For which it entered the line, or which was granted it last. */
  readonly nodeId: string;
  /** It stands in another line than the one that is known, and has no position for that reason. */
  readonly isOther?: true;
}

/** Known to this node's own line alone, as in {@link Round.isAlone}: should the node die, it is nowhere. */
interface Alone {
  readonly isAlone?: true;
}

export type Entered =
  | ({ readonly kind: "granted"; readonly grant: Grant } & Alone)
  | ({ readonly kind: "waiting" } & Standing & Alone)
  /** An answer is being written there; what it leaves unanswered stands in line from its end on. */
  | ({ readonly kind: "held" } & Alone)
  /** Too many wait. */
  | { readonly kind: "shed"; readonly waiting: number };

/** A grant whose answer has ended, or for which nothing was found to answer. */
export interface Over extends Grant {
  /** The ids of the messages that it has answered; undefined where nothing was found. */
  readonly answered?: readonly string[];
}

/** What a node has to say in a round. Saying it again changes nothing. */
export interface News {
  readonly nodeId: string;
  /** How many more answers this node can write at the same time. */
  readonly room: number;
  /** Grants that have arrived: they are not told again. */
  readonly taken: readonly Grant[];
  /** Answers that have their first text, or will have none. */
  readonly begun: readonly Grant[];
  readonly ended: readonly Over[];
  /** {@link Round.leftSeen} of this node's round before; 0 for everything. */
  readonly leftSeen: number;
}

/** How a class' line stands: a ticket's position is its distance from `head`, less those who have left in between. */
export interface ClassLine {
  /** The lowest ticket that has not been served. Falls only while a line that follows on a lost one is given back who waited. */
  readonly head: number;
  /** The next newcomer's ticket. */
  readonly next: number;
  /** Starts so far. */
  readonly served: number;
  /** Tickets that stand before all others, lowest first; of very many the first thousand. */
  readonly before: readonly number[];
}

export interface Round {
  /** What this node may begin, again and again until it says that it has {@link News.taken} it. */
  readonly granted: readonly Grant[];
  /** Conversations whose answer has ended just now and in which more was asked: they wait from now on. */
  readonly queued: readonly Kept[];
  readonly lines: Readonly<Record<CustomerClass, ClassLine>>;
  /** How many wait in all, with those behind a running answer. */
  readonly waiting: number;
  /** How many answers have been granted and have no text yet. */
  readonly starting: number;
  /** Those who left the line, in the order in which they did. */
  readonly left: readonly Ticket[];
  readonly leftSeen: number;
  readonly tier: Tier;
  /** How much longer each class pauses that does (A10). */
  readonly pausedMs: Readonly<Partial<Record<CustomerClass, number>>>;
  /**
   * The tickets tell nobody's place (A12): they are those of a line of this node alone, or of one that was lost a moment ago
   * and to which other nodes may still give back who stood in it.
   */
  readonly isAlone?: boolean;
  /** Who was told to wait by this node alone, and is held behind an answer in the line of all nodes. */
  readonly held?: readonly string[];
  /** Where they stand who could not be told a place when it was asked for. */
  readonly placed?: readonly Placed[];
  /** Another one than before tells that the line was lost and has begun anew; its tickets go on behind those of the old one. */
  readonly life: string;
}

/** What steers the line besides its settings; what is left out stays as it is. A pause only ever makes one longer. */
export interface Order {
  readonly tier?: Tier;
  /** So many answers at most wait for their first text (A10). */
  readonly starting?: number;
  /** So many starts were given beside this line, while it could not be reached (A12). */
  readonly spent?: number;
  /**
   * Nothing is granted to those classes for so long, and the bucket is empty afterwards (A10); where the relay does not
   * need the quiet it `keepsStarts` for the others.
   */
  readonly pause?: { readonly classes: readonly CustomerClass[]; readonly ms: number; readonly keepsStarts?: boolean };
}

/** A conversation in line, as its node remembers it when the line itself is lost. */
export interface Kept extends Wish, Ticket {}

/** What a node knows as it asks something of the line. */
export interface Known {
  /** {@link Round.life} of the line that it has seen last. */
  readonly life: string;
  /** The conversation's own in that line. */
  readonly ticket?: number;
}

/**
 * Who may be answered, and in which order: one line for the whole service. The engine in memory is the readable
 * definition, the one in Redis does the same in atomic steps; both have the only clock that counts.
 *
 * - **A1** Starts never exceed the tier's bucket over any interval, however many nodes; it is full at first.
 * - **A2** Each class is served in the order of its tickets; the classes share by stride scheduling (Waldspurger and
 *   Weihl 1995) with their weights. What a class leaves flows to the others, and one that was away saves up nothing.
 * - **A3** Newcomers are shed, those of lower classes first, when many wait.
 * - **A4** A conversation stands in line once; what is asked behind a running answer waits from its end on, unless that has
 *   answered it as well: nobody waits behind one who is not there. What was asked is forgotten once it was answered, or was
 *   looked for after its start and not found, and not before.
 * - **A5** A start that becomes free goes to whoever is next in the same step.
 * - **A7** Leaving moves the others up.
 * - **A8** What is taken back stands before all newcomers, at its own ticket; the positions of the others do not change.
 * - **A10** A class that is paused keeps its places; the others go on.
 */
export interface Line {
  /**
   * Enters for the node that will answer; a conversation that waits already keeps its place.
   *
   * @param known In another line than that one, whose numbers go on behind its, whoever has a ticket stands at it, also
   *   one who has come there as a newcomer meanwhile, and nobody is told a position: others may still be given back who
   *   stood before (A12).
   */
  enter(wish: Wish, nodeId: string, known?: Known): Promise<Entered>;
  /** One round of serving: hands out all starts that are free. Call a few times a second, and at once after an end. */
  round(news: News): Promise<Round>;
  /**
   * Gives up what was asked in those messages, or all of it, and with the last of it the place; what is being answered is
   * not given up. False when nobody leaves the line.
   */
  leave(conversationId: string, asks?: readonly string[]): Promise<boolean>;
  /**
   * Puts a grant back at its own ticket, to be granted again after `waitMs`, `isFree` where nobody writes the answer any
   * more; false when it is no longer the node's. Where the line that gave it was lost it is put before all others, also one
   * who has come there as a newcomer meanwhile.
   */
  again(grant: Grant, waitMs: number, isFree?: boolean): Promise<boolean>;
  /**
   * Puts back what a node that is no more was to answer. What it worked at and is in no line is put before all others; what
   * stands in one is looked for there, also when all that is known to be asked is given up.
   */
  recover(deadNodeId: string, work: readonly Wish[]): Promise<void>;
  /** Where a conversation waits; null when it does not. In another line than the one that is known it has no position. */
  find(conversationId: string, known?: Known): Promise<Found | null>;
  /**
   * Takes in who waited, should the line have been lost: before all newcomers, in the order of their tickets. Those who
   * are in it keep their places.
   *
   * @param life {@link Round.life} of the line in which they waited. In another one, whose numbers go on behind theirs, they
   *   stand among all others, each at its own ticket, also one who has come there as a newcomer meanwhile; without it they
   *   are put before all others.
   */
  restore(kept: readonly Kept[], nodeId: string, life?: string | null): Promise<void>;
  steer(order: Order): Promise<void>;
}

/** What the ramp lets through at once: its rate for so long. */
export const rampSpanMs = 100;

/** A round tells of so many {@link ClassLine.before} at most. */
export const mostBefore = 1_000;

/** A ticket that stands nowhere in the lines any more: it was served, or given up. */
export function isGone({ class: name, ticket }: Ticket, lines: Round["lines"]): boolean {
  const { head, before } = lines[name];
  // Of very many that stand before all others not all are told.
  return ticket < head && before.length < mostBefore && !before.includes(ticket);
}

/** The weight of a class whose first has waited so long (A2): it grows from `ageingMs` on, to threefold. */
export function weightAt(weight: number, waitedMs: number, ageingMs: number): number {
  return weight * (1 + 2 * Math.min(1, Math.max(0, waitedMs / ageingMs - 1)));
}
