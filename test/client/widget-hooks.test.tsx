// @vitest-environment jsdom
import { type ComponentChildren, render } from "preact";
import { expect, onTestFinished, test, vi } from "vitest";
import { useKept, useLayoutEffect, useState, withHooks } from "../../client/widget/hooks.ts";

function openPlace(): HTMLElement {
  const place = document.body.appendChild(document.createElement("div"));
  onTestFinished(() => {
    render(null, place);
    place.remove();
  });
  return place;
}

test("a state is kept from drawing to drawing, and changing it draws anew", async () => {
  const draw = vi.fn();
  const Counter = withHooks(() => {
    const [count, setCount] = useState(0);
    draw();
    return <button type="button" onClick={() => setCount(Math.min(count + 1, 1))}>{`${count}`}</button>;
  });
  const place = openPlace();
  render(<Counter />, place);
  for (const expected of ["1", "1"]) {
    place.querySelector("button")?.click();
    await Promise.resolve();
    expect(place.textContent).toBe(expected);
  }
  expect(draw).toHaveBeenCalledTimes(2);
});

test("an effect runs once the page shows the drawing, again when its inputs differ, and is undone before and at the end", () => {
  const told: string[] = [];
  const Watcher = withHooks(({ of }: { of: string }) => {
    useLayoutEffect(() => {
      told.push(`${of} over ${document.querySelector("i")?.textContent}`);
      return () => told.push(`not ${of}`);
    }, [of]);
    return <i>{of}</i>;
  });
  const place = openPlace();
  render(<Watcher of="a" />, place);
  render(<Watcher of="a" />, place);
  expect(told).toEqual(["a over a"]);
  render(<Watcher of="b" />, place);
  expect(told).toEqual(["a over a", "not a", "b over b"]);
  render(null, place);
  expect(told.at(-1)).toBe("not b");
});

test("two of a kind keep their own, and children's effects run before their parent's", () => {
  const told: string[] = [];
  const Named = withHooks(({ name, children }: { name: string; children?: ComponentChildren }) => {
    const kept = useKept(() => ({ name }));
    useLayoutEffect(() => {
      told.push(kept.name);
      return undefined;
    }, []);
    return <div>{children}</div>;
  });
  render(
    <Named name="parent">
      <Named name="first" />
      <Named name="second" />
    </Named>,
    openPlace(),
  );
  expect(told).toEqual(["first", "second", "parent"]);
});
