// Where letters are read while developing: what was sent, each letter, and every template with made-up facts.

import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { letterTo, linkIn } from '../fixtures/letters';

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What axe has against what is open. */
async function violations(page: Page, rules: string[]): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
  return violations.map(({ id, nodes }) => `${page.url()}, ${id}: ${nodes.map(({ html }) => html).join('; ')}`);
}

test('a letter that was just sent is in the list, and its link is followed from its page', async ({ page, server, verifyEmailPage, alice }) => {
  const letter = await letterTo(server, alice.email, 'verify_email');
  await page.goto('/dev/mail');
  const row = page.getByRole('listitem').filter({ hasText: alice.email });
  await expect(row).toContainText(letter.subject);
  await row.getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(letter.subject);
  await expect(page.getByText(`To ${alice.email}`)).toBeVisible();
  await expect(page.locator('pre')).toContainText(`${letter.code!.slice(0, 4)} ${letter.code!.slice(4)}`);
  await page.getByRole('link', { name: linkIn(letter, '/verify-email') }).click();
  await verifyEmailPage.confirm.click();
  await expect(verifyEmailPage.done).toBeVisible();
});

test('nothing was sent before anybody has come', async ({ page }) => {
  await page.goto('/dev/mail');
  await expect(page.getByText('No letter was sent yet.')).toBeVisible();
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(0);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(() => {
    test.use({ colorScheme });

    test(`every letter is seen as text and as mail programs show it, and axe finds nothing, ${colorScheme}`, async ({
      page, request, server, browser, alice,
    }) => {
      test.slow();
      await letterTo(server, alice.email, 'verify_email');
      await page.goto('/dev/mail');
      expect(await violations(page, [...WCAG, 'best-practice'])).toEqual([]);
      await page.goto('/dev/mail/preview');
      expect(await violations(page, [...WCAG, 'best-practice'])).toEqual([]);
      const templates = await page.getByRole('main').getByRole('listitem').getByRole('link').all();
      const subjects = await Promise.all(templates.map((link) => link.textContent()));
      expect(subjects.length).toBeGreaterThan(10);
      // Not at its own address, where no script runs, not even axe. A letter is part of a mail program's page, and needs no landmarks of its own.
      const program = await (await browser.newContext({ colorScheme })).newPage();
      for (const [at, subject] of subjects.entries()) {
        await page.goto('/dev/mail/preview');
        await templates[at]!.click();
        await expect(page.getByRole('heading', { level: 1 })).toHaveText(subject!);
        expect(await violations(page, [...WCAG, 'best-practice'])).toEqual([]);
        const html = await request.get((await page.getByRole('link', { name: 'As a mail program shows it' }).getAttribute('href'))!);
        expect(html.status()).toBe(200);
        await program.setContent(await html.text());
        await expect(program.getByText('Latchkey').first()).toBeVisible();
        expect(await violations(program, WCAG), subject!).toEqual([]);
      }
      await program.context().close();
    });
  });
}

test('no letter is wider than the narrowest phone', async ({ page, request, server, browser, alice }) => {
  test.slow();
  const { id } = await letterTo(server, alice.email, 'verify_email');
  const viewport = { width: 320, height: 780 };
  await page.setViewportSize(viewport);
  const program = await (await browser.newContext({ viewport })).newPage();
  await page.goto('/dev/mail/preview');
  const templates = await page.getByRole('main').getByRole('listitem').getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href')!));
  expect(templates.length).toBeGreaterThan(10);
  const beyond = (shown: Page) => shown.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  for (const path of ['/dev/mail', '/dev/mail/preview', `/dev/mail/${id}`, ...templates]) {
    await page.goto(path);
    expect(await beyond(page), path).toBeLessThanOrEqual(0);
  }
  for (const path of templates) {
    await program.setContent(await (await request.get(`${path}/html`)).text());
    expect(await beyond(program), `${path} in a mail program`).toBeLessThanOrEqual(0);
  }
  await program.context().close();
});
