import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { describeUnless } from './describe-unless.ts';

/** Where Debian and others put it. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = PLACES.find((path) => existsSync(path));

/** As `describe`, for a suite that looks at pages in a real browser. */
export function describeInBrowser(name: string, suite: () => void): void {
  describeUnless(
    executablePath === undefined ? 'needs chromium; on Debian: apt-get install chromium' : undefined,
    name,
    suite,
  );
}

export function openBrowser(): Promise<Browser> {
  // Its sandbox cannot be had as root, as CI is; it shows pages of this test alone.
  return chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
}

export interface Look {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly locale?: string;
}

/** A page of its own, with all that the browser complains of. */
export async function openPage(
  browser: Browser,
  url: string,
  look: Look = {},
): Promise<{ page: Page; complaints: string[] }> {
  const { width = 1_200, colorScheme = 'light', locale = 'en-GB' } = look;
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, locale });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(url);
  return { page, complaints };
}
