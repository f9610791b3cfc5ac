// Several tabs of one browser: one session, refreshed by one at a time, without a token ever passing between them.

import type { BrowserContext } from '@playwright/test';
import { expect, test } from '../fixtures';
import { hydrated } from '../fixtures/hydration';
import { letterTo, linkIn } from '../fixtures/letters';
import { hold, requestsTo } from '../fixtures/network';
import { sessionCookies } from '../fixtures/thief';
import { ForgotPasswordPage } from '../pages/forgot-password';
import { HomePage } from '../pages/home';
import { ResetPasswordPage } from '../pages/reset-password';
import { SignInPage } from '../pages/sign-in';

const REFRESH = '/fn/refresh';

/** A further tab at the signed-in home, with an access token of its own. */
async function tab(context: BrowserContext): Promise<HomePage> {
  const home = new HomePage(await context.newPage());
  await home.open();
  await expect(home.timeLeft).toBeVisible();
  return home;
}

test('two tabs never refresh at once: the second waits for the first', async ({ context, signInPage, alice, secrecy }) => {
  await signInPage.signIn(alice);
  const [first, second] = [await tab(context), await tab(context)];
  const sent = requestsTo(context, REFRESH);
  const answer = await hold(context, `**${REFRESH}`);

  await first.refreshNow.click();
  await answer.arrived;
  await second.refreshNow.click();
  await expect(second.refreshNow).toHaveText('Refreshing…');
  expect(sent, 'while the first is under way').toHaveLength(1);

  answer.release();
  await expect(second.happened(/another tab was refreshing/i)).toBeVisible();
  await expect(second.refreshNow).toHaveText('Refresh now');
  expect(sent).toHaveLength(2);
  await expect(first.happened(/another tab told/i).first()).toBeVisible();
  expect(secrecy.messages.length, 'the tabs do talk').toBeGreaterThan(0);
});

test('in one tab, calls that need a token share one refresh', async ({ page, context, header, home, signInPage, profilePage, alice }) => {
  await signInPage.signIn(alice);
  const sent = requestsTo(context, REFRESH);
  const answer = await hold(context, `**${REFRESH}`);
  await page.goto('/');
  await answer.arrived;
  await expect(home.refreshNow).toBeEnabled();
  await home.refreshNow.click();
  await header.profile.click();
  await expect(profilePage.heading).toBeVisible();
  answer.release();
  await header.session.click();
  await expect(home.timeLeft).toBeVisible();
  await expect(home.happened(/rotated to generation/)).toHaveCount(1);
  expect(sent).toHaveLength(1);
});

test('ten tabs opened at once sign nobody out', async ({ context, signInPage, alice }) => {
  test.slow();
  await signInPage.signIn(alice);
  const homes = await Promise.all(Array.from({ length: 10 }, async () => new HomePage(await context.newPage())));
  await Promise.all(homes.map((home) => home.page.goto('/', { waitUntil: 'commit' })));
  for (const home of homes) {
    await home.page.bringToFront();
    await expect(home.timeLeft).toBeVisible({ timeout: 20_000 });
    await expect(home.greeting(alice)).toBeVisible();
  }
});

test('without Web Locks two tabs that ask at once still work', async ({ context, signInPage, alice }) => {
  await context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }));
  await signInPage.signIn(alice);
  const [first, second] = [await tab(context), await tab(context)];
  await Promise.all([first.refreshNow.click(), second.refreshNow.click()]);
  for (const home of [first, second]) {
    await expect(home.refreshNow).toHaveText('Refresh now');
    await expect(home.happened(/minted/i).first()).toBeVisible();
    await expect(home.greeting(alice)).toBeVisible();
  }
  await first.page.reload();
  await expect(first.greeting(alice)).toBeVisible();
});

test('signing in in one tab signs the other in', async ({ page, context, home, alice }) => {
  await home.open();
  await new SignInPage(await context.newPage()).signIn(alice);
  await expect(home.greeting(alice)).toBeVisible();
  await expect(page).toHaveURL('/');
});

test('a tab that waits at the sign-in form goes on to where it wanted to go', async ({ page, context, profilePage, signInPage, alice }) => {
  await profilePage.open();
  await expect(signInPage.showPassword).toBeEnabled();
  await new SignInPage(await context.newPage()).signIn(alice);
  await expect(profilePage.fact('Username')).toHaveText(alice.username);
  await expect(page).toHaveURL('/profile');
});

