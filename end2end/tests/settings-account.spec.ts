// The name, the address and the password, changed from start to finish.

import { expect, test } from '../fixtures';
import { letterTo, lettersTo, linkIn } from '../fixtures/letters';
import { cookieIn } from '../fixtures/thief';
import { HomePage } from '../pages/home';
import { SignInPage } from '../pages/sign-in';

const NEW_PASSWORD = 'eight loud hatters hum at dusk';

test('the settings are found from every page, and lead from one to the other', async ({ page, header, settingsPage, signInPage, alice }) => {
  await signInPage.signIn(alice);
  await header.settings.click();
  await expect(page).toHaveURL('/settings');
  await expect(settingsPage.heading).toHaveText('Settings');
  await expect(settingsPage.main.getByRole('link', { name: 'Profile' }), 'where the line at the top has no room for it').toHaveAttribute('href', '/profile');
  for (const name of ['Username', 'Email', 'Password', 'Devices', 'Activity', 'Your data', 'Delete account']) {
    await settingsPage.ways.getByRole('link', { name }).click();
    await expect(settingsPage.heading).toHaveText(name);
    await expect(settingsPage.heading, 'who can\'t see it is told of the new page').toBeFocused();
    await expect(settingsPage.ways.getByRole('link', { name })).toHaveAttribute('aria-current', 'page');
    await expect(page).toHaveTitle(`${name} · Latchkey`);
  }
  await page.goBack();
  await expect(settingsPage.heading).toHaveText('Your data');
});

test('a stranger is led from the settings to the sign-in, and back', async ({ page, settingsPage, signInPage, alice }) => {
  await page.goto('/settings/devices');
  await expect(signInPage.heading).toBeVisible();
  await expect(signInPage.showPassword).toBeEnabled();
  await signInPage.fill(alice);
  await expect(page).toHaveURL('/settings/devices');
  await expect(settingsPage.heading).toHaveText('Devices');
});

test('the name is changed, unless somebody has it', async ({ settingsPage, signInPage, profilePage, alice, bob, newcomer, browserConsole }) => {
  browserConsole.expectsStatus(422);
  await signInPage.signIn(alice);
  await settingsPage.open('profile');
  await expect(settingsPage.username).toHaveValue(alice.username);
  await settingsPage.username.fill('a');
  await settingsPage.button('Change the username').click();
  await expect(settingsPage.username).toHaveAccessibleDescription(/Use 3 to 32 characters/);
  await expect(settingsPage.username).toBeFocused();
  await settingsPage.username.fill(bob.username.toUpperCase());
  await settingsPage.button('Change the username').click();
  await expect(settingsPage.username).toHaveAccessibleDescription('This username is taken');
  await settingsPage.username.fill(newcomer.username);
  await settingsPage.button('Change the username').click();
  await expect(settingsPage.said(`You are ${newcomer.username} from now on.`)).toBeVisible();
  await profilePage.open();
  await expect(profilePage.fact('Username')).toHaveText(newcomer.username);
});

test('another address counts once the button behind its letter is pressed, and the former one can take it back', async ({
  page, server, settingsPage, signInPage, alice, newcomer, otherBrowser,
}) => {
  await signInPage.signIn(alice);
  await settingsPage.open('email');
  await expect(settingsPage.main.getByText('not confirmed')).toBeVisible();
  await settingsPage.newEmail.fill('nobody');
  await settingsPage.button('Change the address').click();
  await expect(settingsPage.newEmail).toHaveAccessibleDescription(/Enter an address with an @/);
  await settingsPage.newEmail.fill(newcomer.email);
  await settingsPage.button('Change the address').click();
  await expect(settingsPage.said(`A letter is on its way to ${newcomer.email}.`)).toBeVisible();
  await expect(settingsPage.newEmail).toHaveValue('');
  await settingsPage.open('email');
  await expect(settingsPage.main.getByText(alice.email)).toBeVisible();

  // Read somewhere else, as mail often is.
  const elsewhere = await otherBrowser.newPage();
  await elsewhere.goto(linkIn(await letterTo(server, newcomer.email, 'confirm_new_email'), '/confirm-email'));
  await elsewhere.getByRole('button', { name: 'Use this address' }).click();
  await expect(elsewhere.getByText('Your account has its new address.')).toBeVisible();
  await settingsPage.open('email');
  await expect(settingsPage.main.getByText(newcomer.email)).toBeVisible();
  await expect(settingsPage.main.getByText('confirmed', { exact: true })).toBeVisible();

  await page.goto(linkIn(await letterTo(server, alice.email, 'email_changed'), '/undo-email-change'));
  await page.getByRole('button', { name: 'Take the change back' }).click();
  await expect(page.getByText('Your account has its former address again')).toBeVisible();
  await letterTo(server, alice.email, 'reset_password');
  await page.goto('/settings/email');
  await expect(signInPage.heading, 'everybody is signed out').toBeVisible();
});

