/** What drives the painting of a stream; the browser's own outside of tests. */
export interface Pace {
  /** Calls once before the next picture, with its time in ms, or soon and without one where none are drawn; gives the undoing. */
  soon(work: (pictureAt?: number) => void): () => void;
}

/** Hidden tabs draw no pictures: there a timer keeps the text and what follows it going. */
const hiddenMs = 250;

export const browserPace: Pace = {
  soon(work) {
    const cancel = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
    const run = (pictureAt?: number) => {
      cancel();
      work(pictureAt);
    };
    const frame = requestAnimationFrame(run);
    const timer = setTimeout(run, hiddenMs);
    return cancel;
  },
};

/**
 * Text on its way to the page: the first piece goes through at once. What comes later is spread over about as long as it was
 * waited for, so that a busy node's frames, 100 ms apart (S1), do not come in jerks; it is all there when the next is due.
 */
export interface Flush {
  push(piece: string): void;
  /** Writes what is held back. */
  flush(): void;
  /** Drops what is held back and lets the next piece through at once. */
  restart(): void;
}

/** Each second one of a screen's usual 60 pictures: as smooth to read as with all of them, for half the phone's work. */
const partMs = 33;
const mostParts = 3;

export function openFlush(write: (text: string) => void, pace: Pace = browserPace): Flush {
  let held = "";
  let begun = false;
  /** When text was last found by a picture, in ms. */
  let cameAt = 0;
  /** In how many parts all that is held is to be written; 0 when more of it has come. */
  let parts = 0;
  let cancel: (() => void) | undefined;

  function flush(length = held.length) {
    cancel?.();
    cancel = undefined;
    const text = held.slice(0, length);
    held = held.slice(length);
    if (text) write(text);
  }

  function draw(pictureAt?: number) {
    if (!pictureAt) return flush();
    if (!parts) {
      parts = Math.min(Math.floor((pictureAt - cameAt) / partMs), mostParts) || 1;
      cameAt = pictureAt;
    }
    const length = Math.ceil(held.length / parts--);
    // No half of a character is shown.
    flush(/[\ud800-\udbff]/.test(held.charAt(length - 1)) ? length + 1 : length);
    if (held) cancel = pace.soon(skip);
  }

  function skip() {
    cancel = pace.soon(draw);
  }

  return {
    push(piece) {
      held += piece;
      parts = 0;
      if (!begun) flush();
      begun = true;
      cancel ??= pace.soon(draw);
    },
    flush,
    restart() {
      held = "";
      begun = false;
      flush();
    },
  };
}
