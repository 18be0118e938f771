/** Takes what is left of a line once it is known what the line is. */
export interface LineSink {
  write(text: string): void;
  end(): void;
}

/** For the rest of a line that shows nothing: a rule, a fence, a blank line. */
export const IGNORED: LineSink = { write() {}, end() {} };
