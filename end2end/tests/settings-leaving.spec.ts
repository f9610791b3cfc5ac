// Taking one's data along, and leaving for good.

import { readFile } from 'node:fs/promises';
import { expect, test } from '../fixtures';
import { letterTo } from '../fixtures/letters';

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
  await settingsPage.button('Delete my account').click();
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
