const VALUES = {
  header: '/ISk5\\2MT382-1004',
  delivered1: '00123.456*kWh',
  delivered2: '00234.567*kWh',
  returned1: '00000.000*kWh',
  power: '0000.42*kW',
  gasHour: '260131140000',
  gas: '00078.901',
  end: '!\r\n',
};

/** A telegram as DSMR 2.2 meters print it, without a checksum; what is not given stands as in `VALUES`. */
export function dsmr22(values: Partial<typeof VALUES> = {}): Buffer {
  const { header, delivered1, delivered2, returned1, power, gasHour, gas, end } = { ...VALUES, ...values };
  const lines = [
    header,
    '',
    '0-0:96.1.1(5A31323334353637383930)',
    `1-0:1.8.1(${delivered1})`,
    `1-0:1.8.2(${delivered2})`,
    `1-0:2.8.1(${returned1})`,
    '1-0:2.8.2(00000.000*kWh)',
    '0-0:96.14.0(0001)',
    `1-0:1.7.0(${power})`,
    '1-0:2.7.0(0000.00*kW)',
    '0-0:96.13.0()',
    `0-1:24.3.0(${gasHour})(08)(60)(1)(0-1:24.2.0)(m3)`,
    `(${gas})`,
    end,
  ];
  return Buffer.from(lines.join('\r\n'), 'latin1');
}
