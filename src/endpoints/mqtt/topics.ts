/** The topics that one service publishes on, all under its prefix. */
export interface Topics {
  /** `{"state":"online"}`, and `offline` as its last will. */
  readonly bridgeState: string;
  /** Who publishes here. */
  readonly bridgeInfo: string;
  /** Where one who comes asks whether the other one is there, with an `instance`; the answer is `bridgeInfo`, once more. */
  readonly bridgeAsk: string;
  /** How the service and its endpoints stand. */
  readonly bridgeHealth: string;
  /** What a meter says, one object. */
  meterState(meter: string): string;
  /** `online` or `offline`. */
  meterAvailability(meter: string): string;
  /** Every telegram, not retained. */
  meterReading(meter: string): string;
}

/** A meter is known by the name of its source, so that one that is exchanged keeps its topics. */
export function topicsOf(prefix: string): Topics {
  return {
    bridgeState: `${prefix}/bridge/state`,
    bridgeInfo: `${prefix}/bridge/info`,
    bridgeAsk: `${prefix}/bridge/ask`,
    bridgeHealth: `${prefix}/bridge/health`,
    meterState: (meter) => `${prefix}/${meterPart(meter)}/state`,
    meterAvailability: (meter) => `${prefix}/${meterPart(meter)}/availability`,
    meterReading: (meter) => `${prefix}/${meterPart(meter)}/reading`,
  };
}

/** What stands for a meter in topics and ids. Names of sources have no underscore: nothing else can be called so. */
export function meterPart(meter: string): string {
  return meter === BRIDGE ? `${BRIDGE}_meter` : meter;
}

const BRIDGE = 'bridge';
