/** The ids of what the keyboard goes to. */
export const writingId = "writing";
export const logId = "log";
export const rowId = (conversationId: string) => `row-${conversationId}`;

/** Goes to the composer at once, and puts the cursor behind what stands in it as soon as that is drawn. */
export function focusWriting(): void {
  const go = () => focusAtEnd(document.getElementById(writingId));
  go();
  requestAnimationFrame(() => requestAnimationFrame(go));
}

function focusAtEnd(field: HTMLElement | null): void {
  field?.focus();
  if (field instanceof HTMLTextAreaElement) field.setSelectionRange(field.value.length, field.value.length);
}

/** Goes out of the composer: to a row now, or with the next picture; where the view has no such row, to the thread. */
export function focusRow(conversationId: string | null): void {
  const go = () => {
    const row = document.getElementById(rowId(conversationId ?? ""));
    const place = row?.checkVisibility() ? row : document.getElementById(logId);
    place?.focus();
    if (!place && document.activeElement instanceof HTMLElement) document.activeElement.blur();
  };
  go();
  requestAnimationFrame(go);
}
