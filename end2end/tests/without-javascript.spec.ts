// Everything a person needs works with JavaScript off.

import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { letterTo, lettersTo, linkIn } from '../fixtures/letters';
import { askForAddress, askToBeDeleted, somebody } from '../fixtures/person';
import { sessionCookies } from '../fixtures/thief';

test.use({ javaScriptEnabled: false });

test.beforeEach(({ browserConsole }) => browserConsole.toleratesIdleWasm());

/** The status that the posting of a form was answered with, once `press` has sent it. */
async function postedBy(page: Page, press: () => Promise<void>): Promise<number> {
  const [answer] = await Promise.all([page.waitForResponse((response) => response.request().method() === 'POST'), press()]);
  return answer.status();
}

test('the whole way with JavaScript off', async ({ page, context, home, header, registerPage, signInPage, profilePage, newcomer, secrecy }) => {
  await page.goto('/');
  await home.createAccount.click();
  await expect(registerPage.heading).toBeVisible();
  expect(await postedBy(page, () => registerPage.fill(newcomer))).toBe(303);
  await expect(home.greeting(newcomer)).toBeVisible();
  await expect(page).toHaveURL('/');
  await secrecy.inspect(page);

  await page.reload();
  await expect(home.greeting(newcomer)).toBeVisible();
  await header.profile.click();
  await expect(profilePage.fact('Email')).toHaveText(newcomer.email);
  await secrecy.inspect(page);

  expect(await postedBy(page, () => header.signOut.click())).toBe(303);
  await expect(header.signIn).toBeVisible();
  expect(await sessionCookies(context)).toEqual([]);
  await header.signIn.click();
  expect(await postedBy(page, () => signInPage.fill(newcomer))).toBe(303);
  await expect(home.greeting(newcomer)).toBeVisible();
});

test('a registration that can\'t be taken comes back with what was typed, and with what is wrong beside it', async ({
  page, home, registerPage, browserConsole, newcomer,
}) => {
  browserConsole.expectsStatus(422);
  await registerPage.visit('?next=/profile');
  const wrong = { username: 'a b', email: 'nobody@example', password: 'short' };
  expect(await postedBy(page, () => registerPage.fill(wrong))).toBe(422);
  await expect(page).toHaveURL('/register');
  await expect(registerPage.username).toHaveValue(wrong.username);
  await expect(registerPage.email).toHaveValue(wrong.email);
  await expect(registerPage.password).toHaveValue('');
  for (const field of [registerPage.username, registerPage.email, registerPage.password]) {
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription(/Use|Enter/);
  }
  await expect(registerPage.username).toBeFocused();
  await expect(registerPage.signIn, 'the other form is led to with it').toHaveAttribute('href', '/login?next=/profile');

  expect(await postedBy(page, () => registerPage.fill(newcomer))).toBe(303);
  await expect(page, 'next is kept through the refusal').toHaveURL('/profile');
  expect(await page.content()).toContain(newcomer.username);
  await expect(home.page.getByRole('heading', { level: 1, name: 'Profile' })).toBeVisible();
});