test('the banner stays until the address is confirmed, and has another letter sent', async ({ page, server, header, settingsPage, signInPage, verifyEmailPage, alice }) => {
  await signInPage.signIn(alice);
  await expect(settingsPage.verifyBanner).toContainText(alice.email);
  await header.profile.click();
  await expect(settingsPage.verifyBanner).toBeVisible();
  await settingsPage.verifyBanner.getByRole('button', { name: 'Send a letter' }).click();
  await expect(verifyEmailPage.sent).toBeVisible();
  await expect(settingsPage.verifyBanner, 'its own page is open').toHaveCount(0);
  await expect.poll(async () => (await lettersTo(server, alice.email, 'verify_email')).length).toBe(2);
  const [newest] = await lettersTo(server, alice.email, 'verify_email');
  await verifyEmailPage.code.fill(newest!.code!);
  await verifyEmailPage.confirm.click();
  await expect(verifyEmailPage.done).toBeVisible();
  await page.goto('/profile');
  await expect(settingsPage.heading).toHaveText('Profile');
  await expect(settingsPage.verifyBanner).toHaveCount(0);
});

test('the password is changed: other devices are signed out, this one and its other tab go on, and the owner is told', async ({
  page, context, server, home, header, settingsPage, signInPage, alice, otherBrowser, browserConsole,
}) => {
  browserConsole.expectsStatus(422);
  // The other tab may be asking for something while its token becomes void.
  browserConsole.toleratesStatus(401);
  const elsewhere = await otherBrowser.newPage();
  await new SignInPage(elsewhere).signIn(alice);
  await signInPage.signIn(alice);
  const tab = new HomePage(await context.newPage());
  await tab.open();
  await tab.settled();
  const before = await cookieIn(context);

  await settingsPage.open('password');
  await settingsPage.button('Change the password').click();
  await expect(settingsPage.currentPassword).toHaveAccessibleDescription('Enter your password');
  await expect(settingsPage.newPassword).toHaveAccessibleDescription(/Use at least 12 characters/);
  await settingsPage.currentPassword.fill('not this one, surely');
  await settingsPage.newPassword.fill(NEW_PASSWORD);
  await settingsPage.button('Change the password').click();
  await expect(settingsPage.currentPassword).toHaveAccessibleDescription('This is not your password');
  await expect(settingsPage.currentPassword).toBeFocused();
  await settingsPage.currentPassword.fill(alice.password);
  await settingsPage.button('Change the password').click();
  await expect(settingsPage.said('Your password was changed.')).toBeVisible();
  await expect(settingsPage.currentPassword).toHaveValue('');
  await expect(settingsPage.newPassword).toHaveValue('');
  expect(await cookieIn(context), 'a new session').not.toBe(before);
  await letterTo(server, alice.email, 'password_changed');

  await expect(tab.greeting(alice)).toBeVisible();
  await page.reload();
  await expect(settingsPage.heading).toHaveText('Password');
  await new HomePage(elsewhere).refreshNow.click();
  await expect(new SignInPage(elsewhere).ended).toBeVisible();

  await page.goto('/');
  await expect(home.greeting(alice)).toBeVisible();
  await header.signOut.click();
  await expect(home.signIn).toBeVisible();
  await signInPage.signIn({ ...alice, password: NEW_PASSWORD });
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('the pages say what they need, and show what they can', async ({ page, settingsPage, signInPage, home, alice, browserConsole }) => {
    browserConsole.toleratesIdleWasm();
    await signInPage.visit();
    await signInPage.fill(alice);
    await expect(home.greeting(alice)).toBeVisible();
    for (const name of ['profile', 'email', 'password', 'devices', 'activity', 'export', 'delete']) {
      await page.goto(`/settings/${name}`);
      await expect(settingsPage.main.getByText('this page must be able to run scripts')).toBeVisible();
      await expect(settingsPage.button(/^(Change|Download|Delete)/)).toHaveCount(0);
      await expect(settingsPage.main.getByText('Loading…').filter({ visible: true })).toHaveCount(0);
    }
    await page.goto('/settings/email');
    await expect(settingsPage.main.getByText(alice.email)).toBeVisible();
  });
});
