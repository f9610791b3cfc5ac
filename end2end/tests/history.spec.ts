// The next person at the machine presses Back. The browser's cache of whole pages is on here; Playwright turns it off elsewhere.

import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { letterTo, linkIn } from '../fixtures/letters';
import type { Person } from '../fixtures/person';
import { sessionCookies } from '../fixtures/thief';
import type { ProfilePage } from '../pages/profile';
import { SiteHeader } from '../pages/site-header';

test.use({ launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] }) });

/** Not a page of the app, so that nothing of the app runs while it is open. */
const OUTSIDE = '/health/live';

/** Loads the profile and waits until it has asked for what it needs: a page that still waits for an answer is not kept in the cache. */
async function settledProfile(page: Page, profilePage: ProfilePage, person: Person): Promise<void> {
  const answered = page.waitForResponse('**/fn/profile');
  await profilePage.open();
  await (await answered).finished();
  await expect(profilePage.fact('Email')).toHaveText(person.email);
}

/** Goes one page back. A page that comes from the cache is not loaded, so there is no load to wait for. */
async function back(page: Page): Promise<void> {
  await page.evaluate(() => history.back());
}

test('after signing out, Back shows nothing personal', async ({ page, context, home, header, signInPage, profilePage, alice }) => {
  await signInPage.signIn(alice);
  await page.goto('/profile');
  await expect(profilePage.fact('Email')).toHaveText(alice.email);
  await page.goto('/');
  await home.settled();
  await header.signOut.click();
  await expect(header.signIn).toBeVisible();
  for (let step = 0; step < 2; step += 1) {
    await back(page);
    await expect(header.signIn).toBeVisible();
    await expect(page.getByText(alice.email)).toHaveCount(0);
    await expect(page.getByText(alice.username)).toHaveCount(0);
  }
  expect(await sessionCookies(context)).toEqual([]);
});

test('after signing out with another page on top, a page that is restored shows nothing personal', async ({
  page, context, signInPage, profilePage, alice, browserConsole,
}) => {
  // The cache drops a page that was told of the sign-out; one that was kept all the same asks, and is refused.
  browserConsole.toleratesStatus(401);
  await signInPage.signIn(alice);
  await settledProfile(page, profilePage, alice);
  await page.goto(OUTSIDE);
  const elsewhere = await context.newPage();
  await elsewhere.goto('/');
  const header = new SiteHeader(elsewhere);
  await header.signOut.click();
  await expect(header.signIn).toBeVisible();
  await back(page);
  await expect(signInPage.heading).toBeVisible();
  await expect(page.getByText(alice.email)).toHaveCount(0);
});

test('a page that the browser has restored asks for a token anew, and says so', async ({ page, home, signInPage, alice, browserConsole }) => {
  browserConsole.expectsLostNetwork();
  await signInPage.signIn(alice);
  // A page whose calls were answered is not kept in the cache, since the answers must not be stored.
  await page.route('**/fn/*', (route) => route.abort());
  await home.open();
  await expect(home.trouble).toBeVisible();
  await page.goto(OUTSIDE);
  await page.unroute('**/fn/*');
  await back(page);
  await expect(home.happened(/restored by the browser/)).toBeVisible();
  await expect(home.timeLeft).toBeVisible();
  await expect(home.greeting(alice)).toBeVisible();
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

test('after a reset, Back offers the used link no more and shows nothing personal', async ({
  page, server, header, signInPage, forgotPasswordPage, resetPasswordPage, alice,
}) => {
  await forgotPasswordPage.visit();
  await forgotPasswordPage.ask(alice.email);
  await expect(forgotPasswordPage.asked).toBeVisible();
  await page.goto(linkIn(await letterTo(server, alice.email, 'reset_password'), '/reset-password'));
  await expect(page.getByText(alice.username)).toBeVisible();
  await resetPasswordPage.fill('eight loud hatters hum at dusk');
  await expect(page).toHaveURL('/login?reason=reset');
  await expect(signInPage.heading).toBeVisible();

  await back(page);
  await expect(page).toHaveURL('/reset-password');
  await expect(resetPasswordPage.isVoid).toBeVisible();
  await expect(resetPasswordPage.password).toHaveCount(0);
  await expect(page.getByText(alice.username)).toHaveCount(0);
  await page.evaluate(() => history.forward());
  await expect(signInPage.heading).toBeVisible();
  await expect(header.signIn).toBeVisible();
});
