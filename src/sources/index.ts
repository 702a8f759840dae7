import { file } from './file.ts';
import { http } from './http.ts';
import { ingest } from './ingest.ts';
import { serial } from './serial.ts';
import { simulator } from './simulator.ts';
import { tcp } from './tcp.ts';

/** Every kind of source by the name that the configuration calls it. Adding one is a file and a line here. */
export const sourceTypes = { serial, tcp, http, file, simulator, ingest };
