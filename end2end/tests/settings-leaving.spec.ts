// Taking one's data along, and leaving for good.

import { readFile } from 'node:fs/promises';
import { expect, test } from '../fixtures';
import { hydrated } from '../fixtures/hydration';
import { letterTo } from '../fixtures/letters';
import { somebody } from '../fixtures/person';
import { SignInPage } from '../pages/sign-in';

/** How long there is by default. */
const TERM = 'It goes on as before for 14 days, in which you can take this back.';

test('all that is held is downloaded as one file, without a secret', async ({ page, settingsPage, signInPage, alice }) => {
  await signInPage.signIn(alice);
  await settingsPage.open('export');
  const [download] = await Promise.all([page.waitForEvent('download'), settingsPage.button('Download my data').click()]);
  expect(download.suggestedFilename()).toBe('latchkey-export.json');
  const text = await readFile((await download.path())!, 'utf8');
  const held = JSON.parse(text) as { format: string; user: { username: string; email: string } };
  expect(held.format).toBe('latchkey-export-1');
  expect(held.user).toMatchObject({ username: alice.username, email: alice.email });
  expect(text).not.toMatch(/eyJ|argon2/);
  await expect(settingsPage.said('Your data is in the file latchkey-export.json')).toBeVisible();
});

test('an account is asked to be deleted, is kept for a while, and can be kept for good', async ({ page, server, header, settingsPage, signInPage, alice }) => {
  await signInPage.signIn(alice);
  await settingsPage.open('delete');
  await expect(settingsPage.main.getByRole('heading', { name: 'What is lost' })).toBeVisible();
  await expect(settingsPage.main.getByText(TERM)).toBeVisible();
  await settingsPage.button('Delete my account').click();
  await expect(settingsPage.question).toContainText(TERM);
  await settingsPage.answer('Keep it');
  await expect(settingsPage.main.getByRole('heading', { name: 'What is lost' })).toBeVisible();
  await settingsPage.button('Delete my account').click();
  await settingsPage.answer('Delete my account');
  await expect(settingsPage.main.getByRole('heading', { name: /^Your account will be deleted on \d+ \w+ \d{4}$/ })).toBeVisible();
  await letterTo(server, alice.email, 'deletion_planned');

  await header.profile.click();
  await expect(settingsPage.deletionBanner).toBeVisible();
  await page.reload();
  await expect(settingsPage.deletionBanner).toBeVisible();
  await settingsPage.deletionBanner.getByRole('button', { name: 'Keep my account' }).click();
  await expect(settingsPage.deletionBanner).toHaveCount(0);
  await settingsPage.open('delete');
  await expect(settingsPage.button('Delete my account')).toBeVisible();
});

test('an account whose day has not come is not deleted', async ({ page, server, settingsPage, signInPage, alice }) => {
  await signInPage.signIn(alice);
  await settingsPage.open('delete');
  await settingsPage.button('Delete my account').click();
  await settingsPage.answer('Delete my account');
  await expect(settingsPage.button('Keep my account')).toBeVisible();
  expect(await server.run('clean')).toContain('Deleted: 0 accounts');
  await page.goto('/profile');
  await expect(settingsPage.deletionBanner).toBeVisible();
});

test.describe('where accounts are deleted at once', () => {
  test.use({ settings: { LATCHKEY_DELETION_DAYS: '0' } });

  test('an account whose day has come is gone: its name is that of nobody, and anybody\'s', async ({
    page, server, home, header, settingsPage, signInPage, registerPage, alice, otherBrowser, browserConsole,
  }) => {
    await signInPage.signIn(alice);
    await settingsPage.open('delete');
    await expect(settingsPage.main.getByText('It is deleted at once.')).toBeVisible();
    await settingsPage.button('Delete my account').click();
    await settingsPage.answer('Delete my account');
    await expect(settingsPage.said('Your account is being deleted.')).toBeVisible();
    await expect(settingsPage.button('Keep my account')).toHaveCount(0);
    // What the page asks for by itself is answered before there is no account any more.
    await hydrated(page);
    await page.waitForLoadState('networkidle');
    await Promise.all([page.waitForResponse('**/fn/profile'), header.profile.click()]);
    await expect(settingsPage.goingBanner).toBeVisible();
    await expect(settingsPage.goingBanner.getByRole('button')).toHaveCount(0);
    expect(await server.run('clean')).toContain('Deleted: 1 accounts');
    await letterTo(server, alice.email, 'deleted');

    // Who was signed in to it is not any more.
    await page.goto('/profile');
    await expect(signInPage.heading).toBeVisible();
    browserConsole.expectsStatus(401);
    await signInPage.open();
    await signInPage.fill(somebody('nobody'));
    await expect(signInPage.alert).toBeVisible();
    const ofNobody = await signInPage.alert.textContent();
    await signInPage.open();
    await signInPage.fill(alice);
    await expect(signInPage.alert).toHaveText(ofNobody!);

    await registerPage.open();
    await registerPage.fill(alice);
    await expect(home.greeting(alice)).toBeVisible();
    await expect(header.signOut).toBeVisible();
    await expect(settingsPage.deletionBanner).toHaveCount(0);
    await new SignInPage(await otherBrowser.newPage()).signIn(alice);
  });
});

test('leaving asks for the password where it was given long ago, and then goes on', async ({ server, settingsPage, signInPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(401);
  await signInPage.signIn(alice);
  await settingsPage.open('delete');
  await server.advance(660);
  await settingsPage.button('Delete my account').click();
  await settingsPage.answer('Delete my account');
  await settingsPage.prove(alice.password);
  await expect(settingsPage.button('Keep my account')).toBeVisible();
});
