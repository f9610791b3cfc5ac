// An answer that is an error signs nobody out, and does not look as if it had.

import { expect, test } from '../fixtures';
import { hydrated } from '../fixtures/hydration';
import { sessionCookies } from '../fixtures/thief';
import { ErrorPage } from '../pages/error';

test('an address that is no page still knows who looks, and leads back to them', async ({ page, header, home, signInPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(405);
  await signInPage.signIn(alice);
  const answer = await page.goto('/logout');
  expect(answer!.status()).toBe(405);
  await hydrated(page);
  const error = new ErrorPage(page, 'That is not possible here');
  await expect(error.heading).toBeVisible();
  await expect(header.signOut).toBeVisible();
  await expect(header.signIn).toHaveCount(0);
  await error.start.click();
  await expect(home.greeting(alice)).toBeVisible();
  await expect(home.timeLeft).toBeVisible();

  await page.goto('/logout');
  await hydrated(page);
  await header.brand.click();
  await expect(home.greeting(alice)).toBeVisible();
});

test('signing out from an error page works', async ({ page, context, header, signInPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(405);
  await signInPage.signIn(alice);
  await page.goto('/logout');
  await hydrated(page);
  await header.signOut.click();
  await expect(header.signIn).toBeVisible();
  await expect(page).toHaveURL('/');
  expect(await sessionCookies(context)).toEqual([]);
});

test.describe('an address that asks too often', () => {
  test.use({ settings: { LATCHKEY_REQUEST_RATE_BURST: '20', LATCHKEY_REQUEST_RATE_PER_SECOND: '1' } });

  test('is told to wait, and that it is not signed out', async ({ page, server, header, home, signInPage, alice, browserConsole }) => {
    browserConsole.expectsStatus(429);
    await signInPage.signIn(alice);
    const askTooOften = async () => {
      await Promise.all(Array.from({ length: 30 }, () => fetch(`${server.url}/login`).then((answer) => answer.text())));
      const answer = await page.goto('/profile');
      await hydrated(page);
      return answer!.status();
    };
    await expect.poll(askTooOften).toBe(429);
    const error = new ErrorPage(page, 'Too many requests');
    await expect(error.heading).toBeVisible();
    await expect(error.comfort).toBeVisible();
    await expect(header.signOut).toBeVisible();
    await expect(header.signIn).toHaveCount(0);
    await expect(async () => {
      // It may have been asked for too soon, and be the same page again.
      if (await error.start.isVisible()) {
        await error.start.click();
      }
      await expect(home.greeting(alice)).toBeVisible({ timeout: 2_000 });
    }).toPass();
  });
});
