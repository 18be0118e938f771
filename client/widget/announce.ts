/** Screen readers lose what follows too closely. */
const gapMs = 500;

/** The one voice of the widget: what it is given is spoken in order, each for itself. */
export interface Announcer {
  /** Waits for a pause in what is being read. */
  say(text: string): void;
  /** Interrupts. */
  alert(text: string): void;
  close(): void;
}

/** `polite` and `assertive` are live regions that stay on the page, empty until there is something to say. */
export function openAnnouncer(polite: HTMLElement, assertive: HTMLElement): Announcer {
  const waiting: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const next = () => {
    const text = waiting.shift();
    timer = text === undefined ? undefined : setTimeout(next, gapMs);
    if (text !== undefined) speak(polite, text);
  };
  return {
    say(text) {
      waiting.push(text);
      if (timer === undefined) next();
    },
    alert: (text) => speak(assertive, text),
    close: () => clearTimeout(timer),
  };
}

/** The same words twice are a change only if the text differs: a space at the end is not spoken. */
function speak(region: HTMLElement, text: string): void {
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}
