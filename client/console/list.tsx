import { useRead } from "../staff/reading.tsx";
import { views } from "./desk/views.ts";
import { Row } from "./row.tsx";
import { useDesk, useIds, useScene, useUi, useWords } from "./scene.tsx";

/** The inbox: four views with their numbers, and the rows of one. */
export function List() {
  const words = useWords();
  const view = useUi((ui) => ui.view);
  const ready = useDesk((state) => state.ready);
  const ids = useIds(view);
  return (
    <section class="list" aria-label={words.list}>
      <Tabs />
      {ids.length > 0 ? <Rows ids={ids} label={words.views[view]} /> : null}
      {ids.length === 0 && <p class="empty">{ready ? words.nothing[view] : words.loading}</p>}
    </section>
  );
}

function Rows({ ids, label }: { ids: readonly string[]; label: string }) {
  const openId = useDesk(({ thread }) => thread?.conversationId);
  const cursorId = useUi((ui) => ui.cursorId);
  const tabbed = cursorId !== null && ids.includes(cursorId) ? cursorId : ids[0];
  return (
    <ul class="rows" aria-label={label}>
      {ids.map((id) => (
        <Row key={id} conversationId={id} isOpen={id === openId} isCursor={id === tabbed} />
      ))}
    </ul>
  );
}

function Tabs() {
  const { desk, acts } = useScene();
  const words = useWords();
  const chosen = useUi((ui) => ui.view);
  const counts = useRead(desk.inbox.watchLists, () => desk.inbox.counts);
  return (
    <nav class="tabs" aria-label={words.list}>
      {views.map((view) => (
        <button
          key={view}
          type="button"
          aria-pressed={view === chosen}
          data-urgent={view === "waiting" && counts.waiting > 0}
          onClick={() => acts.look(view)}
        >
          {words.views[view]} <span class="count">{counts[view]}</span>
        </button>
      ))}
    </nav>
  );
}
