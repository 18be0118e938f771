/** From here on a UTF-16 unit is, as a rule, a token of its own: ideographs, kana, hangul, emoji. */
const firstDense = 0x2e80;
const charsPerToken = 4;

/** Counts text as it comes, to say about how many tokens it is where nobody else does. Makes no object for a piece. */
export class TokenEstimate {
  #dense = 0;
  #others = 0;

  add(piece: string): void {
    for (let at = 0; at < piece.length; at++) {
      if (piece.charCodeAt(at) >= firstDense) this.#dense++;
      else this.#others++;
    }
  }

  /** One for each dense character, one for each four others. */
  get tokens(): number {
    return this.#dense + Math.ceil(this.#others / charsPerToken);
  }
}
