/** The longest message the server takes, in UTF-16 units. */
export const maxChars = 4_000;
