// The next person at the machine presses Back. The browser's cache of whole pages is on here; Playwright turns it off elsewhere.

import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';

test.use({ launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] }) });

/** Goes one page back. A page that comes from the cache is not loaded, so there is no load to wait for. */
async function back(page: Page): Promise<void> {
  await page.evaluate(() => history.back());
}

test('after signing out, Back shows nothing personal', async ({ page, context, home, header, signInPage, profilePage, alice }) => {
  await signInPage.signIn(alice);
  await page.goto('/profile');
  await expect(profilePage.fact('Email')).toHaveText(alice.email);
  await page.goto('/');
  await expect(home.timeLeft).toBeVisible();
  await header.signOut.click();
  await expect(header.signIn).toBeVisible();
  for (let step = 0; step < 2; step += 1) {
    await back(page);
    await expect(header.signIn).toBeVisible();
    await expect(page.getByText(alice.email)).toHaveCount(0);
    await expect(page.getByText(alice.username)).toHaveCount(0);
  }
  expect(await context.cookies()).toEqual([]);
});

test('after signing out with another page on top, a page that is restored shows nothing personal', async ({
  page, context, signInPage, profilePage, alice, browserConsole,
}) => {
  browserConsole.expectsStatus(401);
  await signInPage.signIn(alice);
  await page.goto('/profile');
  await expect(profilePage.fact('Email')).toHaveText(alice.email);
  // Away to a page that is not of the app, so that nothing of the app runs when the session ends.
  await page.goto('/health/live');
  const elsewhere = await context.newPage();
  await elsewhere.goto('/');
  await elsewhere.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  await expect(elsewhere.getByRole('banner').getByRole('link', { name: 'Sign in' })).toBeVisible();
  await back(page);
  await expect(signInPage.heading).toBeVisible();
  await expect(page.getByText(alice.email)).toHaveCount(0);
});

test('a page that is restored while its user is signed in asks again, and goes on', async ({ page, signInPage, profilePage, home, header, alice }) => {
  await signInPage.signIn(alice);
  await page.goto('/profile');
  await expect(profilePage.fact('Email')).toHaveText(alice.email);
  await page.evaluate(() => {
    (window as unknown as { restored: boolean }).restored = false;
    addEventListener('pageshow', (event) => {
      (window as unknown as { restored: boolean }).restored = event.persisted;
    });
  });
  await page.goto('/health/live');
  await back(page);
  await expect(profilePage.fact('Email')).toHaveText(alice.email);
  expect(await page.evaluate(() => (window as unknown as { restored: boolean }).restored), 'it came from the cache').toBe(true);
  await header.session.click();
  await expect(home.happened(/restored/i)).toBeVisible();
  await expect(home.happened(/rotated to generation/).last()).toBeVisible();
});

test('Back and forward between the pages of the app need no page load', async ({ page, header, home, profilePage, signInPage, alice }) => {
  await signInPage.signIn(alice);
  await header.profile.click();
  await expect(profilePage.heading).toBeVisible();
  await back(page);
  await expect(home.greeting(alice)).toBeVisible();
  await page.evaluate(() => history.forward());
  await expect(profilePage.fact('Username')).toHaveText(alice.username);
});

test('after signing in, Back does not lead to the form', async ({ page, home, signInPage, alice }) => {
  await home.open();
  await signInPage.signIn(alice);
  await back(page);
  await expect(home.greeting(alice)).toBeVisible();
});
