/** The ids of what the keyboard goes to. */
export const writingId = "writing";
export const logId = "log";
export const rowId = (conversationId: string) => `row-${conversationId}`;

let frame = 0;

/** Tries now, and with the next two pictures where the place is not drawn yet; whoever asks later is who counts. */
function settle(go: () => boolean, tries = 2): void {
  cancelAnimationFrame(frame);
  if (!go() && tries > 0) frame = requestAnimationFrame(() => settle(go, tries - 1));
}

/** Goes to the composer, behind what stands in it. */
export function focusWriting(): void {
  settle(() => {
    const field = document.getElementById(writingId);
    field?.focus();
    if (field instanceof HTMLTextAreaElement) field.setSelectionRange(field.value.length, field.value.length);
    return field !== null && field === document.activeElement;
  });
}

/** Goes out of the composer: to a row, or to the thread where the view has no such row. */
export function focusRow(conversationId: string | null): void {
  settle(() => {
    const row = document.getElementById(rowId(conversationId ?? ""));
    const isThere = row?.checkVisibility() === true;
    const place = isThere ? row : document.getElementById(logId);
    place?.focus();
    if (!place && document.activeElement instanceof HTMLElement) document.activeElement.blur();
    return isThere;
  });
}
