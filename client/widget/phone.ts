/** Where the panel takes the whole screen: small windows, also those made small by zoom. */
const small = "(max-width: 520px), (max-height: 520px)";

/** The panel's relation to the page around it. */
export interface Stage {
  readonly isFull: boolean;
  /** Takes the stage, or leaves it. */
  set(open: boolean): void;
  close(): void;
}

/**
 * On small screens the open panel is all there is: the page behind it is inert and does not scroll, and the panel
 * keeps to what the on-screen keyboard leaves. `tell` hears when the size of the window changes that.
 */
export function openStage(host: HTMLElement, tell: () => void): Stage {
  const query = matchMedia(small);
  const viewport = window.visualViewport;
  const page = document.documentElement;
  const ended = new AbortController();
  const { signal } = ended;
  let open = false;
  let isHeld = false;
  let overflow = "";

  function hold(next: boolean): void {
    if (next === isHeld) return;
    isHeld = document.body.inert = next;
    if (next) overflow = page.style.overflow;
    page.style.overflow = next ? "hidden" : overflow;
  }

  function fitToKeyboard(): void {
    if (!viewport || !open || !query.matches) return;
    host.style.setProperty("--seen-height", `${viewport.height}px`);
    host.style.setProperty("--seen-top", `${viewport.offsetTop}px`);
  }

  function apply(): void {
    hold(open && query.matches);
    fitToKeyboard();
  }

  const onChange = () => {
    apply();
    tell();
  };
  query.addEventListener("change", onChange, { signal });
  viewport?.addEventListener("resize", fitToKeyboard, { signal });
  viewport?.addEventListener("scroll", fitToKeyboard, { signal });
  return {
    get isFull() {
      return query.matches;
    },
    set(next) {
      open = next;
      apply();
    },
    close() {
      ended.abort();
      hold(false);
    },
  };
}
