// Signing in by a letter.

import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { letterTo, lettersTo, linkIn } from '../fixtures/letters';

const PATH = '/sign-in-link';
const MINUTE = 60;

test.use({ settings: { LATCHKEY_SIGN_IN_LINKS: 'true' } });

/** Asks for a letter, on the page that is open. */
async function ask(page: Page, email: string): Promise<void> {
  await page.getByLabel('Email', { exact: true }).fill(email);
  await page.getByRole('button', { name: 'Send the letter' }).click();
  await expect(page.getByRole('heading', { name: 'Look into your mail' })).toBeVisible();
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled });
    test.beforeEach(({ browserConsole }) => {
      if (!javaScriptEnabled) {
        browserConsole.toleratesIdleWasm();
      }
    });

    test('the link signs in by a button, and its token is gone from the address', async ({ page, server, home, signInPage, alice }) => {
      await signInPage.visit();
      await page.getByRole('link', { name: 'Sign in by email' }).click();
      await ask(page, alice.email);
      const letter = await letterTo(server, alice.email, 'sign_in');
      await page.goto(linkIn(letter, PATH));
      await expect(page).toHaveURL(PATH);
      await expect(page.getByText(alice.username)).toBeVisible();
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await expect(home.greeting(alice)).toBeVisible();
    });

    test('the code signs in where it was asked for', async ({ page, server, home, alice, browserConsole }) => {
      browserConsole.expectsStatus(422);
      await page.goto(PATH);
      await ask(page, alice.email);
      const letter = await letterTo(server, alice.email, 'sign_in');
      await expect(page.getByLabel('Keep me signed in')).toBeChecked();
      await page.getByLabel('Keep me signed in').uncheck();
      await page.getByLabel('Code from the letter').fill('1');
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await expect(page.getByLabel('Code from the letter')).toHaveAccessibleDescription('This code is not the one from the newest letter, or is too old.');
      await expect(page.getByLabel('Code from the letter')).toBeFocused();
      await expect(page.getByLabel('Keep me signed in')).not.toBeChecked();
      await page.getByLabel('Code from the letter').fill(letter.code!);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await expect(home.greeting(alice)).toBeVisible();
    });
  });
}

test('opening a link changes nothing, and using it twice is refused', async ({ page, server, home, otherBrowser, alice }) => {
  await page.goto(PATH);
  await ask(page, alice.email);
  const link = linkIn(await letterTo(server, alice.email, 'sign_in'), PATH);
  const elsewhere = await otherBrowser.newPage();
  for (let times = 0; times < 3; times += 1) {
    await elsewhere.goto(link);
    await expect(elsewhere.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible();
  }
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(home.greeting(alice)).toBeVisible();

  await elsewhere.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(elsewhere.getByRole('alert')).toContainText('This link can\'t be used any more');
  await expect(elsewhere.getByRole('button', { name: 'Send the letter' }), 'another can be asked for').toBeVisible();
});

test('a link that is too old says so', async ({ page, server, alice }) => {
  await page.goto(PATH);
  await ask(page, alice.email);
  const link = linkIn(await letterTo(server, alice.email, 'sign_in'), PATH);
  await server.advance(10 * MINUTE);
  await page.goto(link);
  await expect(page.getByRole('alert')).toContainText('This link can\'t be used any more');
});

test('who has no account is answered the same, and gets no letter', async ({ page, server, newcomer, alice }) => {
  await page.goto(PATH);
  await ask(page, newcomer.email);
  await page.goto(PATH);
  await ask(page, alice.email);
  await letterTo(server, alice.email, 'sign_in');
  expect(await lettersTo(server, newcomer.email, 'sign_in')).toHaveLength(0);
});

test('a link for another account signs in as that one', async ({ page, server, home, signInPage, alice, bob }) => {
  await page.goto(PATH);
  await ask(page, bob.email);
  const link = linkIn(await letterTo(server, bob.email, 'sign_in'), PATH);
  await signInPage.signIn(alice);
  await page.goto(link);
  await expect(page.getByText(`You are about to sign in as ${bob.username}.`)).toBeVisible();
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(home.greeting(bob)).toBeVisible();
});

test.describe('where the setting is off', () => {
  test.use({ settings: {} });

  test('there is no such page, and no way to it', async ({ page, signInPage, browserConsole }) => {
    browserConsole.expectsStatus(404);
    await signInPage.open();
    await expect(page.getByRole('link', { name: 'Sign in by email' })).toHaveCount(0);
    const answer = await page.goto(PATH);
    expect(answer!.status()).toBe(404);
  });
});
