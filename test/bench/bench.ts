/** One line of the table: something that is measured beside its yardstick, and the bar that it has to reach. */
export interface Bench {
  /** What `--only` knows it by. */
  readonly name: string;
  readonly what: string;
  readonly bar: string;
  run(): Promise<Row>;
}

export interface Row {
  readonly figure: string;
  /** What the same run gives for something well known. */
  readonly yardstick: string;
  readonly ratio: string;
  readonly met: boolean;
  /** Where the time or the memory goes, as measured. */
  readonly where: string;
}
