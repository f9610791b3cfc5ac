// A forgotten password, from the sign-in through the mail to the sign-in.

import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { hydrated } from '../fixtures/hydration';
import { letterTo, lettersTo, linkIn } from '../fixtures/letters';
import { type Person, somebody } from '../fixtures/person';
import type { Server } from '../fixtures/server';
import { ForgotPasswordPage } from '../pages/forgot-password';
import { ResetPasswordPage } from '../pages/reset-password';

const PATH = '/reset-password';
const MINUTE = 60;
const NEW = 'eight loud hatters hum';

/** Asks for a letter on a page of its own, and gives the link in it. */
async function linkFor(page: Page, server: Server, person: Person): Promise<string> {
  const forgot = new ForgotPasswordPage(page);
  await forgot.visit();
  await forgot.ask(person.email);
  await expect(forgot.asked).toBeVisible();
  return linkIn(await letterTo(server, person.email, 'reset_password'), PATH);
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled });
    test.beforeEach(({ browserConsole }) => {
      if (!javaScriptEnabled) {
        browserConsole.toleratesIdleWasm();
      }
    });

    test('the whole way of a forgotten password', async ({
      page, server, home, signInPage, forgotPasswordPage, resetPasswordPage, alice, browserConsole,
    }) => {
      browserConsole.expectsStatus(422);
      await signInPage.visit();
      await page.getByRole('link', { name: 'Forgot your password?' }).click();
      await expect(forgotPasswordPage.heading).toBeVisible();
      await forgotPasswordPage.ask('nowhere');
      await expect(forgotPasswordPage.email).toHaveValue('nowhere');
      await expect(forgotPasswordPage.email).toHaveAttribute('aria-invalid', 'true');
      await forgotPasswordPage.ask(alice.email);
      await expect(forgotPasswordPage.asked).toBeVisible();

      await page.goto(linkIn(await letterTo(server, alice.email, 'reset_password'), PATH));
      await expect(page, 'the token has left the address').toHaveURL(PATH);
      await expect(page.getByText(alice.username)).toBeVisible();
      await resetPasswordPage.fill('short');
      await expect(resetPasswordPage.password).toHaveAttribute('aria-invalid', 'true');
      await resetPasswordPage.fill(NEW);
      await expect(page.getByRole('status').filter({ hasText: 'Your password was changed. Sign in with the new one.' })).toBeVisible();
      await signInPage.fill({ ...alice, password: NEW });
      await expect(home.greeting(alice)).toBeVisible();
      await letterTo(server, alice.email, 'password_changed');
    });

    test('back and forward after a reset show no form and sign nobody in', async ({
      page, server, header, signInPage, forgotPasswordPage, resetPasswordPage, alice,
    }) => {
      await page.goto(await linkFor(page, server, alice));
      await resetPasswordPage.fill(NEW);
      await expect(page).toHaveURL('/login?reason=reset');
      await page.goBack();
      await expect(resetPasswordPage.isVoid).toBeVisible();
      await expect(resetPasswordPage.password).toHaveCount(0);
      await expect(page.getByText(alice.username)).toHaveCount(0);
      await page.goBack();
      await expect(forgotPasswordPage.asked).toBeVisible();
      await expect(page.getByText(alice.username)).toHaveCount(0);
      await page.goForward();
      await expect(resetPasswordPage.isVoid).toBeVisible();
      await page.goForward();
      await expect(signInPage.heading).toBeVisible();
      await expect(header.signIn).toBeVisible();
    });
  });
}

test('the new password is judged while it is typed, before the page has come to life too', async ({ page, server, resetPasswordPage, alice }) => {
  await page.goto(await linkFor(page, server, alice), { waitUntil: 'domcontentloaded' });
  await resetPasswordPage.password.fill(alice.username);
  await hydrated(page);
  await expect(resetPasswordPage.advice).not.toHaveText(/At least/);
  await resetPasswordPage.password.fill('quiet harbour lantern 1843');
  await expect(page.locator('.strength')).toHaveAttribute('data-bars', /[34]/);
});

test('an address that nobody has is answered the same, and gets no letter', async ({ page, server, forgotPasswordPage, alice }) => {
  const nobody = somebody('nobody');
  await forgotPasswordPage.visit();
  await forgotPasswordPage.ask(nobody.email);
  await expect(forgotPasswordPage.asked).toBeVisible();
  const address = page.url();
  await linkFor(page, server, alice);
  expect(page.url()).toBe(address);
  expect(await lettersTo(server, nobody.email, 'reset_password')).toHaveLength(0);
});

