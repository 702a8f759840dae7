import type { z } from 'zod';
import type { Endpoint } from '../outbox/endpoint.ts';
import type { OutboxStatus } from '../outbox/status.ts';
import type { Kit } from '../settings/values.ts';
import type { Prices } from './dsmr-costs.ts';
import type { AgeOf } from './own-time.ts';

/** What a kind of endpoint is: the settings that it takes, and how to make one of them. */
export interface EndpointType<S extends z.ZodObject = z.ZodObject> {
  readonly about: About;
  /** A setting of its own takes the place of one that all endpoints have by that name. */
  settings(kit: Kit): S;
  create(settings: z.output<S>, surroundings?: Partial<Surroundings>): Endpoint;
  /**
   * True where it takes the telegrams of several meters, and tells them apart: then no source has to be named. Asked of
   * settings that are not checked yet, too.
   */
  isOfAllSources?(settings: z.output<S>): boolean;
  /** True where nothing is kept for it: it has a live part, and no outbox. */
  isLiveOnly?(settings: z.output<S>): boolean;
  /** What a person has to do at the far side after a replay, a sentence each. */
  readonly afterReplay?: readonly string[];
}

/** A kind of endpoint in the words of the README, a phrase each. */
interface About {
  /** Whom it is for, and what of a telegram gets there. */
  readonly what: string;
  /** Which telegrams, in which order, how often. */
  readonly delivery: string;
}

/** What an endpoint may have to know beside its settings. */
export interface Surroundings {
  /** Its name in the configuration. */
  readonly name: string;
  /** IANA name of the zone that its source's meter stands in; by default Europe/Amsterdam. */
  readonly timeZone: string;
  /** The channel of the M-Bus that its gas meter is on, where a person named it. */
  readonly gasChannel: number | undefined;
  /** The meters whose telegrams it gets, by their sources' names. */
  readonly meters: ReadonlyMap<string, MeterPlace>;
  readonly now: () => Date;
  /** How old a letter is; by default by a clock that is right. */
  readonly ageOf: AgeOf;
  readonly service: ServiceView;
  /** What energy costs, oldest first; none where nobody said. */
  readonly prices: readonly Prices[];
}

/** Where a meter stands, and what a person said of it. */
export interface MeterPlace {
  /** IANA name. */
  readonly timeZone: string;
  /** The channel of the M-Bus that its gas meter is on; undefined where that is to be found. */
  readonly gasChannel: number | undefined;
}

/** The service that an endpoint belongs to, for one that shows it. */
export interface ServiceView {
  readonly version: string;
  /** Tells this service from others in the same network; says nothing of the machine. */
  readonly instanceId: string;
  readonly startedAt: Date;
  /** Where its page is; undefined where it has none that other machines can see. */
  readonly pageUrl: string | undefined;
  sources(): readonly SourceView[];
  endpoints(): readonly OutboxStatus[];
}

/** How a source stands. */
export interface SourceView {
  readonly name: string;
  readonly connected: boolean;
  /** Why it gives no telegrams, where it does not. */
  readonly trouble: string | undefined;
  readonly accepted: number;
  readonly rejected: number;
  readonly lastAcceptedAt: Date | undefined;
}

/** Gives a kind of endpoint its types; nothing else. */
export function defineEndpoint<S extends z.ZodObject>(type: EndpointType<S>): EndpointType<S> {
  return type;
}
