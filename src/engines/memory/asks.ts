/** Of more than so many the names are not kept. */
const mostAsks = 20;
/** What has no name here, or none any more. */
const unnamed = "*";
/** What a node that is no more had begun, whatever that was; no message has such an id. */
const begun = "+";

/**
 * What was asked in one conversation and has not been answered, as far as the line knows: by the ids of the messages, in
 * the order in which they came.
 */
export class Asks {
  #names: readonly string[] = [];
  /** So many had come when the latest start was granted. */
  #early = 0;

  /** Those that are not known yet. */
  newOf(names: readonly string[] = [unnamed]): readonly string[] {
    const left = Math.max(0, mostAsks - this.#names.length);
    const news = names.filter((name) => !this.#knows(name));
    if (news.length <= left) return news;
    return [...news.slice(0, left), ...(this.#knows(unnamed) ? [] : [unnamed])];
  }

  add(names: readonly string[]): void {
    this.#names = [...this.#names, ...names];
  }

  /**
   * A node that is no more had begun an answer here: whoever is granted the next start looks for that first. Nobody can
   * withdraw it, for what was begun may be another question than those that are known here.
   *
   * @param hasStart a start has been granted for those that came before the latest one
   */
  addBegun(hasStart: boolean): void {
    if (this.#names.includes(begun)) return;
    this.#names = [begun, ...this.#names];
    if (hasStart) this.#early++;
  }

  /** A start is granted: whoever begins it looks at all that has come so far. */
  granted(): void {
    this.#early = this.#names.length;
  }

  /**
   * An answer is over, or there was nothing to answer; true where something is left to be answered.
   *
   * @param answered what it has answered; undefined where nothing was found
   */
  settle(answered: readonly string[] | undefined): boolean {
    const isOver = (name: string, at: number) =>
      answered?.includes(name) || (at < this.#early && (answered === undefined || name === unnamed || name === begun));
    this.#names = this.#names.filter((name, at) => !isOver(name, at));
    this.#early = 0;
    return this.#names.length > 0;
  }

  /** Nobody waits any more for those, or, where they are not told, for what has come since the latest start. */
  withdraw(names?: readonly string[]): void {
    const isLeft = (name: string, at: number) =>
      names ? !names.includes(name) && (name !== unnamed || this.#early > 0) : at < this.#early;
    const early = this.#names.slice(0, this.#early).filter(isLeft).length;
    this.#names = this.#names.filter(isLeft);
    this.#early = early;
  }

  get isEmpty(): boolean {
    return this.#names.length === 0;
  }

  /** Something has come since the latest start. */
  get hasLater(): boolean {
    return this.#names.length > this.#early;
  }

  /** What has no name may be another one each time. */
  #knows(name: string): boolean {
    return name === unnamed ? this.#names.indexOf(unnamed, this.#early) >= 0 : this.#names.includes(name);
  }
}
