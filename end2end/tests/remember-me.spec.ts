// Whether the browser keeps the session when it is closed, and what is told after signing in.

import { expect, test } from '../fixtures';
import { sessionCookies } from '../fixtures/thief';

const HOUR = 60 * 60;

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled });
    test.beforeEach(({ browserConsole }) => {
      if (!javaScriptEnabled) {
        browserConsole.toleratesIdleWasm();
      }
    });

    test('the cookie stays with the browser unless one says otherwise', async ({ page, context, home, signInPage, alice }) => {
      await (javaScriptEnabled ? signInPage.open() : signInPage.visit());
      await expect(page.getByLabel('Keep me signed in')).toBeChecked();
      await signInPage.fill(alice);
      await expect(home.greeting(alice)).toBeVisible();
      expect((await sessionCookies(context))[0]!.expires).toBeGreaterThan(0);
    });

    test('it goes with the browser when one does', async ({ page, context, home, signInPage, alice }) => {
      await (javaScriptEnabled ? signInPage.open() : signInPage.visit());
      await page.getByLabel('Keep me signed in').uncheck();
      await signInPage.fill(alice);
      await expect(home.greeting(alice)).toBeVisible();
      expect((await sessionCookies(context))[0]!.expires, 'a cookie of the browser\'s session').toBe(-1);
    });

    test('the choice is kept through a wrong password', async ({ page, signInPage, alice, browserConsole }) => {
      browserConsole.expectsStatus(javaScriptEnabled ? 401 : 422);
      await (javaScriptEnabled ? signInPage.open() : signInPage.visit());
      await page.getByLabel('Keep me signed in').uncheck();
      await signInPage.fill({ ...alice, password: 'not this one, surely' });
      await expect(signInPage.alert).toBeVisible();
      await expect(page.getByLabel('Keep me signed in')).not.toBeChecked();
    });
  });
}

test('a session that is not kept stays so through refreshes, and ends after twelve hours', async ({
  page, context, server, home, signInPage, alice, browserConsole,
}) => {
  await signInPage.open();
  await page.getByLabel('Keep me signed in').uncheck();
  await signInPage.fill(alice);
  await expect(home.greeting(alice)).toBeVisible();
  await home.settled();
  await server.advance(11 * HOUR);
  await home.refreshNow.click();
  await expect(home.happened(/rotated to generation/)).toBeVisible();
  expect((await sessionCookies(context))[0]!.expires).toBe(-1);

  browserConsole.expectsStatus(401);
  await server.advance(HOUR);
  await home.refreshNow.click();
  await expect(signInPage.ended).toBeVisible();
});

test('the sign-in before and the wrong passwords since are told once', async ({ page, server, home, signInPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(401);
  const told = page.getByText(/^Last signed in on /);
  await signInPage.open();
  await signInPage.fill({ ...alice, password: 'not this one, surely' });
  await expect(signInPage.alert).toBeVisible();
  await signInPage.fill(alice);
  await expect(home.greeting(alice)).toBeVisible();
  await expect(told).toHaveText(/UTC\. 1 wrong password since\.$/);
  await home.settled();
  await expect(told, 'a refresh does not take it away').toBeVisible();
  await server.advance(5 * 60);
  await page.reload();
  await expect(home.greeting(alice)).toBeVisible();
  await expect(told).toBeHidden();
});
