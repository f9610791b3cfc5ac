// The password asked for again, where it was given more than ten minutes ago: one dialog for all that wants it, after which goes on what was begun.

import { expect, test } from '../fixtures';
import { letterTo, linkIn } from '../fixtures/letters';
import { requestsTo } from '../fixtures/network';
import { SettingsPage } from '../pages/settings';

const ELEVEN_MINUTES = 660;

test('what was begun goes on once the password was given, and nothing typed is lost', async ({
  page, server, settingsPage, signInPage, alice, newcomer, browserConsole,
}) => {
  browserConsole.expectsStatus(401, 422);
  await signInPage.signIn(alice);
  await settingsPage.open('profile');
  await server.advance(ELEVEN_MINUTES);
  const sent = requestsTo(page, '/fn/change_username');
  await settingsPage.username.fill(newcomer.username);
  await settingsPage.button('Change the username').click();
  await expect(settingsPage.proof).toBeVisible();
  await expect(settingsPage.proofPassword).toBeFocused();

  await settingsPage.goOn.click();
  await expect(settingsPage.proofPassword).toHaveAccessibleDescription('Enter your password');
  await settingsPage.prove('not this one, surely');
  await expect(settingsPage.proofPassword).toHaveAccessibleDescription('This is not your password');
  await expect(settingsPage.proofPassword).toBeFocused();

  await settingsPage.prove(alice.password);
  await expect(settingsPage.proof).toHaveCount(0);
  await expect(settingsPage.said(`You are ${newcomer.username} from now on.`)).toBeVisible();
  await expect(settingsPage.username).toHaveValue(newcomer.username);
  // The one that was refused, perhaps once more with a new token, and the one that went on.
  expect(sent.length).toBeGreaterThanOrEqual(2);

  // For the next ten minutes nobody asks again.
  await settingsPage.username.fill(alice.username);
  await settingsPage.button('Change the username').click();
  await expect(settingsPage.said(`You are ${alice.username} from now on.`)).toBeVisible();
});

for (const way of ['Escape', 'Cancel'] as const) {
  test(`it can be called off by ${way}, and no error is said`, async ({ page, server, settingsPage, signInPage, alice, newcomer, browserConsole }) => {
    browserConsole.expectsStatus(401);
    await signInPage.signIn(alice);
    await settingsPage.open('profile');
    await server.advance(ELEVEN_MINUTES);
    await settingsPage.username.fill(newcomer.username);
    const button = settingsPage.button('Change the username');
    await button.focus();
    await page.keyboard.press('Enter');
    await expect(settingsPage.proof).toBeVisible();
    if (way === 'Escape') {
      await page.keyboard.press('Escape');
    } else {
      await settingsPage.cancel.click();
    }
    await expect(settingsPage.proof).toHaveCount(0);
    await expect(button, 'the focus comes back').toBeFocused();
    await expect(settingsPage.alert).toHaveCount(0);
    await expect(settingsPage.username, 'nothing typed is lost').toHaveValue(newcomer.username);
    // It is asked for again the next time.
    await button.click();
    await settingsPage.prove(alice.password);
    await expect(settingsPage.said(`You are ${newcomer.username} from now on.`)).toBeVisible();
  });
}

test('a proof that does not help is said, and is not taken for one that was called off', async ({
  page, settingsPage, signInPage, alice, newcomer, browserConsole,
}) => {
  browserConsole.expectsStatus(401);
  await signInPage.signIn(alice);
  await settingsPage.open('profile');
  await page.route('**/fn/change_username', (route) => route.fulfill({ status: 401, contentType: 'application/json', body: '"proof_too_old"' }));
  await settingsPage.username.fill(newcomer.username);
  await settingsPage.button('Change the username').click();
  await settingsPage.prove(alice.password);
  await expect(settingsPage.proof).toHaveCount(0);
  await expect(settingsPage.alert).toContainText('Something went wrong on our side.');
  await expect(settingsPage.username, 'nothing typed is lost').toHaveValue(newcomer.username);
});

test('the keyboard stays in the dialog', async ({ page, server, settingsPage, signInPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(401);
  await signInPage.signIn(alice);
  await settingsPage.open('export');
  await server.advance(ELEVEN_MINUTES);
  await settingsPage.button('Download my data').click();
  await expect(settingsPage.proofPassword).toBeFocused();
  for (let stop = 0; stop < 8; stop += 1) {
    await page.keyboard.press('Tab');
    const outside = await page.evaluate(() => {
      const focused = document.activeElement;
      return focused !== document.body && focused?.closest('dialog') === null;
    });
    expect(outside, `after ${stop + 1} stops`).toBe(false);
  }
});

test('a second tab goes on with its own token while the first proves who it is', async ({
  context, server, settingsPage, signInPage, alice, newcomer, browserConsole,
}) => {
  browserConsole.expectsStatus(401);
  await signInPage.signIn(alice);
  await settingsPage.open('profile');
  const other = new SettingsPage(await context.newPage());
  await other.open('devices');
  await expect(other.rows.first()).toContainText('This device');
  await server.advance(ELEVEN_MINUTES);
  await settingsPage.username.fill(newcomer.username);
  await settingsPage.button('Change the username').click();
  await settingsPage.prove(alice.password);
  await expect(settingsPage.said(`You are ${newcomer.username} from now on.`)).toBeVisible();
  await other.ways.getByRole('link', { name: 'Activity' }).click();
  await expect(other.rows.first()).toContainText('The username was changed');
});

test.describe('where a link that signed in has taken the password away', () => {
  test.use({ settings: { LATCHKEY_SIGN_IN_LINKS: 'true' } });

  test('nobody is asked for one, and all who ask are led to a letter by which one is chosen', async ({
    page, server, home, settingsPage, forgotPasswordPage, alice, newcomer, browserConsole,
  }) => {
    browserConsole.expectsStatus(401);
    await page.goto('/sign-in-link');
    await page.getByLabel('Email', { exact: true }).fill(alice.email);
    await page.getByRole('button', { name: 'Send the letter' }).click();
    await expect(page.getByRole('heading', { name: 'Look into your mail' })).toBeVisible();
    await page.goto(linkIn(await letterTo(server, alice.email, 'sign_in'), '/sign-in-link'));
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(home.greeting(alice)).toBeVisible();

    await settingsPage.open();
    await expect(settingsPage.main.getByText('There is none now: choose one by a letter')).toBeVisible();
    await settingsPage.open('password');
    await expect(settingsPage.noPassword).toBeVisible();
    await expect(settingsPage.currentPassword).toHaveCount(0);

    await settingsPage.open('profile');
    await server.advance(ELEVEN_MINUTES);
    await settingsPage.username.fill(newcomer.username);
    await settingsPage.button('Change the username').click();
    await expect(settingsPage.proof).toBeVisible();
    await expect(settingsPage.noPassword).toBeVisible();
    await expect(settingsPage.proofPassword).toHaveCount(0);
    await settingsPage.cancel.click();
    await expect(settingsPage.proof).toHaveCount(0);
    await expect(settingsPage.alert).toHaveCount(0);
    await settingsPage.button('Change the username').click();
    await settingsPage.proof.getByRole('link', { name: 'Have a letter sent' }).click();
    await expect(forgotPasswordPage.heading).toBeVisible();
    await expect(page.getByText('Remembered it?'), 'who is signed in').toHaveCount(0);
  });
});
