/** What drives the painting of a stream; the browser's own outside of tests. */
export interface Pace {
  /** Calls once before the next picture, or soon where no pictures are drawn; gives the undoing. */
  soon(work: () => void): () => void;
}

/** Hidden tabs draw no pictures: there a timer keeps the text and what follows it going. */
const hiddenMs = 250;

export const browserPace: Pace = {
  soon(work) {
    const cancel = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
    const run = () => {
      cancel();
      work();
    };
    const frame = requestAnimationFrame(run);
    const timer = setTimeout(run, hiddenMs);
    return cancel;
  },
};

/** Text on its way to the page: the first piece goes through at once, later ones once per picture. */
export interface Flush {
  push(piece: string): void;
  /** Writes what is held back. */
  flush(): void;
  /** Drops what is held back and lets the next piece through at once. */
  restart(): void;
}

export function openFlush(write: (text: string) => void, pace: Pace = browserPace): Flush {
  let held = "";
  let begun = false;
  let cancel: (() => void) | undefined;

  const flush = () => {
    cancel?.();
    cancel = undefined;
    const text = held;
    held = "";
    if (text !== "") write(text);
  };

  return {
    push(piece) {
      held += piece;
      if (!begun) {
        begun = true;
        flush();
      }
      cancel ??= pace.soon(flush);
    },
    flush,
    restart() {
      held = "";
      begun = false;
      cancel?.();
      cancel = undefined;
    },
  };
}
