import { expect, test } from "vitest";
import { StartPace } from "../../src/domain/start-pace.ts";

const unbounded = Number.POSITIVE_INFINITY;

test("A10 while rounds come in time as many may begin as there are, and one that is late by a little changes nothing", () => {
  const pace = new StartPace();
  expect(pace.room).toBe(unbounded);
  for (let at = 0; at < 1_000; at += 25) pace.look(at, 25);
  expect(pace.room).toBe(unbounded);
});

test("A10 each late round halves the pace, down to two", () => {
  const pace = new StartPace();
  const rooms = Array.from({ length: 7 }, (_, i) => {
    pace.look(i * 300, 26);
    return pace.room;
  });
  expect(rooms).toEqual([20, 10, 5, 2, 2, 2, 2]);
});

test("A10 the pace grows by twenty a second, however many rounds that second has", () => {
  for (const everyMs of [25, 250]) {
    const pace = new StartPace();
    for (let i = 0; i < 5; i++) pace.look(-everyMs, 26);
    pace.look(0, 26);
    const rooms: number[] = [];
    for (let at = everyMs; at <= 2_000; at += everyMs) {
      pace.look(at, 0);
      if (at % 500 === 0) rooms.push(pace.room);
    }
    expect(rooms).toEqual([12, 22, 32, unbounded]);
  }
});
