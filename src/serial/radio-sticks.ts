/** How a USB device presents itself: its ids in lower-case hex and its texts. */
export interface UsbIdentity {
  readonly vendor: string;
  readonly product: string;
  /** Manufacturer and product name, in one text. */
  readonly text: string;
}

/**
 * Whether it is a Zigbee, Z-Wave or Thread stick, which opening would reset in the middle of its work. The name of its
 * link under by-id may stand in the text, too.
 */
export function isRadioStick(usb: UsbIdentity): boolean {
  return IDS.has(`${usb.vendor}:${usb.product}`) || NAMES.test(usb.text);
}

// Sources: the USB matchers of Home Assistant (homeassistant/generated/usb.py: zha, zwave_js, sky_connect) and the
// adapter list of zigbee-herdsman (src/adapter/adapterDiscovery.ts).
// Only ids that no plain USB-serial chip has: 10c4:ea60, 1a86:7523, 1a86:55d4, 0403:6015 and 067b:2303 are P1 cables too.
const IDS: ReadonlySet<string> = new Set([
  '0451:16a8', // Texas Instruments CC2531
  '0451:16c8', // Texas Instruments CC2538
  '0451:bef3', // Texas Instruments LaunchPad with CC1352 or CC26x2
  '0658:0200', // Sigma Designs Z-Wave: Aeotec Z-Stick, UZB and others
  '10c4:8a2a', // HUSBZB-1, Zigbee and Z-Wave
  '10c4:8b34', // Bitron Video BV 2010/10
  '1cf1:0030', // dresden elektronik ConBee II
  '2fe3:0100', // Nordic Zigbee NCP on Zephyr
]);

// A by-id name has `_` where the product's own text has a blank.
const NAMES =
  /zigbee|z-?wave|thread|conbee|raspbee|zigate|zigstar|tubeszb|slzb-?0|smlight|skyconnect|nabu[_ ]casa|connect[_ ]zbt|zwa-2|sonoff|cc2531|cc2538|cc1352|cc2652|slae\.?sh|electrolama|zooz|aeotec|z-stick|efr32/i;