test('when another user signs in, the tab of the first drops everything and shows the second', async ({
  page, context, home, signInPage, alice, bob,
}) => {
  await signInPage.signIn(alice);
  const other = await context.newPage();
  const shown = new HomePage(other);
  await shown.open();
  // What it asks for in Alice's name must have been answered before her session ends.
  await shown.settled();
  // Signing in over a session that lives, as a form that was left open in another tab does.
  const switched = await other.evaluate(async ({ username, password }) => {
    const answer = await fetch('/fn/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    return answer.status;
  }, bob);
  expect(switched).toBe(200);
  await home.refreshNow.click();
  await expect(home.greeting(bob)).toBeVisible();
  await expect(page.getByText(alice.username)).toHaveCount(0);
  await other.reload();
  await expect(shown.greeting(bob)).toBeVisible();
});

test('when another user signs in by a form that was left open, the tab of the first shows the second', async ({
  page, context, home, signInPage, alice, bob, browserConsole,
}) => {
  browserConsole.toleratesIdleWasm();
  const other = await context.newPage();
  const form = new SignInPage(other);
  // The form comes to life only once the first has signed in, else it would have heard of that and gone on.
  const wasm = await hold(other, /\.wasm$/);
  await form.visit();
  await wasm.arrived;
  await signInPage.signIn(alice);
  wasm.release();
  await hydrated(other);
  await form.fill(bob);
  await expect(new HomePage(other).greeting(bob)).toBeVisible();
  await expect(home.greeting(bob)).toBeVisible();
  await expect(page.getByText(alice.username)).toHaveCount(0);
});

test('a generation that another tab has raised is told', async ({ context, home, signInPage, alice }) => {
  await signInPage.signIn(alice);
  await tab(context);
  await expect(home.happened(/another tab told/i)).toBeVisible();
  await expect(home.generation).toHaveText('0, newer elsewhere');
});

test('signing out everywhere ends the sessions of other browsers too', async ({ page, header, home, signInPage, alice, otherBrowser }) => {
  const elsewhere = await otherBrowser.newPage();
  await new SignInPage(elsewhere).signIn(alice);
  await signInPage.signIn(alice);
  await home.answerSignOutEverywhere('Sign me out');
  await expect(header.signIn).toBeVisible();
  await expect(page).toHaveURL('/');

  const there = new HomePage(elsewhere);
  await there.refreshNow.click();
  await expect(new SignInPage(elsewhere).ended).toBeVisible();
  await elsewhere.goto('/profile');
  await expect(new SignInPage(elsewhere).heading).toBeVisible();
  expect(await sessionCookies(otherBrowser)).toEqual([]);
});

test('a change of address in one tab is seen in the other, and taken back signs it out', async ({
  context, server, settingsPage, signInPage, alice, newcomer, browserConsole,
}) => {
  browserConsole.expectsStatus(401);
  await signInPage.signIn(alice);
  await settingsPage.open('email');
  await settingsPage.newEmail.fill(newcomer.email);
  await settingsPage.button('Change the address').click();
  await expect(settingsPage.said(`A letter is on its way to ${newcomer.email}.`)).toBeVisible();

  const mail = await context.newPage();
  await mail.goto(linkIn(await letterTo(server, newcomer.email, 'confirm_new_email'), '/confirm-email'));
  await mail.getByRole('button', { name: 'Use this address' }).click();
  await expect(mail.getByText('Your account has its new address.')).toBeVisible();
  await settingsPage.ways.getByRole('link', { name: 'Password' }).click();
  await settingsPage.ways.getByRole('link', { name: 'Email' }).click();
  await expect(settingsPage.main.getByText(newcomer.email)).toBeVisible();
  await expect(settingsPage.main.getByText(alice.email)).toHaveCount(0);

  const home = await tab(context);
  await mail.goto(linkIn(await letterTo(server, alice.email, 'email_changed'), '/undo-email-change'));
  await mail.getByRole('button', { name: 'Take the change back' }).click();
  await expect(mail.getByText('Your account has its former address again')).toBeVisible();
  await home.refreshNow.click();
  await expect(new SignInPage(home.page).ended).toBeVisible();
  await expect(signInPage.heading, 'the first tab hears of it from the other').toBeVisible();
  await expect(settingsPage.page.getByText(newcomer.email)).toHaveCount(0);
  expect(await sessionCookies(context)).toEqual([]);
});

test('a reset in one tab signs the other out, and its form there is good for nothing', async ({
  page, context, server, home, signInPage, alice, browserConsole,
}) => {
  browserConsole.expectsStatus(401, 422);
  await signInPage.signIn(alice);
  const mail = await context.newPage();
  const forgot = new ForgotPasswordPage(mail);
  await forgot.visit();
  await forgot.ask(alice.email);
  await expect(forgot.asked).toBeVisible();
  const link = linkIn(await letterTo(server, alice.email, 'reset_password'), '/reset-password');
  const [first, second] = [new ResetPasswordPage(mail), new ResetPasswordPage(await context.newPage())];
  await first.page.goto(link);
  await second.page.goto(link);
  await first.fill('eight loud hatters hum at dusk');
  await expect(new SignInPage(mail).heading).toBeVisible();
  await second.fill('another quiet harbour lantern');
  await expect(second.isVoid).toBeVisible();

  await home.refreshNow.click();
  await expect(signInPage.ended).toBeVisible();
  await expect(page.getByText(alice.username)).toHaveCount(0);
  expect(await sessionCookies(context)).toEqual([]);
});
