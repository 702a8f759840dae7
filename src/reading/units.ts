/** The units in which values are given, by what meters print in small letters, and how far the point moves from each. */
const UNITS: Readonly<Record<string, readonly [unit: string, places: number] | undefined>> = {
  kwh: ['kWh', 0],
  wh: ['kWh', -3],
  mwh: ['kWh', 3],
  kw: ['kW', 0],
  w: ['kW', -3],
  mw: ['kW', 3],
  kvarh: ['kvarh', 0],
  varh: ['kvarh', -3],
  kvah: ['kVAh', 0],
  vah: ['kVAh', -3],
  kvar: ['kvar', 0],
  var: ['kvar', -3],
  kva: ['kVA', 0],
  va: ['kVA', -3],
  v: ['V', 0],
  a: ['A', 0],
  hz: ['Hz', 0],
  s: ['s', 0],
  m3: ['m3', 0],
  'm\u00b3': ['m3', 0],
  dm3: ['m3', -3],
  gj: ['GJ', 0],
  mj: ['GJ', -3],
};

/** The unit for what was printed, and how far the point moves to it; undefined for one that is not known here. */
export function unitOf(printed: string): readonly [unit: string, places: number] | undefined {
  const small = printed.toLowerCase();
  return Object.hasOwn(UNITS, small) ? UNITS[small] : undefined;
}
