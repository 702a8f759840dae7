import { expect, test } from 'vitest';
import { isRadioStick } from '../../../src/serial/radio-sticks.ts';

// Names under /dev/serial/by-id and ids as users of zigbee-herdsman and Home Assistant report them.
test.each([
  ['1cf1', '0030', 'usb-dresden_elektronik_ingenieurtechnik_GmbH_ConBee_II_DE2132111-if00'],
  ['1a86', '55d4', 'usb-ITEAD_SONOFF_Zigbee_3.0_USB_Dongle_Plus_V2_20240122184111-if00'],
  ['10c4', 'ea60', 'usb-Silicon_Labs_Sonoff_Zigbee_3.0_USB_Dongle_Plus_0111-if00-port0'],
  ['10c4', 'ea60', 'usb-SONOFF_SONOFF_Dongle_Lite_MG21_c82fc0a1a36bef11a026a1adc169b110-if00-port0'],
  ['10c4', 'ea60', 'usb-Nabu_Casa_SkyConnect_v1.0_3abe54797c91ed118fc3cad13b20a111-if00-port0'],
  ['10c4', 'ea60', 'usb-SMLIGHT_SMLIGHT_SLZB-07_be9faa0786e1ea11bd68dc2d9a583111-if00-port0'],
  ['10c4', 'ea60', 'usb-Silicon_Labs_slae.sh_cc2652rb_stick_-_slaesh_s_iot_stuff_00-if00-port0'],
  ['0403', '6015', 'usb-FTDI_ZiGate_ZIGATE+-if00-port0'],
  ['303a', '4001', 'usb-Nabu_Casa_ZBT-2_10B41DE58D6C-if00'],
  ['0451', '16a8', 'usb-Texas_Instruments_TI_CC2531_USB_CDC___0X00124B0018ED1111-if00'],
  ['0658', '0200', 'usb-0658_0200-if00'],
  ['2fe3', '0100', 'usb-ZEPHYR_Zigbee_NCP_54ACCFAFA6DADC49-if00'],
])('%s:%s %s is a radio stick', (vendor, product, text) => {
  expect(isRadioStick({ vendor, product, text })).toBe(true);
});

test.each([
  ['0403', '6001', 'usb-FTDI_FT232R_USB_UART_A6008isP-if00-port0'],
  ['0403', '6015', 'usb-FTDI_FT230X_Basic_UART_DN06BB1S-if00-port0'],
  ['10c4', 'ea60', 'usb-Silicon_Labs_CP2102_USB_to_UART_Bridge_Controller_0001-if00-port0'],
  ['1a86', '7523', 'usb-1a86_USB2.0-Serial-if00-port0'],
  ['067b', '2303', 'usb-Prolific_Technology_Inc._USB-Serial_Controller-if00-port0'],
  ['', '', 'ttyAMA0'],
])('%s:%s %s may be a P1 cable', (vendor, product, text) => {
  expect(isRadioStick({ vendor, product, text })).toBe(false);
});
