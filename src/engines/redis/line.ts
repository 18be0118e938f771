import { randomUUID } from "node:crypto";
import { type CustomerClass, customerClass } from "../../contract/shapes.ts";
import type { Clock } from "../../domain/clock.ts";
import {
  type ClassLine,
  classes,
  type Entered,
  type Found,
  type Grant,
  type Kept,
  type Known,
  type Line,
  type LineSettings,
  type News,
  type Order,
  type Over,
  type Round,
  type Standing,
  type Ticket,
  type Wish,
} from "../../domain/line.ts";
import { StandingOrders } from "../../domain/standing-orders.ts";
import { Batches } from "./batches.ts";
import type { Keys } from "./keys.ts";
import type { Link } from "./link.ts";
import { type EnteredReply, replies } from "./replies.ts";
import type { StepName } from "./scripts.ts";

export interface RedisLineOptions {
  readonly link: Link;
  readonly keys: Keys;
  readonly settings: LineSettings;
  readonly clock: Clock;
  /** The time in milliseconds, for tests; Redis' own otherwise. */
  readonly now?: () => number;
}

/** No step may hold Redis up for long. */
const restoredAtOnce = 2_000;
const enteredAtOnce = 100;

interface Entering {
  readonly wish: Wish;
  readonly nodeId: string;
  readonly known: Known | undefined;
}

/** {@link Line} of a cluster. Everything may throw `Outage`; every step may be repeated then. */
export class RedisLine implements Line {
  readonly #link: Link;
  readonly #keys: string[];
  readonly #settings: readonly string[];
  readonly #now: () => string;
  readonly #orders: StandingOrders;
  readonly #entering = new Batches((all: readonly Entering[]) => this.#enterAll(all), enteredAtOnce);
  /** The last tickets that were seen; null before any line was: another one than that is not the first, and goes on behind them. */
  #given: Record<CustomerClass, number> | null = null;

  constructor({ link, keys, settings, clock, now }: RedisLineOptions) {
    this.#link = link;
    this.#orders = new StandingOrders(clock);
    this.#keys = keys.line;
    this.#settings = numbersOf(settings);
    this.#now = now === undefined ? () => "" : () => String(now());
  }

  /** Those who come while others are on their way enter together: one step, and still one after the other. */
  enter(wish: Wish, nodeId: string, known?: Known): Promise<Entered> {
    return this.#entering.add({ wish, nodeId, known });
  }

  async #enterAll(all: readonly Entering[]): Promise<readonly Entered[]> {
    const args = all.flatMap(({ wish: { conversationId, class: name, owed, asks }, nodeId, known }) => [
      ...[conversationId, name, nodeId],
      ...[owed ? "1" : "0", asks?.join(",") ?? "*"],
      ...[known?.life ?? "", String(known?.ticket ?? "")],
    ]);
    const given = replies.entered.parse(await this.#step("line/enter", ...args));
    const entered = all.map(({ wish }, at) => enteredOf(wish, given[at]));
    for (const each of entered) if (each.kind === "waiting") this.#see(each.at);
    return entered;
  }

  async round({ nodeId, room, taken, begun, ended, leftSeen }: News): Promise<Round> {
    const lists = [flat(taken), flat(begun), JSON.stringify(ended.flatMap(overOf))];
    const reply = await this.#step("line/round", nodeId, String(room), ...lists, String(leftSeen), randomUUID());
    const [granted, queued, [vip, member, guest], waiting, starting, left, seen, tier, life, paused] =
      replies.round.parse(reply);
    const round: Round = {
      granted: grantsOf(granted),
      queued: keptOf(queued),
      lines: { vip: lineOf(vip), member: lineOf(member), guest: lineOf(guest) },
      waiting,
      starting,
      left: pairs(left).map(([name, ticket]): Ticket => ({ class: customerClass.parse(name), ticket: Number(ticket) })),
      leftSeen: Number(seen),
      tier,
      pausedMs: Object.fromEntries(paused.map((ms, at) => [classes[at], ms]).filter(([, ms]) => ms)),
      life,
    };
    this.#orders.heard(round);
    const { lines } = round;
    this.#given = { vip: lines.vip.next - 1, member: lines.member.next - 1, guest: lines.guest.next - 1 };
    return round;
  }

