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
  let overflow: string | undefined;

  function hold(hold: boolean): void {
    if (hold === (overflow !== undefined)) return;
    document.body.inert = hold;
    if (hold) overflow = page.style.overflow;
    page.style.overflow = hold ? "hidden" : (overflow ?? "");
    if (!hold) overflow = undefined;
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
