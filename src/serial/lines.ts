/** How a serial line is opened: always with eight bits, so that parity reaches the framer. */
export interface Line {
  readonly baudRate: number;
  /** With hardware parity, which no line of a P1 port needs. */
  readonly parity?: 'even';
}

/** The lines of P1 ports, in the order in which they are tried: DSMR 4 and 5, e-MUCS and all others; DSMR 2 and 3. */
export const P1_LINES: readonly Line[] = [{ baudRate: 115_200 }, { baudRate: 9_600 }];

/** No P1 port is that slow; the ports of DLMS and M-Bus meters are, which are told by name. */
export const SLOW_LINE: Line = { baudRate: 2_400, parity: 'even' };

/** Longer than the ten seconds between two telegrams of the slowest meter. */
export const LISTEN_MS = 12_000;

/** `115200 and 9600 baud`. */
export function speedsOf(lines: readonly Line[]): string {
  return `${[...new Set(lines.map(({ baudRate }) => baudRate))].join(' and ')} baud`;
}
