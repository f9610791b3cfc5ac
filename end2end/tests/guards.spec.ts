// Guarded pages, and where one is led from them.

import { request } from '@playwright/test';
import { expect, test } from '../fixtures';
import { hydrated } from '../fixtures/hydration';

test('a stranger is led from a guarded page to the sign-in, and back', async ({ page, signInPage, profilePage, alice }) => {
  await profilePage.open();
  await expect(signInPage.heading).toBeVisible();
  const { pathname, searchParams } = new URL(page.url());
  expect([pathname, searchParams.get('next')]).toEqual(['/login', '/profile']);
  await expect(signInPage.ended, 'nothing has ended').toBeHidden();
  await expect(signInPage.showPassword).toBeEnabled();
  await signInPage.fill(alice);
  await expect(profilePage.fact('Username')).toHaveText(alice.username);
  await expect(page).toHaveURL('/profile');
});

test('nothing of a guarded page is rendered for a stranger', async ({ server }) => {
  const stranger = await request.newContext({ baseURL: server.url });
  const answer = await stranger.get('/profile?tab=1', { maxRedirects: 0 });
  expect(answer.status()).toBe(303);
  expect(await answer.text()).toBe('');
  expect(new URL(answer.headers().location!, server.url).searchParams.get('next')).toBe('/profile?tab=1');
  await stranger.dispose();
});

const HOSTILE = [
  '//evil.example', '/\\evil.example', 'https://evil.example/', 'javascript:alert(1)', '/%09/evil.example', '\\/evil.example', '%2F%2Fevil.example',
  'evil.example', '/\u0000', 'data:text/html,x',
];

/** Paths of this site that lead nowhere, once signed in. */
const POINTLESS = ['/login', '/register?next=/profile', '/logout', '/notices/dismiss', '/fn/profile', '/api/v1/user/profile'];

for (const next of [...HOSTILE, ...POINTLESS]) {
  test(`a next that leads elsewhere or nowhere is not followed: ${JSON.stringify(next)}`, async ({ page, home, signInPage, server, alice }) => {
    await signInPage.open(`?next=${next.includes('%') ? next : encodeURIComponent(next)}`);
    await signInPage.fill(alice);
    await expect(home.greeting(alice)).toBeVisible();
    expect(page.url()).toBe(`${server.url}/`);
  });
}

test.describe('posted without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  for (const next of ['//evil.example/', '/login', '/logout']) {
    test(`a next that is put into the form by hand is not followed either: ${next}`, async ({ page, home, signInPage, alice, browserConsole }) => {
      browserConsole.toleratesIdleWasm();
      await signInPage.visit('?next=/profile');
      await page.locator('input[name=next]').evaluate((field: HTMLInputElement, value) => {
        field.value = value;
      }, next);
      await signInPage.fill(alice);
      await expect(home.greeting(alice)).toBeVisible();
      await expect(page).toHaveURL('/');
    });
  }
});

test('the profile tells what the server knows of an account', async ({ signInPage, profilePage, header, alice }) => {
  await signInPage.signIn(alice);
  await header.profile.click();
  await expect(profilePage.fact('Username')).toHaveText(alice.username);
  await expect(profilePage.fact('Email')).toHaveText(alice.email);
  await expect(profilePage.fact('Member since')).toHaveText(/\d{1,2} \w+ \d{4}/);
  await expect(profilePage.fact('Roles')).toHaveText('none yet');
  await expect(profilePage.fact('Groups')).toHaveText('none yet');
  await expect(profilePage.fact('User id')).toHaveText(/^[0-9a-f-]{36}$/);
});

test('every signed-in page has a button to sign out', async ({ page, header, signInPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(404);
  // A page may just be asking for what it shows, and is refused then.
  browserConsole.toleratesStatus(401);
  for (const path of ['/', '/profile', '/nowhere']) {
    await signInPage.signIn(alice);
    await page.goto(path);
    await hydrated(page);
    await header.signOut.click();
    await expect(header.signIn).toBeVisible();
    await expect(page).toHaveURL('/');
  }
});

test('where nothing is, a page says so and leads back', async ({ page, notFoundPage, home, browserConsole }) => {
  browserConsole.expectsStatus(404);
  const answer = await page.goto('/nowhere/at-all');
  expect(answer!.status()).toBe(404);
  await expect(page).toHaveTitle('Page not found · Latchkey');
  await expect(notFoundPage.heading).toBeVisible();
  await notFoundPage.start.click();
  await expect(home.heading).toContainText('Sign people in');
  await expect(page).toHaveURL('/');
});

test('each page has a title of its own, however it was reached', async ({ page, header, signInPage, registerPage, alice }) => {
  await page.goto('/login');
  await expect(page).toHaveTitle('Sign in · Latchkey');
  await expect(signInPage.showPassword).toBeEnabled();
  await header.createAccount.click();
  await expect(registerPage.heading).toBeVisible();
  await expect(page).toHaveTitle('Create an account · Latchkey');
  await header.brand.click();
  await expect(page).toHaveTitle('Latchkey');
  await expect(page.locator('meta[name=description]')).toHaveAttribute('content', /JWTs/);
  await signInPage.signIn(alice);
  await expect(page).toHaveTitle('Your session · Latchkey');
  await header.profile.click();
  await expect(page).toHaveTitle('Profile · Latchkey');
  await header.session.click();
  await expect(page).toHaveTitle('Your session · Latchkey');
});
