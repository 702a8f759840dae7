import { Paused, TryLater } from '../../outbox/endpoint.ts';
import { codeOf, unreachable } from '../../http/unreachable.ts';

/** To whom a connection was to be made, as the texts of errors name it. */
export interface Caller {
  /** Scheme, host and port of the broker. */
  readonly address: string;
  readonly clientId: string;
  readonly user: string | undefined;
}

/** What a broker's refusal means: what it does, behind its address, and the remedy where only a person can end it. */
type Meaning = readonly [does: string, remedy?: string];

const LOGIN = 'set user and password to those that the broker knows';
const BUSY: Meaning = ['is busy and takes no connection now'];
const AWAY: Meaning = ['is not available now'];
const MOVED: Meaning = ['wants another broker to be used in its place', 'set url to the address of that broker'];

/**
 * By the number that a broker gives: below 128 those of MQTT 3.1.1, from there on those of MQTT 5.
 * Source: MQTT 3.1.1, table 3.1; MQTT 5.0, §2.4.
 */
const REFUSALS: Readonly<Record<number, (caller: Caller) => Meaning>> = {
  1: noSuchVersion,
  2: noSuchClient,
  3: () => AWAY,
  4: noSuchLogin,
  5: noSuchLogin,
  132: noSuchVersion,
  133: noSuchClient,
  134: noSuchLogin,
  135: noSuchLogin,
  136: () => AWAY,
  137: () => BUSY,
  138: ({ clientId }) => [`has banned the client id "${clientId}"`, 'lift the ban at the broker'],
  139: () => ['is shutting down'],
  140: () => ['wants another kind of login than user and password', LOGIN],
  141: () => ['heard nothing for too long and cut the connection'],
  142: takenOver,
  149: () => ['takes no message as large as this', 'raise the limit of the size of a packet at the broker'],
  151: () => ['says that a limit of this client is reached'],
  152: () => ['ended the connection on behalf of its administrator'],
  154: () => ['keeps no retained messages', 'let it keep them: its settings call that retain'],
  156: () => MOVED,
  157: () => MOVED,
  159: () => BUSY,
};

/** The broker does not speak the version of MQTT that it was spoken to in. */
export class WrongVersion extends Paused {}

const WRONG_VERSION = [1, 132];

/** What the number means that came with a refused or ended connection. */
export function refusal(caller: Caller, code: number, said: string): Paused | TryLater {
  const [does, remedy] = REFUSALS[code]?.(caller) ?? [`refuses: ${said}`];
  const text = `${caller.address} ${does}`;
  if (remedy === undefined) return new TryLater(text);
  return WRONG_VERSION.includes(code) ? new WrongVersion(text, remedy) : new Paused(text, remedy);
}

/** What a broker has against a message, or a subscription. */
export type Objection = Error & { readonly code?: number };

/** What it means for the endpoint. */
export function publishRefusal(
  { address, user }: Caller,
  topic: string,
  { code, message }: Objection,
): Paused | TryLater {
  if (code !== NOT_AUTHORISED) return new TryLater(`${address} did not take a message on ${topic}: ${message}`);
  const who = user === undefined ? 'a client without a user' : `the user "${user}"`;
  const text = `${address} does not let ${who} publish on ${topic}`;
  return new Paused(text, 'let it write there, in the access list of the broker');
}

/** A connection that was closed without a word. */
export function closedByBroker({ address }: Caller): TryLater {
  return new TryLater(`${address} closed the connection`);
}

/** The same, again and again: so it goes where another client has our id, and the broker does not say so. */
export function likelyTakenOver(caller: Caller, times: number): Paused {
  const [, remedy] = takenOver(caller);
  const text = `${caller.address} cut the connection soon after it was made, ${times} times in a row; another client may have the id "${caller.clientId}"`;
  return new Paused(text, remedy);
}

/** Why no connection came about, or why it broke off. */
export function broken({ address }: Caller, error: Error): TryLater {
  const text = TROUBLES[codeOf(error)];
  return new TryLater(text === undefined ? unreachable(address, error) : `${address} ${text}`, { cause: error });
}

const NOT_AUTHORISED = 135;

const NO_TLS = 'does not speak TLS: should url begin with mqtt://?';
/** Where these differ from those of a web server. */
const TROUBLES: Readonly<Record<string, string>> = {
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ECONNRESET: 'broke off the connection',
  EPIPE: 'broke off the connection',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'wants a certificate of the client: set cert and key',
};

function noSuchVersion(): Meaning {
  return ['does not speak this version of MQTT', "set version to '3.1.1', or to '5' where it is that already"];
}

function noSuchClient({ clientId }: Caller): Meaning {
  return [`does not take the client id "${clientId}"`, 'set clientId to one that it takes'];
}

function noSuchLogin({ user }: Caller): Meaning {
  if (user === undefined) return ['lets nobody in without a user', LOGIN];
  return [`refuses the user "${user}" with this password`, LOGIN];
}

function takenOver({ clientId }: Caller): Meaning & readonly [string, string] {
  return [
    `let another client in that has the id "${clientId}", too, and cut this connection`,
    'give each client an id of its own: set clientId to another one here',
  ];
}
