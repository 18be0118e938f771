/** A scrolling box at one moment, in CSS pixels. */
export interface ScrollPosition {
  readonly top: number;
  /** How far the end is below the lower edge. */
  readonly toEnd: number;
}

/** Coming back down to within this of the end means wanting to follow again. */
const nearPx = 32;

/** Whether the box follows its end: any move up ends that, coming back to the end begins it again. */
export function follows(following: boolean, before: ScrollPosition, now: ScrollPosition): boolean {
  if (now.toEnd <= 1) return true;
  if (now.top < before.top - 1) return false;
  return following || (now.top > before.top && now.toEnd <= nearPx);
}

export interface Stick {
  /** Goes to the end and follows it from now on. */
  jump(): void;
  close(): void;
}

/**
 * Keeps `box` at its end while `content` grows, unless the reader has moved up. `tell` hears whether it follows, and
 * never on its own account moves what is being read.
 */
export function openStick(box: HTMLElement, content: HTMLElement, tell: (following: boolean) => void): Stick {
  let following = true;
  let last = positionOf(box);

  const set = (next: boolean) => {
    if (next !== following) tell(next);
    following = next;
  };
  const toEnd = () => {
    box.scrollTop = box.scrollHeight;
    last = positionOf(box);
  };
  const onScroll = () => {
    const now = positionOf(box);
    set(follows(following, last, now));
    last = now;
  };
  // Runs after layout and before the picture: growth is followed in the same frame, without measuring while writing.
  const observer = new ResizeObserver(() => {
    if (following) toEnd();
    else last = positionOf(box);
  });
  observer.observe(box);
  observer.observe(content);
  box.addEventListener("scroll", onScroll, { passive: true });
  return {
    jump: () => {
      set(true);
      toEnd();
    },
    close: () => observer.disconnect(),
  };
}

function positionOf({ scrollTop, scrollHeight, clientHeight }: HTMLElement): ScrollPosition {
  return { top: scrollTop, toEnd: scrollHeight - clientHeight - scrollTop };
}
