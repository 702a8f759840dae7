import { dsmrV1 } from './dsmr-v1.ts';
import { dsmrV2 } from './dsmr-v2.ts';
import { influx } from './influx.ts';
import { mqtt } from './mqtt.ts';
import { webhook } from './webhook.ts';

/** Every kind of endpoint by the name that the configuration calls it. Adding one is a file and a line here. */
export const endpointTypes = { 'dsmr-v1': dsmrV1, 'dsmr-v2': dsmrV2, influx, mqtt, webhook };