test('the token of a link stands in no address, referrer or page', async ({ page, context, server, header, resetPasswordPage, alice }) => {
  const link = await linkFor(page, server, alice);
  const token = new URL(link).searchParams.get('token')!;
  const told: string[] = [];
  context.on('request', (request) => {
    const referrer = request.headers().referer ?? '';
    if (request.url() !== link) {
      told.push(request.url(), referrer);
    }
  });
  await page.goto(link);
  await hydrated(page);
  await expect(resetPasswordPage.password).toBeVisible();
  expect(await page.content()).not.toContain(token);
  await header.signIn.click();
  await expect(page).toHaveURL('/login');
  expect(told.length).toBeGreaterThan(0);
  expect(told.filter((text) => text.includes(token))).toEqual([]);
});

test('a link works once, in whichever browser', async ({ page, server, otherBrowser, signInPage, resetPasswordPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(422);
  const link = await linkFor(page, server, alice);
  await page.goto(link);
  const elsewhere = await otherBrowser.newPage();
  await elsewhere.goto(link);
  await new ResetPasswordPage(elsewhere).fill(NEW);
  await expect(elsewhere).toHaveURL('/login?reason=reset');

  await resetPasswordPage.fill('another quiet harbour lantern');
  await expect(resetPasswordPage.isVoid).toBeVisible();
  await page.goto(link);
  await expect(resetPasswordPage.isVoid).toBeVisible();
  await expect(resetPasswordPage.password).toHaveCount(0);
  await signInPage.open();
  await signInPage.fill({ ...alice, password: NEW });
  await expect(page).toHaveURL('/');
});

test('a link that is too old says so, and another can be asked for', async ({ page, server, forgotPasswordPage, resetPasswordPage, alice }) => {
  const link = await linkFor(page, server, alice);
  await server.advance(30 * MINUTE);
  await page.goto(link);
  await expect(resetPasswordPage.isVoid).toBeVisible();
  await resetPasswordPage.askAgain.click();
  await forgotPasswordPage.ask(alice.email);
  await expect(forgotPasswordPage.asked).toBeVisible();
  const [newest] = await lettersTo(server, alice.email, 'reset_password');
  await page.goto(linkIn(newest!, PATH));
  await expect(resetPasswordPage.password).toBeVisible();
});

test('a link for another account leaves the one that is signed in alone', async ({ page, server, home, signInPage, resetPasswordPage, alice, bob }) => {
  const link = await linkFor(page, server, bob);
  await signInPage.signIn(alice);
  await page.goto(link);
  await expect(page.getByText(bob.username)).toBeVisible();
  await resetPasswordPage.fill(NEW);
  await expect(page.getByText('The password was changed, and everybody is signed out of that account.')).toBeVisible();
  await home.open();
  await expect(home.greeting(alice)).toBeVisible();
});

test('a reset signs out whoever is signed in to the account, in this browser too', async ({ page, server, header, signInPage, resetPasswordPage, alice }) => {
  await signInPage.signIn(alice);
  await page.goto(await linkFor(page, server, alice));
  await resetPasswordPage.fill(NEW);
  await expect(signInPage.heading).toBeVisible();
  await expect(header.signOut).toBeHidden();
});

test('back to the page from elsewhere in the site asks the server what is so', async ({ page, server, header, resetPasswordPage, alice }) => {
  await page.goto(await linkFor(page, server, alice));
  await hydrated(page);
  await header.signIn.click();
  await expect(page).toHaveURL('/login');
  await page.evaluate(() => history.back());
  await expect(resetPasswordPage.password).toBeVisible();
});

test('a second press on the button sends the form no second time', async ({ page, server, resetPasswordPage, alice }) => {
  await page.goto(await linkFor(page, server, alice));
  await hydrated(page);
  // What became of each press is looked at when all others have, and then goes nowhere.
  const presses = await page.evaluateHandle(() => {
    const prevented: boolean[] = [];
    addEventListener('submit', (event) => {
      prevented.push(event.defaultPrevented);
      event.preventDefault();
    });
    return prevented;
  });
  await resetPasswordPage.fill(NEW);
  await page.getByRole('button', { name: 'One moment…' }).dispatchEvent('click');
  expect(await presses.jsonValue()).toEqual([false, true]);
});
