/** One message to a broker of MQTT. */
export interface Publication {
  /** Without wildcards. */
  readonly topic: string;
  /** Empty takes a retained message away. */
  readonly payload: string | Buffer;
  /** At most once, at least once, exactly once. */
  readonly qos: 0 | 1 | 2;
  /** Whether the broker keeps it for those who subscribe later. */
  readonly retain: boolean;
}
