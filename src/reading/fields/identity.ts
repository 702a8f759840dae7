import { H1, type Field } from '../field.ts';

/**
 * Who the meter is, what its clock says, and which tariff counts.
 * Sources beside those of the whole table: EasyMeter Q3D (Germany), Aidon RJ12 HAN 1.7A (ratios).
 */
// prettier-ignore
export const IDENTITY = {
  version:            { obis: ['1-3:0.2.8'], kind: 'code', countries: ['NL', 'LU', 'AT', 'IL'], about: 'version of P1, times ten: 40, 42, 50' },
  emucsVersion:       { obis: ['0-0:96.1.4'], kind: 'text', countries: ['BE', 'CH'], about: 'version of P1 in Belgium: 502 and two digits, 50217 is e-MUCS 1.7.1' },
  time:               { obis: ['0-0:1.0.0'], kind: 'time', countries: ['NL', 'BE', 'LU', ...H1, 'LT', 'HU', 'CH', 'AT', 'IL'], about: 'clock of the meter when it sent the telegram' },
  equipmentId:        { obis: ['0-0:96.1.1', '0-0:96.1.0'], kind: 'text', countries: ['NL', 'BE', 'LT', 'HU'], about: 'identifies the meter' },
  logicalDeviceName:  { obis: ['0-0:42.0.0'], kind: 'text', countries: ['NL', 'LU', 'HU'], about: 'name of the meter as a COSEM device; in DSMR 2.2 what identifies it' },
  deviceAddress:      { obis: ['0-0:0.0.0', '1-0:0.0.0'], kind: 'code', countries: ['BE', 'CH', 'DE'], about: 'address or number of the meter, as printed' },
  serialNumber:       { obis: ['0-0:96.1.255'], kind: 'code', countries: ['DE'], about: 'number that its maker gave it, as printed' },
  supplyPointEan:     { obis: ['0-0:96.1.2'], kind: 'text', countries: ['BE', 'CH'], about: 'EAN of the supply point' },
  status:             { obis: ['1-0:96.5.5'], kind: 'code', countries: ['DE'], about: 'state of the meter, a byte in hexadecimal' },

  tariff:             { obis: ['0-0:96.14.0'], kind: 'tariff', countries: ['NL', 'BE', 'HU', 'CH'], about: 'tariff that counts now' },
  tariffTimeOfUse:    { obis: ['0-0:96.14.1'], kind: 'tariff', countries: ['IL'],                   about: 'time-of-use tariff that counts now' },

  firmwareVersion:    { obis: ['1-0:0.2.0'], kind: 'code', countries: ['LT'], about: 'version of its firmware' },
  firmwareSignature:  { obis: ['1-0:0.2.8'], kind: 'code', countries: ['LT'], about: 'signature of its firmware, in hexadecimal' },
  firmwareVersion2:   { obis: ['1-1:0.2.0'], kind: 'code', countries: ['LT'], about: 'version of the second part of its firmware' },
  firmwareSignature2: { obis: ['1-1:0.2.8'], kind: 'code', countries: ['LT'], about: 'signature of the second part of its firmware, in hexadecimal' },
  nominalVoltage:     { obis: ['1-0:94.32.1'], kind: 'quantity', unit: 'V', countries: ['BE'], about: 'nominal voltage of the grid' },
  currentRatio:       { obis: ['1-0:0.4.2'], kind: 'quantity', countries: [...H1], about: 'ratio of the current transformers; registers may be of their secondary side' },
  voltageRatio:       { obis: ['1-0:0.4.3'], kind: 'quantity', countries: [...H1], about: 'ratio of the voltage transformers' },
} as const satisfies Readonly<Record<string, Field>>;
