// Where one is signed in, what happened, and what to do about what was somebody else's doing.

import { request } from '@playwright/test';
import { expect, test } from '../fixtures';
import { hold } from '../fixtures/network';
import { letterTo } from '../fixtures/letters';
import { HomePage } from '../pages/home';
import { SignInPage } from '../pages/sign-in';

test('the devices are told in words, and one or all others can be signed out', async ({ settingsPage, signInPage, alice, otherBrowser }) => {
  const elsewhere = await otherBrowser.newPage();
  await new SignInPage(elsewhere).signIn(alice);
  await signInPage.signIn(alice);
  await settingsPage.open('devices');
  // This browser, the other one, and the client by which the account was made.
  await expect(settingsPage.rows).toHaveCount(3);
  await expect(settingsPage.rows.first()).toContainText(/Chrome on Linux\s+This device/);
  await expect(settingsPage.rows.first()).toContainText('127.0.0.1');
  await expect(settingsPage.rows.first().getByRole('button'), 'this one is signed out by the header').toHaveCount(0);

  const other = settingsPage.rows.filter({ hasText: 'Chrome on Linux' }).nth(1);
  await other.getByRole('button', { name: /^Sign out/ }).click();
  await expect(settingsPage.question).toBeVisible();
  await settingsPage.question.getByRole('button', { name: 'Leave it' }).click();
  await expect(settingsPage.question).toHaveCount(0);
  await expect(settingsPage.rows).toHaveCount(3);
  await other.getByRole('button', { name: /^Sign out/ }).click();
  await settingsPage.answer('Sign it out');
  await expect(settingsPage.said('Chrome on Linux was signed out.')).toBeVisible();
  await expect(settingsPage.rows).toHaveCount(2);
  await expect(settingsPage.main).toBeFocused();
  await new HomePage(elsewhere).refreshNow.click();
  await expect(new SignInPage(elsewhere).ended).toBeVisible();

  await settingsPage.button('Sign out everywhere else').click();
  await settingsPage.answer('Sign them out');
  await expect(settingsPage.said('1 session ended.')).toBeVisible();
  await expect(settingsPage.rows).toHaveCount(1);
  await expect(settingsPage.button('Sign out everywhere else')).toHaveCount(0);
});

test('a device that was signed out meanwhile goes from the list', async ({ server, settingsPage, signInPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(404);
  const program = await request.newContext({ baseURL: server.url, userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0' });
  const login = await program.post('/api/v1/auth/login', { form: { username: alice.username, password: alice.password } });
  const { access_token: token } = (await login.json()) as { access_token: string };
  await signInPage.signIn(alice);
  await settingsPage.open('devices');
  const elsewhere = settingsPage.rows.filter({ hasText: 'Firefox on Linux' });
  await expect(elsewhere).toHaveCount(1);

  const logout = await program.post('/api/v1/auth/logout', { headers: { authorization: `Bearer ${token}` } });
  expect(logout.status()).toBe(204);
  await program.dispose();
  await elsewhere.getByRole('button', { name: /^Sign out/ }).click();
  await settingsPage.answer('Sign it out');
  await expect(settingsPage.said('Firefox on Linux was signed out already.')).toBeVisible();
  await expect(elsewhere).toHaveCount(0);
  await expect(settingsPage.rows.first(), 'the others stay').toContainText('This device');
});

test('a list that does not come says so, and can be asked for again', async ({ page, settingsPage, signInPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(503);
  await signInPage.signIn(alice);
  await page.route('**/fn/sessions', (route) => route.fulfill({ status: 503 }), { times: 1 });
  await settingsPage.open('devices');
  await expect(settingsPage.alert).toContainText('not available just now');
  const answer = await hold(page, '**/fn/sessions');
  await settingsPage.button('Try again').click();
  await answer.arrived;
  await expect(settingsPage.main.getByText('Loading…')).toBeVisible();
  answer.release();
  await expect(settingsPage.rows.first()).toContainText('This device');
  await expect(settingsPage.alert).toHaveCount(0);
});

test('a place that says itself that there was no answer says so alone', async ({ page, home, settingsPage, signInPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(503);
  await signInPage.signIn(alice);
  await page.route('**/fn/*', (route) => route.fulfill({ status: 503 }));
  await settingsPage.open('devices');
  await expect(settingsPage.alert).toContainText('not available just now');
  await expect(page.locator('.floating:not([hidden])'), 'it would be said').toHaveCount(1);
  await expect(home.trouble).toBeHidden();
  await settingsPage.ways.getByRole('link', { name: 'Overview' }).click();
  await expect(home.trouble, 'where the place says nothing').toBeVisible();
});

test('what happened is told in words, and who did what one did not do is signed out', async ({
  server, settingsPage, signInPage, alice, otherBrowser, browserConsole,
}) => {
  // The token of this page is void with all others, and is renewed.
  browserConsole.expectsStatus(401);
  await signInPage.signIn(alice);
  await server.advance(60);
  const elsewhere = await otherBrowser.newPage();
  await new SignInPage(elsewhere).signIn(alice);
  await server.advance(60);
  await settingsPage.open('activity');
  await expect(settingsPage.rows.first()).toContainText('Signed in');
  await expect(settingsPage.rows.first()).toContainText('Chrome on Linux');
  await expect(settingsPage.rows.filter({ hasText: 'The account was created' })).toHaveCount(1);

  await settingsPage.rows.first().getByRole('button', { name: 'It wasn\'t me' }).click();
  await settingsPage.answer('It wasn\'t me: sign them out');
  await expect(settingsPage.said('They are signed out.')).toBeVisible();
  await expect(settingsPage.rows.first()).toContainText('You said that it wasn\'t you');
  await letterTo(server, alice.email, 'reset_password');
  await new HomePage(elsewhere).refreshNow.click();
  await expect(new SignInPage(elsewhere).ended).toBeVisible();
});

test('who says it of what was done in this very browser is signed out, and told where to look', async ({
  server, page, settingsPage, signInPage, alice, browserConsole,
}) => {
  browserConsole.expectsStatus(401);
  await signInPage.signIn(alice);
  await settingsPage.open('activity');
  await settingsPage.rows.filter({ hasText: 'Signed in' }).first().getByRole('button', { name: 'It wasn\'t me' }).click();
  await settingsPage.answer('It wasn\'t me: sign them out');
  await expect(page.getByText('your password is no longer good. Look into your mail')).toBeVisible();
  await letterTo(server, alice.email, 'reset_password');
});

test('older events are had by a button', async ({ request, settingsPage, signInPage, alice }) => {
  // Two events each, since each takes the place of the one before.
  for (let time = 0; time < 30; time += 1) {
    const answer = await request.post('/api/v1/auth/login', { form: { username: alice.username, password: alice.password } });
    expect(answer.status()).toBe(200);
  }
  await signInPage.signIn(alice);
  await settingsPage.open('activity');
  await expect(settingsPage.rows).toHaveCount(50);
  await settingsPage.button('Show older ones').click();
  // While they are asked for, the button has another name: that it is gone says nothing before they are there.
  await expect.poll(() => settingsPage.rows.count()).toBeGreaterThan(55);
  await expect(settingsPage.button('Show older ones')).toHaveCount(0);
});
