import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { describeInBrowser, openBrowser, openPage } from '../support/browser.ts';
import { addKey, HTTP, test, webUrl } from '../support/web.ts';

let browser: Browser;

const PHONE = { width: 390 };
const SCOPES = ['status:read', 'usage:read'] as const;

describeInBrowser('the page', () => {
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  test('shows somebody without a key how things stand, and no energy', async ({ house }) => {
    const { page, complaints } = await openPage(browser, house.url, PHONE);
    await page.getByText('All is well').waitFor();
    await page.getByText('delivers').waitFor();
    expect(await page.locator('body').innerText()).not.toMatch(/\d W\b|kWh/);
    expect(complaints).toEqual([]);
  });

  test('shows whoever logs in the power as it comes, today, the charts and what is delivered', async ({ house }) => {
    const key = addKey(house.service.stateDir, 'kitchen', SCOPES);
    const { page, complaints } = await openPage(browser, house.url);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByLabel('Name of the key').fill('kitchen');
    await page.getByLabel('Key', { exact: true }).fill(key);
    await page.getByRole('button', { name: 'Log in' }).last().click();

    await page.locator('#now .big', { hasText: /^[\d,]+ W$/ }).waitFor();
    await page.getByText('phase 3').waitFor();
    await page.locator('#live canvas').waitFor();
    await page.locator('#telegrams', { hasText: 'Accepted' }).waitFor();
    expect(complaints).toEqual([]);

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('button', { name: 'Log in' }).waitFor();
  });

  test('says that name and key do not fit', async ({ house }) => {
    const { page } = await openPage(browser, house.url);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByLabel('Name of the key').fill('kitchen');
    await page.getByLabel('Key', { exact: true }).fill('nothing of the kind');
    await page.getByRole('button', { name: 'Log in' }).last().click();
    await page.getByRole('alert').filter({ hasText: 'do not fit' }).waitFor();
  });

  test('speaks Dutch to a Dutch browser, and keeps the language that is chosen', async ({ house }) => {
    const { page } = await openPage(browser, house.url, { locale: 'nl-NL' });
    await page.getByText('Alles in orde').waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByText('All is well').waitFor();
    await page.reload();
    await page.getByText('All is well').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  test.for([320, 390, 1_200])(
    'fits a window of %i pixels, and can be used with the keyboard',
    async (width, { house }) => {
      const { page } = await openPage(browser, house.url, { width });
      await page.getByText('All is well').waitFor();
      const isWider = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
      expect(isWider).toBe(false);
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.className')).toBe('skip');
      for (let press = 0; press < 2; press++) await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByLabel('Name of the key').waitFor();
    },
  );

  test('is dark where the browser is', async ({ house }) => {
    const grounds = await Promise.all(
      (['light', 'dark'] as const).map(async (colorScheme) => {
        const { page } = await openPage(browser, house.url, { colorScheme });
        return page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
      }),
    );
    const [light = 0, dark = 0] = grounds.map((ground) => Number(/\d+/.exec(ground)?.[0]));
    expect(light).toBeGreaterThan(200);
    expect(dark).toBeLessThan(60);
  });

  test('weighs less than 150 kB, and asks nobody else', async ({ house }) => {
    const { page } = await openPage(browser, 'about:blank');
    const sizes: number[] = [];
    const hosts = new Set<string>();
    page.on('response', (response) => {
      hosts.add(new URL(response.url()).host);
      if (!/\/(edge|status)\//.test(response.url())) void response.body().then((body) => sizes.push(body.length));
    });
    await page.goto(house.url);
    await page.getByText('All is well').waitFor();
    expect([...hosts]).toEqual([new URL(house.url).host]);
    expect(sizes.length).toBeGreaterThan(10);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150_000);
  });

  test('names an endpoint that is down, and what waits for it', async ({ scene }) => {
    const endpoints = [{ name: 'vps', type: 'dsmr-v1', url: 'http://127.0.0.1:9', key: 'nobody-is-there' }];
    const source = { type: 'simulator', name: 'house', interval: '100ms' };
    const url = await webUrl(await scene.service({ config: { source, endpoints, http: HTTP } }));
    const { page } = await openPage(browser, url, PHONE);
    await page.getByText(/telegrams wait for vps; they are kept/).waitFor();
    await page.getByText('tries again').waitFor();
    await page.getByText(/\d+ waiting, the oldest since/).waitFor();
  });

  test('says that no telegram comes', async ({ scene }) => {
    const line = await scene.tcpLine();
    const url = await webUrl(await scene.service({ config: { source: line.source, endpoints: [], http: HTTP } }));
    const { page } = await openPage(browser, url);
    await page.getByText(/No telegram comes from meter|No telegram from meter/).waitFor();
    await page.getByText('No endpoint is configured').waitFor();
  });
});
