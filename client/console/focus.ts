/** The ids of what the keyboard goes to. */
export const writingId = "writing";
export const rowId = (conversationId: string) => `row-${conversationId}`;

/** Moves the focus there now, or with the next picture where the place is not drawn yet. */
export function focusOn(elementId: string): void {
  const go = () => document.getElementById(elementId)?.focus();
  go();
  requestAnimationFrame(go);
}

export function focusWriting(): void {
  requestAnimationFrame(() => requestAnimationFrame(() => focusAtEnd(document.getElementById(writingId))));
}

function focusAtEnd(field: HTMLElement | null): void {
  field?.focus();
  if (field instanceof HTMLTextAreaElement) field.setSelectionRange(field.value.length, field.value.length);
}

export function focusRow(conversationId: string | null): void {
  if (conversationId !== null) focusOn(rowId(conversationId));
}
