import type { Summary, View } from "../../../src/contract/shapes.ts";
import type { Pace } from "../../widget/flush.ts";
import { inOrder, isIn, movesLists, type Row, rowAfter, views } from "./views.ts";

export type Counts = Readonly<Record<View, number>>;

/**
 * The rows of the inbox. Whatever is told within one picture is shown by it at once: those who watch a row hear of that
 * row alone, those who watch the lists hear only when one of them has changed.
 */
export interface Inbox {
  row(conversationId: string): Summary | undefined;
  /** The rows of a view in order; the same array until it changes. */
  ids(view: View): readonly string[];
  readonly counts: Counts;
  watchRow(conversationId: string, listener: () => void): () => void;
  watchLists(listener: () => void): () => void;
  /** A list is the truth: what is not in it is gone. */
  restore(summaries: readonly Summary[]): void;
  /** Of two summaries of one conversation the newer one counts. */
  apply(summaries: readonly Summary[], gone?: readonly string[]): void;
  /** What is known of a row before the server says it. */
  patch(conversationId: string, news: Partial<Summary>): void;
  /** Another agent is looking: what is theirs has changed. */
  renew(): void;
  close(): void;
}

export function openInbox(pace: Pace, myId: () => string | undefined): Inbox {
  const rows = new Map<string, Row>();
  const rowListeners = new Map<string, Set<() => void>>();
  const listListeners = new Set<() => void>();
  const touched = new Set<string>();
  let lists = emptyLists;
  /** The lists must be made anew; somebody must be told of it. */
  let stale = false;
  let untold = false;
  let cancel: (() => void) | undefined;

  function tell(): void {
    cancel = undefined;
    const ids = [...touched];
    touched.clear();
    for (const id of ids) for (const listener of [...(rowListeners.get(id) ?? [])]) listener();
    if (!untold) return;
    untold = false;
    for (const listener of [...listListeners]) listener();
  }

  function moved(): void {
    stale = true;
    untold = true;
  }

  function soon(): void {
    cancel ??= pace.soon(tell);
  }

  function put(summary: Summary): void {
    const { conversationId } = summary;
    const before = rows.get(conversationId);
    const row = rowAfter(before, summary);
    if (movesLists(before, row)) moved();
    rows.set(conversationId, row);
    touched.add(conversationId);
  }

  function remove(conversationId: string): void {
    if (!rows.delete(conversationId)) return;
    moved();
    touched.add(conversationId);
  }

  function read(): Lists {
    if (stale) lists = listsOf([...rows.values()], myId(), lists);
    stale = false;
    return lists;
  }

  const isNews = ({ conversationId, changedAt }: Summary) =>
    changedAt >= (rows.get(conversationId)?.summary.changedAt ?? 0);

  return {
    row: (conversationId) => rows.get(conversationId)?.summary,
    ids: (view) => read().ids[view],
    get counts() {
      return read().counts;
    },
    watchRow(conversationId, listener) {
      const listeners = rowListeners.get(conversationId) ?? new Set();
      rowListeners.set(conversationId, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) rowListeners.delete(conversationId);
      };
    },
    watchLists(listener) {
      listListeners.add(listener);
      return () => void listListeners.delete(listener);
    },
    restore(summaries) {
      const known = new Set(summaries.map(({ conversationId }) => conversationId));
      for (const id of rows.keys()) if (!known.has(id)) remove(id);
      for (const summary of summaries) put(summary);
      moved();
      soon();
    },
    apply(summaries, gone = []) {
      for (const summary of summaries) if (isNews(summary)) put(summary);
      for (const id of gone) remove(id);
      soon();
    },
    patch(conversationId, news) {
      const row = rows.get(conversationId);
      if (!row) return;
      put({ ...row.summary, ...news });
      soon();
    },
    renew() {
      moved();
      soon();
    },
    close: () => cancel?.(),
  };
}

interface Lists {
  readonly ids: Readonly<Record<View, readonly string[]>>;
  readonly counts: Counts;
}

const emptyLists: Lists = {
  ids: { mine: [], waiting: [], live: [], all: [] },
  counts: { mine: 0, waiting: 0, live: 0, all: 0 },
};

function listsOf(rows: readonly Row[], myId: string | undefined, before: Lists): Lists {
  const ids = { ...before.ids };
  const counts = { ...before.counts };
  for (const view of views) {
    const found = rows.filter(({ summary }) => isIn(view, summary, myId)).sort((a, b) => inOrder(view, a, b));
    ids[view] = keepSame(
      before.ids[view],
      found.map(({ summary }) => summary.conversationId),
    );
    counts[view] = found.length;
  }
  return { ids, counts };
}

const keepSame = (before: readonly string[], after: readonly string[]) =>
  before.length === after.length && before.every((id, at) => id === after[at]) ? before : after;
