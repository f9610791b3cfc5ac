// The API as a person finds it: the page on which it can be tried out, and those that say what a problem means.

import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';

async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test(`an operation can be read and tried out, ${colorScheme}`, async ({ page }) => {
      await page.goto('/api/docs');
      await expect(page.getByRole('heading', { name: 'Latchkey' })).toBeVisible();
      await page.getByRole('button', { name: 'Tell that the program runs' }).click();
      await page.getByRole('button', { name: 'Execute' }).click();
      await expect(page.locator('.live-responses-table').getByText('"live"')).toBeVisible();
      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await overflow(page), `${width} px`).toBeLessThanOrEqual(0);
      }
    });

    test(`axe finds nothing on the pages about problems, ${colorScheme}`, async ({ page }) => {
      for (const path of ['/problems', '/problems/invalid-request']) {
        await page.goto(path);
        const { violations } = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
          .analyze();
        expect(violations.map(({ id, nodes }) => `${path} ${id}: ${nodes.map(({ html }) => html).join('; ')}`)).toEqual([]);
        for (const width of [320, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          expect(await overflow(page), `${path} at ${width} px`).toBeLessThanOrEqual(0);
        }
      }
    });
  });
}

test('a token that is typed in goes along, and the cookie does by itself', async ({ page, alice, request, browserConsole }) => {
  browserConsole.expectsStatus(401);
  await page.goto('/api/docs');
  await page.getByRole('button', { name: 'Tell who the caller is' }).click();
  const [profile] = await Promise.all([
    page.waitForRequest('**/api/v1/user/profile'),
    page.getByRole('button', { name: 'Execute' }).click(),
  ]);
  expect(await profile.headerValue('authorization')).toBeNull();
  await expect(page.locator('.live-responses-table').getByText('/problems/not-authenticated')).toBeVisible();

  const signedIn = await request.post('/api/v1/auth/login', { data: { username: alice.username, password: alice.password } });
  await page.getByRole('button', { name: 'Authorize' }).first().click();
  const dialog = page.locator('.modal-ux');
  await dialog.locator('input').first().fill((await signedIn.json()).access_token);
  await dialog.getByRole('button', { name: 'Apply credentials' }).first().click();
  await dialog.getByRole('button', { name: 'Close' }).first().click();
  await page.getByRole('button', { name: 'Execute' }).click();
  await expect(page.locator('.live-responses-table').getByText(alice.email)).toBeVisible();
  // The page shows the token as part of the command that it suggests; nothing looks for tokens there any more.
  await page.goto('about:blank');
});

test('the type of a problem leads to a page that says what to do', async ({ page, request, header }) => {
  const problem = await (await request.get('/api/v1/user/profile')).json();
  await page.goto(problem.type);
  await expect(page.getByRole('heading', { level: 1, name: problem.title })).toBeVisible();
  await expect(page.getByRole('heading', { level: 2, name: 'What to do' })).toBeVisible();
  await page.getByRole('link', { name: 'All problems' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Problems' })).toBeVisible();
  await page.getByRole('link', { name: problem.title }).click();
  await expect(page).toHaveURL(problem.type);
  await header.signIn.click();
  await expect(page).toHaveURL('/login');
});

test('signing out works on a page about a problem, which has no script', async ({ page, header, signInPage, home, alice }) => {
  await signInPage.signIn(alice);
  await expect(home.greeting(alice)).toBeVisible();
  await page.goto('/problems/invalid-token');
  await header.signOut.click();
  await expect(header.signIn).toBeVisible();
  await expect(page).toHaveURL('/');
});
