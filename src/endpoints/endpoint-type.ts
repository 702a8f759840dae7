import type { z } from 'zod';
import type { Endpoint } from '../outbox/endpoint.ts';
import type { Kit } from '../settings/values.ts';
import type { AgeOf } from './own-time.ts';

/** What a kind of endpoint is: the settings that it takes, and how to make one of them. */
export interface EndpointType<S extends z.ZodObject = z.ZodObject> {
  settings(kit: Kit): S;
  create(settings: z.output<S>, surroundings?: Partial<Surroundings>): Endpoint;
  /** What a person has to do at the far side after a replay, a sentence each. */
  readonly afterReplay?: readonly string[];
}

/** What an endpoint may have to know beside its settings. */
interface Surroundings {
  /** IANA name of the zone that its source's meter stands in; by default Europe/Amsterdam. */
  readonly timeZone: string;
  /** The channel of the M-Bus that its gas meter is on, where a person named it. */
  readonly gasChannel: number | undefined;
  readonly now: () => Date;
  /** How old a letter is; by default by a clock that is right. */
  readonly ageOf: AgeOf;
}

/** Gives a kind of endpoint its types; nothing else. */
export function defineEndpoint<S extends z.ZodObject>(type: EndpointType<S>): EndpointType<S> {
  return type;
}