  async leave(conversationId: string, asks?: readonly string[]): Promise<boolean> {
    return (await this.#step("line/leave", conversationId, asks?.join(",") ?? "*")) === 1;
  }

  async again(grant: Grant, waitMs: number, isFree = grant.isFree): Promise<boolean> {
    const { conversationId, number, class: name, origin } = grant;
    const args = [conversationId, String(number), String(waitMs), isFree ? "1" : "0"];
    args.push(name, origin?.life ?? "", origin?.nodeId ?? "");
    return (await this.#step("line/again", ...args)) === 1;
  }

  async recover(deadNodeId: string, work: readonly Wish[]): Promise<void> {
    const list = work.flatMap(({ conversationId, class: name }) => [conversationId, name]);
    await this.#step("line/recover", deadNodeId, JSON.stringify(list));
  }

  async find(conversationId: string, known?: Known): Promise<Found | null> {
    const reply = replies.found.parse(await this.#step("line/find", conversationId, known?.life ?? ""));
    return reply && { ...placeOf(reply[0]), nodeId: reply[1], ...(reply[2] === "1" && { isOther: true }) };
  }

  async restore(kept: readonly Kept[], nodeId: string, life: string | null = null): Promise<void> {
    for (let from = 0; from < kept.length; from += restoredAtOnce) {
      const part = kept.slice(from, from + restoredAtOnce);
      const list = part.flatMap(({ conversationId, class: name, ticket }) => [conversationId, name, ticket]);
      await this.#step("line/restore", nodeId, JSON.stringify(list), life ?? "");
    }
  }

  async steer(order: Order): Promise<void> {
    const { tier, starting, spent, pause } = order;
    this.#orders.given(order);
    const paused = [String(pause?.ms ?? ""), pause?.keepsStarts ? "1" : "", ...(pause?.classes ?? [])];
    await this.#step("line/steer", tier ?? "", String(starting ?? ""), String(spent ?? ""), ...paused);
  }

  #see({ class: name, ticket }: Ticket): void {
    if (this.#given) this.#given[name] = Math.max(this.#given[name], ticket);
  }

  /** What a line begins with that has lost everything. */
  #anew(): string {
    const given = this.#given;
    if (given === null) return "";
    const { tier, starting } = this.#orders;
    const pausedMs = (name: CustomerClass) => Math.ceil(this.#orders.pausedMs(name));
    return [tier, starting ?? "-", ...classes.map(pausedMs), ...classes.map((name) => given[name])].join("|");
  }

  /** Nothing overtakes those who enter. */
  #step(name: StepName, ...args: readonly string[]): Promise<unknown> {
    this.#entering.flush();
    return this.#link.step(name, this.#keys, [this.#now(), ...args, this.#anew(), ...this.#settings]);
  }
}

/** In the order in which the scripts' prelude names them. */
function numbersOf({ tiers, acceptBelow, weights, ageingMs, rampPerSecond }: LineSettings): string[] {
  const rates = [tiers.high, tiers.medium, tiers.degraded].flatMap(({ perSecond, burst }) => [perSecond, burst]);
  const byClass = [acceptBelow, weights].flatMap((of) => classes.map((name) => of[name]));
  return [...rates, ...byClass, ageingMs, rampPerSecond ?? ""].map(String);
}

function enteredOf({ conversationId, class: name }: Wish, reply: EnteredReply | undefined): Entered {
  switch (reply?.[0]) {
    case "granted":
      return { kind: "granted", grant: { conversationId, class: name, number: reply[1], isFree: false } };
    case "waiting":
      return { kind: "waiting", ...placeOf(reply) };
    case "shed":
      return { kind: "shed", waiting: reply[1] };
    default:
      return { kind: "held" };
  }
}

function placeOf([, name, ticket, position]: readonly ["waiting", Ticket["class"], number, number]): Standing {
  return { at: { class: name, ticket }, position: position === 0 ? null : position };
}

function lineOf([head, next, served, before]: readonly [string, string, string, readonly string[]]): ClassLine {
  return { head: Number(head), next: Number(next), served: Number(served), before: before.map(Number) };
}

function overOf({ conversationId, number, answered }: Over): [string, number, readonly string[] | 0] {
  return [conversationId, number, answered ?? 0];
}

function flat(grants: readonly Grant[]): string {
  return JSON.stringify(grants.flatMap(({ conversationId, number }) => [conversationId, number]));
}

function keptOf(list: readonly string[]): Kept[] {
  return Array.from({ length: list.length / 3 }, (_, at) => {
    const [conversationId = "", name, ticket] = list.slice(3 * at, 3 * at + 3);
    return { conversationId, class: customerClass.parse(name), ticket: Number(ticket) };
  });
}

/** In the order in which they were given. */
function grantsOf(list: readonly string[]): Grant[] {
  const grants = Array.from({ length: list.length / 4 }, (_, at) => {
    const [conversationId = "", name, number, isFree] = list.slice(4 * at, 4 * at + 4);
    return { conversationId, class: customerClass.parse(name), number: Number(number), isFree: isFree === "1" };
  });
  return grants.sort((a, b) => a.number - b.number);
}

function pairs(list: readonly string[]): [string, string][] {
  return Array.from({ length: list.length / 2 }, (_, at) => [list[2 * at] ?? "", list[2 * at + 1] ?? ""]);
}
