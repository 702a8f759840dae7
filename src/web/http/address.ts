import type { HttpConfig } from '../../config/http.ts';
import { printPlace } from '../../network/keep-listening.ts';

/** Where page and API are found. @param place host and port, where they are others than those that were asked for. */
export function urlOf({ host, port, tls }: HttpConfig, place = printPlace(host, port)): string {
  return `${tls === undefined ? 'http' : 'https'}://${place}`;
}