test('a name that is taken is said so beside it', async ({ page, registerPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(422);
  await registerPage.visit();
  expect(await postedBy(page, () => registerPage.fill({ ...somebody('other'), username: alice.username.toUpperCase() }))).toBe(422);
  await expect(registerPage.username).toHaveAccessibleDescription(/taken/);
  await expect(registerPage.email).not.toHaveAttribute('aria-invalid', 'true');
});

test('a wrong password is answered with a sentence, and the username is kept', async ({ page, signInPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(422);
  await signInPage.visit('?next=/profile');
  expect(await postedBy(page, () => signInPage.fill({ ...alice, password: 'not this one, surely' }))).toBe(422);
  await expect(signInPage.createAccount).toHaveAttribute('href', '/register?next=/profile');
  await expect(signInPage.alert).toHaveText('Invalid username or password. Check both and try again.');
  await expect(signInPage.username).toHaveValue(alice.username);
  await expect(signInPage.password).toHaveValue('');
});

test('a stranger is sent to sign in first, and then on to where they wanted to go', async ({ page, signInPage, profilePage, alice }) => {
  await profilePage.open();
  await expect(signInPage.heading).toBeVisible();
  expect(new URL(page.url()).searchParams.get('next')).toBe('/profile');
  await signInPage.fill(alice);
  await expect(profilePage.heading).toBeVisible();
  await expect(page).toHaveURL('/profile');
});

test('who is signed in has no use for the forms of strangers', async ({ page, signInPage, home, alice }) => {
  await signInPage.visit();
  await signInPage.fill(alice);
  await expect(home.greeting(alice)).toBeVisible();
  for (const path of ['/login', '/register']) {
    await page.goto(path);
    await expect(page).toHaveURL('/');
  }
  await page.goto('/login?next=/profile');
  await expect(page).toHaveURL('/profile');
});

test('a notice of theft can be dismissed', async ({ page, home, signInPage, alice, thief }) => {
  await thief.stealFrom(alice);
  await signInPage.visit();
  await signInPage.fill(alice);
  await expect(home.notice).toBeVisible();
  expect(await postedBy(page, () => home.dismiss.click())).toBe(303);
  await expect(home.greeting(alice)).toBeVisible();
  await expect(home.notice).toBeHidden();
  await page.reload();
  await expect(home.notice).toBeHidden();
});

test('another address is used, and taken back, by the buttons behind their letters', async ({
  page, request, server, home, signInPage, resetPasswordPage, alice, newcomer,
}) => {
  await askForAddress(request, alice, newcomer.email);
  await page.goto(linkIn(await letterTo(server, newcomer.email, 'confirm_new_email'), '/confirm-email'));
  await expect(page, 'the token has left the address').toHaveURL('/confirm-email');
  await expect(page.getByRole('main')).toContainText(newcomer.email);
  expect(await postedBy(page, () => page.getByRole('button', { name: 'Use this address' }).click())).toBe(303);
  await expect(page.getByText('Your account has its new address.')).toBeVisible();
  await signInPage.visit();
  await signInPage.fill({ ...alice, username: newcomer.email });
  await expect(home.greeting(alice)).toBeVisible();

  await page.goto(linkIn(await letterTo(server, alice.email, 'email_changed'), '/undo-email-change'));
  await expect(page, 'the token has left the address').toHaveURL('/undo-email-change');
  await expect(page.getByRole('main')).toContainText(alice.email);
  expect(await postedBy(page, () => page.getByRole('button', { name: 'Take the change back' }).click())).toBe(303);
  await expect(page.getByText('Your account has its former address again')).toBeVisible();
  await page.goto('/profile');
  await expect(signInPage.heading, 'everybody is signed out').toBeVisible();

  await page.goto(linkIn(await letterTo(server, alice.email, 'reset_password'), '/reset-password'));
  await resetPasswordPage.fill(newcomer.password);
  await signInPage.fill({ username: alice.email, password: newcomer.password });
  await expect(home.greeting(alice)).toBeVisible();
});

test('who says that it was not them is led to another password', async ({
  page, server, home, signInPage, forgotPasswordPage, resetPasswordPage, alice, newcomer,
}) => {
  await forgotPasswordPage.visit();
  await forgotPasswordPage.ask(alice.email);
  await expect(forgotPasswordPage.asked).toBeVisible();
  const first = await letterTo(server, alice.email, 'reset_password');
  await page.goto(linkIn(first, '/reset-password'));
  await resetPasswordPage.fill('eight loud hatters hum at dusk');
  await expect(page).toHaveURL('/login?reason=reset');

  await page.goto(linkIn(await letterTo(server, alice.email, 'password_changed'), '/not-me'));
  await expect(page, 'the token has left the address').toHaveURL('/not-me');
  await expect(page.getByText(alice.username, { exact: true })).toBeVisible();
  expect(await postedBy(page, () => page.getByRole('button', { name: 'It wasn\'t me: sign them out' }).click())).toBe(303);
  await expect(page.getByText('They are signed out, and the password is no longer good.')).toBeVisible();
  await page.goBack();
  await expect(page.getByText('This link can\'t be used any more')).toBeVisible();

  await expect.poll(async () => (await lettersTo(server, alice.email, 'reset_password')).length).toBe(2);
  const [newest] = await lettersTo(server, alice.email, 'reset_password');
  await page.goto(linkIn(newest!, '/reset-password'));
  await resetPasswordPage.fill(newcomer.password);
  await signInPage.fill({ ...alice, password: newcomer.password });
  await expect(home.greeting(alice)).toBeVisible();
});

test('a page that can\'t do or show something without scripts says so', async ({ page, request, home, signInPage, settingsPage, alice }) => {
  await askToBeDeleted(request, alice);
  await signInPage.visit();
  await signInPage.fill(alice);
  await expect(home.greeting(alice)).toBeVisible();
  const toKeep = page.getByText('To keep it, this page must be able to run scripts.');
  await expect(settingsPage.deletionBanner.filter({ has: toKeep })).toBeVisible();
  await page.goto('/settings/delete');
  await expect(toKeep).toBeVisible();
  for (const path of ['/settings/devices', '/settings/activity']) {
    await page.goto(path);
    await expect(page.getByText('To show or change anything here, this page must be able to run scripts.')).toBeVisible();
  }
  await page.goto('/settings/email');
  await expect(page.getByText('To change something here, this page must be able to run scripts.')).toBeVisible();
});

test('what can\'t be done without scripts is not offered', async ({ page, home, registerPage, signInPage, alice }) => {
  await registerPage.visit();
  await expect(page.getByText('At least 12 characters')).toBeVisible();
  await expect(page.locator('.strength'), 'bars that would never light').toBeHidden();
  await signInPage.visit();
  await expect(signInPage.submit).toBeVisible();
  await expect(signInPage.showPassword).toBeHidden();
  await signInPage.fill(alice);
  await expect(home.greeting(alice)).toBeVisible();
  await expect(home.refreshNow).toBeHidden();
  await expect(home.signOutEverywhere).toBeHidden();
  await expect(home.happenings).toHaveCount(1);
  await expect(home.story).toContainText('Since this page was opened');
  await expect(home.story.getByText('by your clock')).toBeHidden();
});
