import { Component, type ComponentChildren, type ComponentClass } from "preact";

/**
 * The few hooks that the widget needs, upon Preact's own components: a third of what `preact/hooks` takes. As there, a
 * component calls the same hooks in the same order at each drawing; here it says so by {@link withHooks}.
 */
export function withHooks<P extends object>(draw: (props: P) => ComponentChildren): ComponentClass<P> {
  return class extends Hooked<P> {
    override render(): ComponentChildren {
      drawing = this;
      this.at = 0;
      return draw(this.props);
    }
  };
}

type Undo = () => void;

interface KeptEffect {
  inputs?: readonly unknown[];
  undo?: Undo | undefined;
}

let drawing: Hooked<object>;

abstract class Hooked<P> extends Component<P> {
  /** What each hook keeps, in the order of their calls. */
  readonly kept: object[] = [];
  /** What to do as soon as the page shows this drawing. */
  readonly due: (() => void)[] = [];
  at = 0;

  override componentDidMount(): void {
    for (const begin of this.due.splice(0)) begin();
  }

  override componentDidUpdate(): void {
    this.componentDidMount();
  }

  override componentWillUnmount(): void {
    for (const { undo } of this.kept as KeptEffect[]) undo?.();
  }
}

/** What `make` gave at the first drawing. */
export function useKept<T extends object>(make: () => T): T {
  const { kept, at } = drawing;
  kept[at] ??= make();
  drawing.at++;
  // CAST: the same hook has put it there.
  return kept[at] as T;
}

export function useRef<T>(current: T | null): { current: T | null } {
  return useKept(() => ({ current }));
}

export function useState<T>(first: T): [T, (next: T) => void] {
  const component = drawing;
  const state = useKept(() => ({ current: first }));
  const set = (next: T) => {
    if (next !== state.current) component.forceUpdate();
    state.current = next;
  };
  return [state.current, set];
}

/** Runs `effect` after the first drawing and whenever `inputs` differ; it may give what undoes it. */
export function useLayoutEffect(effect: () => Undo | undefined, inputs: readonly unknown[]): void {
  const kept = useKept((): KeptEffect => ({}));
  if (kept.inputs?.every((input, at) => input === inputs[at])) return;
  kept.inputs = inputs;
  drawing.due.push(() => {
    kept.undo?.();
    kept.undo = effect();
  });
}
