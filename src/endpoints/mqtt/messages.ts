import type { MeterState } from '../../reading/state.ts';
import type { Publication } from './publication.ts';
import type { Topics } from './topics.ts';

/** How the line to a meter does, beside what the meter says. */
export interface LineFacts {
  readonly lastTelegramAt: Date | undefined;
  /** Share of what came that was no telegram, in percent. */
  readonly rejectedPercent: number;
  /** Whether nothing comes that could be shown. */
  readonly hasProblem: boolean;
}

/** A state with null for what the meter has, and does not say now. */
export type CompleteState = Readonly<Record<string, MeterState[string] | null>>;

/** The state of a meter, with how its line does. */
export function stateMessage(topics: Topics, meter: string, state: CompleteState, line: LineFacts): Publication {
  const payload = {
    ...state,
    last_telegram: line.lastTelegramAt?.toISOString() ?? null,
    crc_error_rate: line.rejectedPercent,
    problem: onOrOff(line.hasProblem),
  };
  return { topic: topics.meterState(meter), payload: JSON.stringify(payload), qos: 0, retain: true };
}

/** Whether a meter is heard. */
export function availabilityMessage(topics: Topics, meter: string, isHeard: boolean): Publication {
  return retained(topics.meterAvailability(meter), isHeard ? 'online' : 'offline');
}

/** Whether the service is there; `offline` is its last will. */
export function bridgeStateMessage(topics: Topics, state: 'online' | 'offline'): Publication {
  return retained(topics.bridgeState, JSON.stringify({ state }));
}

/** Who publishes under this prefix. */
export interface BridgeInfo {
  readonly version: string;
  readonly instanceId: string;
  readonly startedAt: Date;
}

export function bridgeInfoMessage(topics: Topics, { version, instanceId, startedAt }: BridgeInfo): Publication {
  const info = { name: 'p1-relay', version, instance: instanceId, started: startedAt.toISOString() };
  return retained(topics.bridgeInfo, JSON.stringify(info));
}

/** Asks others under this prefix to say who they are. */
export function bridgeAskMessage(topics: Topics, instance: string): Publication {
  return { topic: topics.bridgeAsk, payload: JSON.stringify({ instance }), qos: 1, retain: false };
}

/** How the service stands: every endpoint by its name. */
export interface ServiceFacts extends Pick<BridgeInfo, 'version' | 'startedAt'> {
  readonly sources: readonly { readonly trouble: string | undefined }[];
  readonly endpoints: readonly EndpointFacts[];
}

interface EndpointFacts {
  readonly name: string;
  readonly state: string;
  readonly waiting: number;
  readonly lastTakenAt: Date | undefined;
}

/** States in which an endpoint takes nothing. */
const AWAY = ['later', 'paused'];

export function bridgeHealthMessage(topics: Topics, facts: ServiceFacts): Publication {
  const { version, startedAt, sources, endpoints } = facts;
  const isAway = ({ state }: EndpointFacts): boolean => AWAY.includes(state);
  const health = {
    problem: onOrOff(sources.some(({ trouble }) => trouble !== undefined) || endpoints.some(isAway)),
    ...{ version, started: startedAt.toISOString() },
    endpoints: Object.fromEntries(
      endpoints.map((endpoint) => [
        endpoint.name,
        {
          state: endpoint.state,
          queue: endpoint.waiting,
          connected: onOrOff(!isAway(endpoint)),
          last_delivery: endpoint.lastTakenAt?.toISOString() ?? null,
        },
      ]),
    ),
  };
  return retained(topics.bridgeHealth, JSON.stringify(health));
}

/** As Home Assistant reads a binary sensor. */
function onOrOff(is: boolean): 'ON' | 'OFF' {
  return is ? 'ON' : 'OFF';
}

function retained(topic: string, payload: string): Publication {
  return { topic, payload, qos: 1, retain: true };
}
